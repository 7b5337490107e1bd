package packet

import "encoding/binary"

// maxQuote is how much of the offending packet an ICMP error quotes: the error
// stays within 576 octets (RFC 1812, section 4.3.2.3).
const maxQuote = 576 - HeaderLen - 8

// MayAnswer reports whether an ICMP error may be sent about the packet. It may
// not about an ICMP error, a fragment other than the first, or a packet whose
// addresses do not name single hosts (RFC 1812, section 4.3.2.7).
func (p *Parsed) MayAnswer() bool {
	if p.FragmentOffset != 0 || !unicast(p.Src) || !unicast(p.Dst) {
		return false
	}
	if p.Protocol != ICMP {
		return true
	}
	if !p.HasICMP {
		return false
	}
	switch p.ICMPType {
	case 3, 4, 5, 11, 12:
		return false
	}
	return true
}

// unicast reports whether an address can be the source of a packet: not of
// 0.0.0.0/8, 127.0.0.0/8 nor class D or E.
func unicast(a uint32) bool {
	return a>>24 != 0 && a>>24 != 127 && a < 0xe0000000
}

// AppendFragmentationNeeded appends the ICMP message "fragmentation needed and
// DF set" about pkt, which p describes, with the MTU that would have fitted
// (RFC 1191, section 4). src is the address that it comes from.
func (p *Parsed) AppendFragmentationNeeded(dst []byte, src uint32, pkt []byte, mtu int) []byte {
	quote := pkt[:min(p.Len, maxQuote)]
	at := len(dst)
	// Precedence 6, internetwork control (RFC 1812, section 4.3.2.5).
	dst = append(dst, 0x45, 0xc0, 0, 0, 0, 0, 0, 0, 64, ICMP, 0, 0)
	dst = binary.BigEndian.AppendUint32(dst, src)
	dst = binary.BigEndian.AppendUint32(dst, p.Src)
	dst = append(dst, 3, 4, 0, 0, 0, 0)
	dst = binary.BigEndian.AppendUint16(dst, uint16(mtu))
	dst = append(dst, quote...)
	ip, icmp := dst[at:at+HeaderLen], dst[at+HeaderLen:]
	binary.BigEndian.PutUint16(ip[2:], uint16(len(dst)-at))
	binary.BigEndian.PutUint16(ip[10:], Checksum(ip))
	binary.BigEndian.PutUint16(icmp[2:], Checksum(icmp))
	return dst
}
