// Package packet decodes IPv4 headers, and the TCP, UDP and ICMP fields that
// selectors name, without allocation, and builds the ICMP errors of the packet
// path. It knows nothing of policy.
package packet

import (
	"encoding/binary"
	"errors"
)

// Protocol numbers of the IPv4 header.
const (
	ICMP = 1
	IPIP = 4 // IPv4 in IPv4; the next header of an ESP tunnel
	TCP  = 6
	UDP  = 17
	ESP  = 50
	AH   = 51
)

// HeaderLen is the length of an IPv4 header without options.
const HeaderLen = 20

// ErrShort and the other errors of Decode are fixed values: the packet path
// counts them and never prints the packet.
var (
	ErrShort    = errors.New("packet: shorter than its headers")
	ErrNotIPv4  = errors.New("packet: not IPv4")
	ErrBadTotal = errors.New("packet: total length beyond the octets received")
	ErrTooLong  = errors.New("packet: fragment beyond the longest datagram")
)

// Parsed is one IPv4 packet, decoded. It is reused from packet to packet and
// belongs to one goroutine.
type Parsed struct {
	Src, Dst         uint32 // host byte order
	Protocol         uint8
	TOS              uint8
	ID               uint16 // shared by the fragments of one datagram
	DF, MF           bool
	FragmentOffset   int    // octets
	HeaderLen        int    // octets, with options
	Len              int    // octets, as the header says; what follows is padding
	SrcPort, DstPort uint16 // valid when HasPorts
	HasPorts         bool   // TCP or UDP, and the ports are in this fragment
	TCPFlags         uint8  // valid when HasFlags
	HasFlags         bool   // TCP, and the flags are in this fragment
	ICMPType         uint8  // valid when Protocol is ICMP and HasICMP
	ICMPCode         uint8
	HasICMP          bool
}

// Decode reads the headers of b. On an error p is unspecified. A transport
// header that is cut short is not an error: the packet just has no ports.
func (p *Parsed) Decode(b []byte) error {
	if len(b) < HeaderLen {
		return ErrShort
	}
	if b[0]>>4 != 4 {
		return ErrNotIPv4
	}
	hl := int(b[0]&0x0f) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if hl < HeaderLen || total < hl {
		return ErrShort
	}
	if total > len(b) {
		return ErrBadTotal
	}
	frag := binary.BigEndian.Uint16(b[6:])
	*p = Parsed{
		Src:            binary.BigEndian.Uint32(b[12:]),
		Dst:            binary.BigEndian.Uint32(b[16:]),
		Protocol:       b[9],
		TOS:            b[1],
		ID:             binary.BigEndian.Uint16(b[4:]),
		DF:             frag&0x4000 != 0,
		MF:             frag&0x2000 != 0,
		FragmentOffset: int(frag&0x1fff) * 8,
		HeaderLen:      hl,
		Len:            total,
	}
	if p.FragmentOffset != 0 {
		if p.FragmentOffset+total > 0xffff {
			return ErrTooLong
		}
		return nil
	}
	t := b[hl:total]
	switch {
	case (p.Protocol == TCP || p.Protocol == UDP) && len(t) >= 4:
		p.SrcPort = binary.BigEndian.Uint16(t)
		p.DstPort = binary.BigEndian.Uint16(t[2:])
		p.HasPorts = true
		if p.Protocol == TCP && len(t) >= 14 {
			p.TCPFlags, p.HasFlags = t[13], true
		}
	case p.Protocol == ICMP && len(t) >= 2:
		p.ICMPType, p.ICMPCode, p.HasICMP = t[0], t[1], true
	}
	return nil
}

// Fragment reports whether the packet is one fragment of a larger one.
func (p *Parsed) Fragment() bool { return p.MF || p.FragmentOffset != 0 }

// Checksum is the Internet checksum of b (RFC 1071).
func Checksum(b []byte) uint16 {
	var sum uint64
	for len(b) >= 4 {
		sum += uint64(binary.BigEndian.Uint32(b))
		b = b[4:]
	}
	if len(b) >= 2 {
		sum += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		sum += uint64(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
