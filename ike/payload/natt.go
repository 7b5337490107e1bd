package payload

import "net/netip"

// A NAT-D payload (RFC 3947, section 3.2) is a hash, written as Opaque and read
// with DecodeNATD.

// DecodeNATD returns the hash of a NAT-D payload, which must be size octets. t is
// TypeNATD or TypeNATDDraft.
func DecodeNATD(t Type, b []byte, size int) ([]byte, error) {
	if len(b) != size {
		return nil, malformed(t, 0, "length is not that of the hash algorithm")
	}
	return b, nil
}

// NATOA is a NAT Original Address payload (RFC 3947, section 5.2).
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!    ID Type    !   RESERVED    !           RESERVED            !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!          IPv4 (4 octets) or IPv6 address (16 octets)          !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type NATOA struct {
	Addr netip.Addr
}

const idIPv6 IDType = 5 // only here; conft negotiates no IPv6 identity

// AppendBody appends the payload without its generic header.
func (p *NATOA) AppendBody(b []byte) []byte {
	kind := IDIPv4
	if p.Addr.Is6() {
		kind = idIPv6
	}
	b = append(b, byte(kind), 0, 0, 0)
	return append(b, p.Addr.AsSlice()...)
}

// DecodeNATOA decodes the body of a NAT-OA payload. t is TypeNATOA or
// TypeNATOADraft.
func DecodeNATOA(t Type, b []byte) (NATOA, error) {
	if len(b) < 4 {
		return NATOA{}, malformed(t, len(b), "shorter than its header")
	}
	if b[1]|b[2]|b[3] != 0 {
		return NATOA{}, malformed(t, 1, "reserved octets are not zero")
	}
	switch kind := IDType(b[0]); {
	case kind == IDIPv4 && len(b) == 8:
		return NATOA{netip.AddrFrom4([4]byte(b[4:]))}, nil
	case kind == idIPv6 && len(b) == 20:
		return NATOA{netip.AddrFrom16([16]byte(b[4:]))}, nil
	}
	return NATOA{}, malformed(t, 0, "not an IPv4 or IPv6 address")
}
