package debug

import (
	"cmp"
	"fmt"
	"strings"
)

// Notes on quick mode, messages 7 to 9.

func (e ISAKMPBeginQuick) Explain(l Language) string {
	return say(l, "Quick mode begins: three messages under the protection of phase 1 that agree on the IPsec SAs. Message ID %d is a fresh random number that tells this exchange from others; 12.4 prints it signed (RFC 2409, section 5.5).",
		"快速模式开始：在第一阶段保护下用三条消息协商 IPsec SA。Message ID %d 是新生成的随机数，用来区分各次交换，12.4 按有符号数打印（RFC 2409 第 5.5 节）。", int32(e.MessageID))
}

func (e ISAKMPCheckingIPsec) Explain(l Language) string {
	if e.Role == Responder {
		return say(l, "IPsec proposal %d of the initiator is examined and compared with the transform sets of our crypto map.",
			"检查发起方的第 %d 个 IPsec 提议，与本端 crypto map 引用的转换集比较。", e.Proposal)
	}
	return say(l, "IPsec proposal %d, which the responder chose, is examined: it must be one that we offered.",
		"检查响应方选定的第 %d 个 IPsec 提议：它必须是本端提议过的。", e.Proposal)
}

var protocolNames = map[uint8]string{2: "AH", 3: "ESP"}

func (e ISAKMPTransform) Explain(l Language) string {
	name, known := transformNames[[2]uint8{e.Protocol, e.ID}]
	if !known {
		return say(l, "Transform %d of the proposal is one that is not known here: protocol %s, transform ID %d. Its attributes follow. %s.",
			"提议中的第 %d 个变换是本端不认识的：协议 %s，变换号 %d，后面逐条列出其属性。%s。", e.Number, cmp.Or(protocolNames[e.Protocol], fmt.Sprint(e.Protocol)), e.ID, section(l, 2407, "4.4"))
	}
	name = strings.TrimSpace(name)
	note := say(l, "Transform %d of the proposal is %s%s: protocol %s, transform ID %d. Its attributes follow. %s.",
		"提议中的第 %d 个变换是 %s%s：协议 %s，变换号 %d，后面逐条列出其属性。%s。",
		e.Number, name, weakness(l, name), protocolNames[e.Protocol], e.ID, section(l, 2407, "4.4"))
	if e.Protocol == 2 {
		note += say(l, " AH authenticates without encrypting. An ESP transform under the same proposal number means both together, AH outside.",
			"AH 只认证、不加密。若同一提议号下还有 ESP 变换，表示两者一起使用，AH 在外层。")
	}
	return note
}

func (e ISAKMPTransformAttributes) Explain(l Language) string {
	return say(l, "The attributes of this transform follow, in the order received.", "下面按收到的顺序列出该变换的各项属性。")
}

func (e ISAKMPIPsecAttribute) Explain(l Language) string {
	cite := section(l, 2407, "4.5")
	switch e.Class {
	case classSAEncaps:
		switch encapsNames[e.Value] {
		case "Tunnel":
			return say(l, "Tunnel mode: the whole original packet is encrypted behind a new IP header. %s.", "隧道模式：整个原始报文被加密，外面套上新的 IP 头。%s。", cite)
		case "Transport":
			return say(l, "Transport mode: the original IP header stays, only its payload is encrypted. %s.", "传输模式：保留原 IP 头，只加密其载荷。%s。", cite)
		case "Tunnel-UDP", "Transport-UDP":
			return say(l, "%s: because of a NAT on the path, ESP travels inside UDP 4500 (RFC 3947, section 5.1).",
				"%s：路径上有 NAT，ESP 封装在 UDP 4500 中传输（RFC 3947 第 5.1 节）。", encapsNames[e.Value])
		}
		return say(l, "Encapsulation mode %d, which is not known here.", "封装模式 %d，本端不认识。", e.Value)
	case classSALifeType:
		return say(l, "The unit of the lifetime that follows is %s: an IPsec SA ends by time or by volume, whichever comes first. %s.",
			"后面生存时间的单位是%s：IPsec SA 既按时间也按流量计寿命，先到者为准。%s。", unit(l, e.Value), cite)
	case classSALife:
		if e.Octets == 0 {
			return say(l, "The lifetime in basic form (below 65536): %d.", "生存时间（小于 65536，用基本格式）：%d。", e.Value)
		}
		return say(l, "The lifetime in variable-length form (VPI): these octets make %d.", "生存时间，变长格式（VPI），这几个字节合起来就是 %d。", e.Value)
	case classSAGroup:
		return say(l, "Perfect forward secrecy is wanted: a new Diffie-Hellman exchange in group %d (%s) for the data keys. %s.",
			"要求 PFS：用 DH group %d（%s）重新交换，生成数据密钥。%s。", e.Value, groupNote(l, e.Value), cite)
	case classSAAuth:
		name := nameOf(macNames, e.Value)
		return say(l, "The integrity algorithm of the data: %s. %s.", "数据的完整性算法：%s。%s。", name, cite)
	case classSAKeyLength:
		return say(l, "The key length of the data cipher: %d bits. %s.", "数据加密算法的密钥长度：%d 位。%s。", e.Value, cite)
	}
	return say(l, "Attribute %d, which is not known here, has the value %d.", "属性 %d：本端不认识，值为 %d。", e.Class, e.Value)
}

