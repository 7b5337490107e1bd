package debug

import (
	"fmt"
	"net/netip"
)

// inIPsec is embedded in every event of `debug crypto ipsec`.
type inIPsec struct{}

// Flag implements Event for all IPsec events.
func (inIPsec) Flag() Flag { return FlagIPsec }

// Proxy is one end of a proxy identity.
type Proxy struct {
	Addr, Mask netip.Addr
	Protocol   uint8
	Port       uint16
}

func (p Proxy) String() string {
	kind := 4 // ID_IPV4_ADDR_SUBNET
	if p.Mask == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		kind = 1 // ID_IPV4_ADDR
	}
	return fmt.Sprintf("%s (type=%d)", p.plain(), kind)
}

// plain is the identity without its type.
func (p Proxy) plain() string {
	return fmt.Sprintf("%s/%s/%d/%d", p.Addr, p.Mask, p.Protocol, p.Port)
}

// KeyRequest is the block "(key eng. msg.) OUTBOUND local= …" that several lines
// of the key engine carry. 15.x prints it only of what is asked for, when there are
// neither SPI nor flags yet, and with the port that a request goes to.
type KeyRequest struct {
	Outbound                bool
	AH                      bool // the protocol, ESP if not
	Local, Remote           netip.Addr
	LocalProxy, RemoteProxy Proxy
	Transform               string // "esp-des esp-md5-hmac"
	Transport, UDP          bool   // encapsulation mode, tunnel over IP if neither
	LifeSeconds, LifeKB     uint32
	SPI                     uint32
	ConnID                  uint32
	KeySize                 int // bits, 0 for ciphers of one key size
	Flags                   uint32
}

func (r KeyRequest) append(b []byte, m Manner) []byte {
	dir, port := "INBOUND", 0
	if r.Outbound {
		dir, port = "OUTBOUND", 500
	}
	if m == IOS15 {
		r.SPI, r.ConnID, r.Flags = 0, 0, 0
		b = fmt.Appendf(b, "\n  (key eng. msg.) %s local= %s:%d, remote= %s:%d,\n    local_proxy= %s,", dir, r.Local, port, r.Remote, port, r.LocalProxy)
	} else {
		b = fmt.Appendf(b, "\n  (key eng. msg.) %s local= %s, remote= %s, \n    local_proxy= %s, ", dir, r.Local, r.Remote, r.LocalProxy)
	}
	protocol := "ESP"
	if r.AH {
		protocol = "AH"
	}
	return fmt.Appendf(b, "\n    remote_proxy= %s,"+
		"\n    protocol= %s, transform= %s  (%s), "+
		"\n    lifedur= %ds and %dkb, "+
		"\n    spi= 0x%X(%d), conn_id= %d, keysize= %d, flags= 0x%X",
		r.RemoteProxy, protocol, r.Transform, r.modeName(),
		r.LifeSeconds, r.LifeKB, r.SPI, r.SPI, r.ConnID, r.KeySize, r.Flags)
}

func (r KeyRequest) modeName() string {
	switch {
	case r.UDP && r.Transport:
		return "Transport-UDP"
	case r.UDP:
		return "Tunnel-UDP"
	case r.Transport:
		return "Transport"
	}
	return "Tunnel"
}

// IPsecRequest is "IPSEC(sa_request): ," with the block: a packet wants an SA.
type IPsecRequest struct {
	inIPsec
	KeyRequest
	Renews bool // SAs that end soon
}

func (e IPsecRequest) AppendLine(b []byte, m Manner) []byte {
	return e.KeyRequest.append(append(b, "IPSEC(sa_request): ,"...), m)
}

// IPsecRequestTimer is printed when IKE did not deliver the SAs in 30 seconds.
type IPsecRequestTimer struct {
	inIPsec
	Count                   int
	Local, Remote           netip.Addr
	LocalProxy, RemoteProxy Proxy
}

func (e IPsecRequestTimer) AppendLine(b []byte, m Manner) []byte {
	b = fmt.Appendf(b, textRequestTimer, e.Count)
	return appendIdentity(b, e.Local, e.Remote, e.LocalProxy, e.RemoteProxy, m)
}

func appendIdentity(b []byte, local, remote netip.Addr, localProxy, remoteProxy Proxy, m Manner) []byte {
	if m == IOS15 {
		return fmt.Appendf(b, "\n  (identity) local= %s:0, remote= %s:0,\n    local_proxy= %s,\n    remote_proxy= %s",
			local, remote, localProxy, remoteProxy)
	}
	return fmt.Appendf(b, "\n  (identity) local= %s, remote= %s, \n    local_proxy= %s, \n    remote_proxy= %s",
		local, remote, localProxy, remoteProxy)
}

// IPsecAdjustMTU is printed when a router on the way to the peer has said what it
// carries, and when that is forgotten.
type IPsecAdjustMTU struct {
	inIPsec
	From, To                int // octets
	Local, Remote           netip.Addr
	LocalProxy, RemoteProxy Proxy
}

