package debug

import (
	"fmt"
	"net/netip"
)

// ISAKMPNATOA is "{c}: processing NAT-OAi payload. addr = 10.0.0.2, message ID = 673525551": an address as its sender knows it, which a NAT has changed since.
type ISAKMPNATOA struct {
	At
	Responder bool // whose address
	Addr      netip.Addr
	MessageID uint32
}

func (e ISAKMPNATOA) AppendLine(b []byte, m Manner) []byte {
	who := "i"
	if e.Responder {
		who = "r"
	}
	return appendMessageID(fmt.Appendf(e.raw(b, m), ": processing NAT-OA%s payload. addr = %s, message ID = ", who, e.Addr), e.MessageID, m)
}

func (e ISAKMPNATOA) Explain(l Language) string {
	if e.Responder {
		return say(l, "The peer calls the responder %s. Transport mode carries no addresses of its own, and TCP and UDP checksums cover them: they are adjusted by what the NAT has changed (RFC 3947, section 5.2).",
			"对端所知的响应方地址是 %s。传输模式自身不携带地址，而 TCP、UDP 校验和包含地址，因此按 NAT 的改动修正校验和（RFC 3947 第 5.2 节）。", e.Addr)
	}
	return say(l, "The peer calls the initiator %s. Transport mode carries no addresses of its own, and TCP and UDP checksums cover them: they are adjusted by what the NAT has changed (RFC 3947, section 5.2).",
		"对端所知的发起方地址是 %s。传输模式自身不携带地址，而 TCP、UDP 校验和包含地址，因此按 NAT 的改动修正校验和（RFC 3947 第 5.2 节）。", e.Addr)
}