func (e ISAKMPIPsecAcceptable) Explain(l Language) string {
	return say(l, "ISAKMP finds the proposal acceptable. The IPsec layer still has its say and may refuse it (\"IPSec policy invalidated proposal\").",
		"ISAKMP 认为该提议可以接受；但 IPsec 模块还要再审查一次，仍可能否决（“IPSec policy invalidated proposal”）。")
}

func (e ISAKMPAskSPI) Explain(l Language) string {
	if e.Role == Initiator {
		return say(l, "The initiator fetches %d SPI for its inbound SA, which message 7 carries: the receiver of data always chooses the SPI (RFC 4301, section 4.1).",
			"发起方为入方向 SA 申请 %d 个 SPI，由第 7 条消息带给对端：SPI 总是由数据的接收方选定（RFC 4301 第 4.1 节）。", e.Count)
	}
	return say(l, "The responder needs %d SPI for its inbound SA before it can build message 8: the receiver of data always chooses the SPI (RFC 4301, section 4.1).",
		"响应方要先为入方向 SA 申请 %d 个 SPI，才能构造第 8 条消息：SPI 总是由数据的接收方选定（RFC 4301 第 4.1 节）。", e.Count)
}

func (e ISAKMPCreatingSAs) Explain(l Language) string {
	return say(l, "KEYMAT = prf(SKEYID_d, protocol | SPI | Ni | Nr), with g^xy in front under PFS, gives the data keys; two SAs are created, one for each direction (RFC 2409, section 5.5).",
		"由 KEYMAT = prf(SKEYID_d, 协议 | SPI | Ni | Nr)（启用 PFS 时前面加 g^xy）得到数据密钥，在本地创建两个 SA，每个方向一个（RFC 2409 第 5.5 节）。")
}

func (e ISAKMPSAFlow) Explain(l Language) string {
	if e.Outbound {
		return say(l, "The outbound SA carries from %s to %s what goes from %s to %s. (f/i) are the front-door and inside VRFs, 0 = global.",
			"出方向 SA：从 %s 到 %s，保护从 %s 到 %s 的流量。(f/i) 是外层/内层 VRF 编号，0 表示全局。", e.From, e.To, e.ProxyFrom, e.ProxyTo)
	}
	return say(l, "The inbound SA carries from %s to %s what comes from %s to %s. (f/i) are the front-door and inside VRFs, 0 = global.",
		"入方向 SA：从 %s 到 %s，保护从 %s 到 %s 的流量。(f/i) 是外层/内层 VRF 编号，0 表示全局。", e.From, e.To, e.ProxyFrom, e.ProxyTo)
}

func (e ISAKMPSASPI) Explain(l Language) string {
	if e.Outbound {
		return say(l, "The outbound SPI, which the peer chose, printed in decimal: 0x%X in hexadecimal. Flags %X, which 12.4 prints: 2 tunnel mode, 8 outbound, 11 with PFS.",
			"出方向 SPI，由对端选定，此处按十进制打印，十六进制为 0x%X。flags %X（12.4 打印）：2 表示隧道模式，8 表示出方向，11 表示有 PFS。", e.SPI, uint32(e.Flags))
	}
	return say(l, "The inbound SPI, which we chose, printed in hexadecimal; the peer puts it in each ESP packet so that we find the SA (RFC 4303, section 2.1). Flags %X, which 12.4 prints: 2 tunnel mode, 11 with PFS.",
		"入方向 SPI，由本端选定，按十六进制打印；对端在每个 ESP 报文中带上它，供本端查找 SA（RFC 4303 第 2.1 节）。flags %X（12.4 打印）：2 表示隧道模式，11 表示有 PFS。", uint32(e.Flags))
}

func (e ISAKMPSALifetime) Explain(l Language) string {
	if e.Kilobytes {
		return say(l, "The SA is also replaced after %d kilobytes, if that comes first.", "流量达到 %d 千字节时也要更换 SA，先到者为准。", e.Value)
	}
	return say(l, "The SA lives %s; before it ends, a new quick mode replaces it.", "该 SA 的生存时间为 %s，到期之前会用新的快速模式更换。", seconds(l, uint64(e.Value)))
}

func (e ISAKMPSAClientFlags) Explain(l Language) string {
	return say(l, "Flags 0x%X of remote access clients; 0 between two routers.", "远程接入客户端的标志 0x%X；路由器之间为 0。", e.Flags)
}