func (e IPsecAdjustMTU) AppendLine(b []byte, m Manner) []byte {
	b = fmt.Appendf(b, textAdjustMTU, e.From, e.To)
	return appendIdentity(b, e.Local, e.Remote, e.LocalProxy, e.RemoteProxy, m)
}

// IPsecValidatePart is "IPSEC(validate_proposal_request): proposal part #1" alone,
// which 15.x prints before the line with the block.
type IPsecValidatePart struct {
	inIPsec
	Part int
}

func (e IPsecValidatePart) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "IPSEC(validate_proposal_request): proposal part #%d", e.Part)
}

// IPsecValidate is "IPSEC(validate_proposal_request): proposal part #1," with the block.
type IPsecValidate struct {
	inIPsec
	Part int
	KeyRequest
}

func (e IPsecValidate) AppendLine(b []byte, m Manner) []byte {
	return e.KeyRequest.append(fmt.Appendf(b, "IPSEC(validate_proposal_request): proposal part #%d,", e.Part), m)
}

// IPsecProxyMatch is "Crypto mapdb : proxy_match" with its five sub-lines.
type IPsecProxyMatch struct {
	inIPsec
	Src, Dst         netip.Addr
	Protocol         uint8
	SrcPort, DstPort uint16
}

func (e IPsecProxyMatch) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "Crypto mapdb : proxy_match"+
		"\n        src addr     : %s"+
		"\n        dst addr     : %s"+
		"\n        protocol     : %d"+
		"\n        src port     : %d"+
		"\n        dst port     : %d", e.Src, e.Dst, e.Protocol, e.SrcPort, e.DstPort)
}

// IPsecTransformRefused is "IPSEC(ipsec_process_proposal): transform proposal not
// supported for identity: " with the transforms in braces.
type IPsecTransformRefused struct {
	inIPsec
	Transform string
	Ours      string // the transform sets of the entry that its traffic matches
}

func (e IPsecTransformRefused) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "IPSEC(ipsec_process_proposal): transform proposal not supported for identity: \n    {%s }", e.Transform)
}

// IPsecNoMap is "map_db_find_best did not find matching map".
type IPsecNoMap struct{ inIPsec }

func (e IPsecNoMap) AppendLine(b []byte, _ Manner) []byte {
	return append(b, "map_db_find_best did not find matching map"...)
}

// IPsecProxyRefused is "IPSEC(ipsec_process_proposal): proxy identities not supported".
// The note names the entry that would be the mirror of the peer's, or says that the
// traffic is that of another peer or of another ISAKMP profile.
type IPsecProxyRefused struct {
	inIPsec
	Local, Remote Proxy // what the peer proposes, seen from here
	Nearest       CryptoACE
	Taken         bool   // by another peer behind the same NAT
	Wanted        string // the profile of phase 1 that the entry Nearest, which would fit, wants
	Profile       string // that of this phase 1, "" for none
}

// CryptoACE is a permit entry of the access list of a crypto map entry. The zero value is
// none.
type CryptoACE struct {
	Map           string
	Seq           int // of an entry of a dynamic crypto map: that of the line which refers to it <<16 | its own
	Local, Remote Proxy
}

// Place names the entry of the crypto map: "M 10", "M 65000 (dynamic 10)".
func (c CryptoACE) Place() string {
	if line, entry := c.Seq>>16, c.Seq&0xffff; line > 0 {
		return fmt.Sprintf("%s %d (dynamic %d)", c.Map, line, entry)
	}
	return fmt.Sprintf("%s %d", c.Map, c.Seq)
}

func (e IPsecProxyRefused) AppendLine(b []byte, _ Manner) []byte {
	return append(b, "IPSEC(ipsec_process_proposal): proxy identities not supported"...)
}

// IPsecLocalRefused is printed when the peer's messages come to an address that is not
// that of an interface with a crypto map.
type IPsecLocalRefused struct {
	inIPsec
	Local netip.Addr
}

func (e IPsecLocalRefused) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textLocalRefused, e.Local)
}

// IPsecPeerRefused is printed when the peer is not that of the crypto map entry.
type IPsecPeerRefused struct {
	inIPsec
	Peer netip.Addr
}

func (e IPsecPeerRefused) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textPeerRefused, e.Peer)
}

// IPsecFlagsRefused is printed when PFS or the encapsulation mode does not fit. Of equal
// groups it is the mode.
type IPsecFlagsRefused struct {
	inIPsec
	Flags           uint32
	Offered, Wanted int // Diffie-Hellman groups, 0 for no PFS
}

// Difference says in a few words what does not fit.
func (e IPsecFlagsRefused) Difference() string {
	if e.Offered == e.Wanted {
		return "encapsulation mode differs"
	}
	return "PFS differs: offered " + pfsText(e.Offered) + ", wanted " + pfsText(e.Wanted)
}

func pfsText(group int) string {
	if group == 0 {
		return "none"
	}
	return fmt.Sprintf("group%d", group)
}

func (e IPsecFlagsRefused) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textFlagsRefused, e.Flags)
}
