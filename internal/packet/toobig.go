package packet

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// TooBig is an ICMP message "fragmentation needed and DF set" (RFC 792; RFC 1191,
// section 4) about a packet of ours:
//
//	0         4         8 (ICMP)           20+         (quoted)
//	| 3 4 sum | 0   MTU | IP header quoted | 8 octets or more of what followed it |
//
// It is not authentic: anybody can send one.
type TooBig struct {
	MTU      int        // of the next hop; 0 from routers older than RFC 1191
	From     netip.Addr // who says so
	Src, Dst netip.Addr // of the packet quoted
	Protocol uint8
	DF       bool
	Len      int    // of the packet quoted, octets, IP header included
	Payload  []byte // what is quoted of its payload; refers to the octets decoded
}

// Errors of DecodeTooBig.
var (
	ErrNotTooBig = errors.New("packet: another ICMP message")
	ErrChecksum  = errors.New("packet: wrong ICMP checksum")
)

// quotedLen is what every ICMP error quotes of a payload at least (RFC 792).
const quotedLen = 8

// DecodeTooBig decodes the ICMP message b that came from from. It fails for every
// message that is not complete, of another type or code, or about a fragment other
// than the first.
func DecodeTooBig(from netip.Addr, b []byte) (TooBig, error) {
	const head = 8
	if len(b) < head+HeaderLen+quotedLen {
		return TooBig{}, ErrShort
	}
	if b[0] != 3 || b[1] != 4 {
		return TooBig{}, ErrNotTooBig
	}
	if Checksum(b) != 0 {
		return TooBig{}, ErrChecksum
	}
	q := b[head:]
	if q[0]>>4 != 4 {
		return TooBig{}, ErrNotIPv4
	}
	n := int(q[0]&0x0f) * 4
	if n < HeaderLen || len(q) < n+quotedLen {
		return TooBig{}, ErrShort
	}
	frag := binary.BigEndian.Uint16(q[6:])
	if frag&0x1fff != 0 {
		return TooBig{}, ErrNotTooBig
	}
	return TooBig{
		MTU: int(binary.BigEndian.Uint16(b[6:])), From: from,
		Src: netip.AddrFrom4([4]byte(q[12:])), Dst: netip.AddrFrom4([4]byte(q[16:])),
		Protocol: q[9], DF: frag&0x4000 != 0, Len: int(binary.BigEndian.Uint16(q[2:])), Payload: q[n:],
	}, nil
}
