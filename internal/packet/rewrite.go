package packet

import "encoding/binary"

// SetChecksum makes the header checksum of ip right.
func SetChecksum(ip []byte) {
	hl := int(ip[0]&15) * 4
	binary.BigEndian.PutUint16(ip[10:], 0)
	binary.BigEndian.PutUint16(ip[10:], Checksum(ip[:hl]))
}

// SetWhole makes ip say that it is a whole packet of its own length.
func SetWhole(ip []byte) {
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	binary.BigEndian.PutUint16(ip[6:], 0)
	SetChecksum(ip)
}

// FixChecksum adjusts the TCP or UDP checksum of a whole packet that was computed for
// other addresses (RFC 3948, section 3.1.2): src and dst are those it was sent with.
func FixChecksum(ip []byte, src, dst uint32) {
	hl := int(ip[0]&15) * 4
	at := 16
	switch ip[9] {
	case TCP:
	case UDP:
		at = 6
	default:
		return
	}
	if len(ip) < hl+at+2 {
		return
	}
	sum := ip[hl+at : hl+at+2]
	old := binary.BigEndian.Uint16(sum)
	if ip[9] == UDP && old == 0 { // none
		return
	}
	n := uint32(^old)
	for i, was := range [2]uint32{src, dst} {
		n += uint32(^uint16(was>>16)) + uint32(^uint16(was))
		is := binary.BigEndian.Uint32(ip[12+4*i:])
		n += is>>16 + is&0xffff
	}
	for n > 0xffff {
		n = n>>16 + n&0xffff
	}
	fixed := ^uint16(n)
	if ip[9] == UDP && fixed == 0 {
		fixed = 0xffff
	}
	binary.BigEndian.PutUint16(sum, fixed)
}
