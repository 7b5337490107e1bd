package debug

import (
	"fmt"
	"net/netip"
)

// IPsecKeyEngine is "IPSEC(key_engine): got a queue event with 2 kei messages", in
// 15.x "… with 1 KMI message(s)".
type IPsecKeyEngine struct {
	inIPsec
	Count int
}

func (e IPsecKeyEngine) AppendLine(b []byte, m Manner) []byte {
	if m == IOS15 {
		return fmt.Appendf(b, "IPSEC(key_engine): got a queue event with %d KMI message(s)", e.Count)
	}
	return fmt.Appendf(b, textKeyEngine, e.Count)
}

// IPsecSPIResponse is "IPSEC(spi_response): getting spi 1956049925 for SA ".
type IPsecSPIResponse struct {
	inIPsec
	AH          bool
	SPI         uint32
	Local, Peer netip.Addr
}

func (e IPsecSPIResponse) AppendLine(b []byte, _ Manner) []byte {
	protocol := 3
	if e.AH {
		protocol = 2 // RFC 2407, section 4.4.1
	}
	return fmt.Appendf(b, textSPIResponse, e.SPI, e.Local, e.Peer, protocol)
}

// IPsecInitialize is "IPSEC(initialize_sas): ," with the block, once for each direction.
type IPsecInitialize struct {
	inIPsec
	KeyRequest
}

func (e IPsecInitialize) AppendLine(b []byte, m Manner) []byte {
	return e.KeyRequest.append(append(b, "IPSEC(initialize_sas): ,"...), m)
}

// IPsecMapFound is "IPSEC(crypto_ipsec_create_ipsec_sas): Map found MAP, 10" of 15.x,
// which prints that in place of the blocks above.
type IPsecMapFound struct {
	inIPsec
	Map string
	Seq int
}

func (e IPsecMapFound) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "IPSEC(crypto_ipsec_create_ipsec_sas): Map found %s, %d", e.Map, e.Seq)
}

// IPsecReconnect is "IPSEC(crypto_ipsec_sa_find_ident_head): reconnecting with the
// same proxies and 13.1.1.3".
type IPsecReconnect struct {
	inIPsec
	Peer netip.Addr
}

func (e IPsecReconnect) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "IPSEC(crypto_ipsec_sa_find_ident_head): reconnecting with the same proxies and %s", e.Peer)
}

// IPsecFlow is "IPSec: Flow_switching Allocated flow for sibling 80000003 ".
type IPsecFlow struct {
	inIPsec
	Sibling uint32
}

func (e IPsecFlow) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textFlow, e.Sibling)
}

// IPsecAddIdent is "IPSEC(policy_db_add_ident): src 10.1.1.0, dest 20.1.1.0,
// dest_port 0" and an empty line.
type IPsecAddIdent struct {
	inIPsec
	Src, Dst netip.Addr
	DstPort  uint16
}

func (e IPsecAddIdent) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textAddIdent, e.Src, e.Dst, e.DstPort)
}

// ipProtocol is the protocol of an SA in the IP header.
func ipProtocol(ah bool) int {
	if ah {
		return 51
	}
	return 50
}

// SARef is the block "(sa) sa_dest= 12.1.1.2, …" of one SA.
type SARef struct {
	AH        bool // the protocol, ESP if not
	Dst       netip.Addr
	SPI       uint32
	Transform string // "esp-des esp-md5-hmac"
	ConnID    uint32 // 2001, 2002, …
	// Printed by 15.x.
	LifeSeconds, LifeKB uint32
}

func (r SARef) append(b []byte, m Manner) []byte {
	proto := "sa_prot"
	if m == IOS15 {
		proto = "sa_proto"
	}
	b = fmt.Appendf(b, "\n  (sa) sa_dest= %s, %s= %d, "+
		"\n    sa_spi= 0x%X(%d), "+
		"\n    sa_trans= %s , sa_conn_id= %d", r.Dst, proto, ipProtocol(r.AH), r.SPI, r.SPI, r.Transform, r.ConnID)
	if m == IOS15 {
		b = fmt.Appendf(b, "\n    sa_lifetime(k/sec)= (%d/%d)", r.LifeKB, r.LifeSeconds)
	}
	return b
}

// IPsecCreate is "IPSEC(create_sa): sa created," with the SA, once for each direction.
// 15.x adds the identity.
type IPsecCreate struct {
	inIPsec
	SARef
	Local, Remote           netip.Addr
	LocalProxy, RemoteProxy Proxy
}

