package packet

import "encoding/binary"

// ECN is the congestion field of an IP header (RFC 3168, section 5): the two low bits
// of the TOS octet.
type ECN uint8

// The code points of ECN.
const (
	NotECT ECN = iota // not capable
	ECT1
	ECT0
	CE // congestion experienced

	ecnMask = 3
)

// DecapsulateECN returns the ECN field with which a packet leaves a tunnel that it
// crossed between inner and outer, and false when it may not leave: "If the inner ECN
// field is Not-ECT […] and the outer ECN field is CE, the decapsulator MUST drop the
// packet", RFC 6040, section 4.2, whose figure 4 this is.
func DecapsulateECN(inner, outer ECN) (ECN, bool) {
	switch {
	case inner == NotECT:
		return NotECT, outer != CE
	case outer == CE, inner == CE:
		return CE, true
	case outer == ECT1:
		return ECT1, true
	}
	return inner, true
}

// ECNOf returns the ECN field of a TOS octet.
func ECNOf(tos uint8) ECN { return ECN(tos & ecnMask) }

// ECN returns the packet's ECN field.
func (p *Parsed) ECN() ECN { return ECNOf(p.TOS) }

// SetECN changes the ECN field of pkt, which p describes, with its header checksum
// (RFC 1624).
func (p *Parsed) SetECN(pkt []byte, e ECN) {
	was := binary.BigEndian.Uint16(pkt)
	p.TOS = p.TOS&^ecnMask | uint8(e)
	pkt[1] = p.TOS
	sum := uint32(^binary.BigEndian.Uint16(pkt[10:])) + uint32(^was) + uint32(binary.BigEndian.Uint16(pkt))
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	binary.BigEndian.PutUint16(pkt[10:], ^uint16(sum))
}