func (e IPsecCreate) AppendLine(b []byte, m Manner) []byte {
	b = e.SARef.append(append(b, "IPSEC(create_sa): sa created,"...), m)
	if m == IOS15 {
		b = appendIdentity(append(b, ','), e.Local, e.Remote, e.LocalProxy, e.RemoteProxy, m)
	}
	return b
}

// IPsecEnableNotify is "IPSEC(key_engine_enable_outbound): rec'd enable notify from
// ISAKMP": the responder may send after message 9.
type IPsecEnableNotify struct{ inIPsec }

func (e IPsecEnableNotify) AppendLine(b []byte, _ Manner) []byte {
	return append(b, "IPSEC(key_engine_enable_outbound): rec'd enable notify from ISAKMP"...)
}

// IPsecEnable is "IPSEC(key_engine_enable_outbound): enable SA with spi 1956049925/50".
type IPsecEnable struct {
	inIPsec
	AH  bool
	SPI uint32
}

func (e IPsecEnable) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textEnable, e.SPI, ipProtocol(e.AH))
}

// IPsecCurrent is "IPSEC(update_current_outbound_sa): updated peer 1.1.56.6 current
// outbound sa to SPI DD8C4BB4".
type IPsecCurrent struct {
	inIPsec
	Peer netip.Addr
	SPI  uint32
}

func (e IPsecCurrent) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "IPSEC(update_current_outbound_sa): updated peer %s current outbound sa to SPI %X", e.Peer, e.SPI)
}

// IPsecExpiring is printed when the soft lifetime of an SA has run out.
type IPsecExpiring struct {
	inIPsec
	Seconds uint32
}

func (e IPsecExpiring) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textExpiring, e.Seconds)
}

// IPsecReplace is printed when new SAs take over from old ones of the same identity.
type IPsecReplace struct {
	inIPsec
	Seconds uint32 // the old SA lives on
	SARef
	Local, Remote           netip.Addr
	LocalProxy, RemoteProxy Proxy
}

func (e IPsecReplace) AppendLine(b []byte, m Manner) []byte {
	b = e.SARef.append(fmt.Appendf(b, textReplace, e.Seconds), m)
	return appendIdentity(append(b, ','), e.Local, e.Remote, e.LocalProxy, e.RemoteProxy, m)
}

// IPsecDelete is "IPSEC(delete_sa): deleting SA," with SA and identity.
type IPsecDelete struct {
	inIPsec
	SARef
	Local, Remote           netip.Addr
	LocalProxy, RemoteProxy Proxy
}

func (e IPsecDelete) AppendLine(b []byte, m Manner) []byte {
	b = e.SARef.append(append(b, textDelete...), m)
	return appendIdentity(append(b, ','), e.Local, e.Remote, e.LocalProxy, e.RemoteProxy, m)
}

// IPsecDeleteNotify is "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP".
type IPsecDeleteNotify struct{ inIPsec }

func (e IPsecDeleteNotify) AppendLine(b []byte, _ Manner) []byte {
	return append(b, "IPSEC(key_engine_delete_sas): rec'd delete notify from ISAKMP"...)
}

// IPsecDeleteSPI is "IPSEC(key_engine_delete_sas): delete SA with spi 0x… proto 50 for 23.23.23.3".
type IPsecDeleteSPI struct {
	inIPsec
	AH   bool
	SPI  uint32
	Peer netip.Addr
}

func (e IPsecDeleteSPI) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textDeleteSAs, e.SPI, ipProtocol(e.AH), e.Peer)
}

// IPsecRoute is "IPSEC(rte_mgr): VPN Route Added 20.1.1.0 255.255.255.0 via 23.23.23.3 in
// IP DEFAULT TABLE with tag 0 distance 1", or that it was removed.
type IPsecRoute struct {
	inIPsec
	Prefix  netip.Prefix
	Via     netip.Addr
	Removed bool
}

func (e IPsecRoute) AppendLine(b []byte, _ Manner) []byte {
	if e.Removed {
		return fmt.Appendf(b, "IPSEC(rte_mgr): VPN Route Removed %v %v via %v in IP DEFAULT TABLE", e.Prefix.Addr(), maskOf(e.Prefix), e.Via)
	}
	return fmt.Appendf(b, "IPSEC(rte_mgr): VPN Route Added %v %v via %v in IP DEFAULT TABLE with tag 0 distance 1", e.Prefix.Addr(), maskOf(e.Prefix), e.Via)
}

func maskOf(p netip.Prefix) netip.Addr {
	m := ^uint32(0) << (32 - p.Bits())
	return netip.AddrFrom4([4]byte{byte(m >> 24), byte(m >> 16), byte(m >> 8), byte(m)})
}
