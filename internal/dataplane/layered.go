package dataplane

import (
	"encoding/binary"
	"net/netip"

	"conft/esp"
	"conft/internal/acl"
	"conft/internal/packet"
	"conft/internal/suite"
)

// AH is the Authentication Header of a pair: outside ESP, or in its place. Zero is none.
//
//	tunnel mode      IP' [AH] [ESP] IP payload
//	transport mode   IP  [AH] [ESP] payload
//
// With AH, and in transport mode, the IP header is ours to write: such packets leave and
// AH arrives whole, by way of Options.AH.
type AH struct {
	Auth          suite.Auth
	InSPI, OutSPI uint32
	InKey, OutKey []byte // copied by Install; the caller clears its own
	ConnID        uint32 // of the inbound SA
}

// openAH makes both directions of the pair's AH, if it has any.
func (s *pair) openAH() (err error) {
	if s.AH.Auth == suite.AuthNone {
		return nil
	}
	if s.ahOut, err = esp.NewAHOutbound(s.AH.OutSPI, esp.AHKeys{Auth: s.AH.Auth, Key: s.AH.OutKey}); err != nil {
		return err
	}
	s.ahIn, err = esp.NewAHInbound(s.AH.InSPI, esp.AHKeys{Auth: s.AH.Auth, Key: s.AH.InKey}, s.Window)
	s.AH.InKey, s.AH.OutKey = nil, nil
	return err
}

func (s *pair) ahLen() int {
	if s.ahOut == nil {
		return 0
	}
	return s.ahOut.Len()
}

// cover protects a packet on an SA that is not just ESP in tunnel mode, or that is to be
// fragmented: then, too, the outer headers are ours. header is scratch.
func (p *outPacket) cover(header *[60]byte) {
	s := p.sa
	h, next := header[:0], byte(packet.IPIP)
	if s.Transport {
		hl := int(p.buf[p.off]&15) * 4
		h, next = header[:copy(header[:], p.buf[p.off:p.off+hl])], p.buf[p.off+9]
	}
	start, end := p.off+len(h), p.off+p.n
	if s.out != nil {
		if start, end = s.out.Seal(p.buf, start, end-start, p.seq, next); start == end {
			p.fate = OutRemoved
			return
		}
		next = packet.ESP
	}
	if !s.whole && !p.long {
		p.off, p.n = start, end-start
		return
	}
	if s.udp {
		start, next = putUDP(p.buf, start, end, s), packet.UDP
	}
	if !s.Transport || s.udp {
		h = outerHeader(header, s, p)
	}
	p.off = start - s.ahLen() - len(h)
	p.n = end - p.off
	ip := p.buf[p.off:end]
	copy(ip, h)
	binary.BigEndian.PutUint16(ip[2:], uint16(p.n))
	ip[9] = next
	if binary.BigEndian.Uint16(ip[4:]) == 0 {
		binary.BigEndian.PutUint16(ip[4:], p.ident)
	}
	if s.ahOut != nil {
		switch s.ahOut.Seal(ip, p.ahSeq, next) {
		case nil:
		case esp.ErrHeader:
			p.fate = OutMalformed
		default:
			p.fate = OutRemoved
		}
	}
	packet.SetChecksum(ip)
}

const outerTTL = 64

// outerHeader writes the header of tunnel mode.
func outerHeader(header *[60]byte, s *pair, p *outPacket) []byte {
	h := header[:packet.HeaderLen]
	clear(h)
	h[0], h[1], h[8] = 0x45, p.tos, outerTTL
	if p.df {
		h[6] = 0x40
	}
	putAddrs(h, s.Local.Addr(), s.remote.Load().Addr())
	return h
}

// putUDP writes the header of UDP 4500 before buf[start:end] and returns where it begins.
// "The IPv4 UDP Checksum SHOULD be transmitted as a zero value", RFC 3948, section 2.1.
func putUDP(buf []byte, start, end int, s *pair) int {
	start -= esp.UDPHeaderLen
	u := buf[start:end]
	binary.BigEndian.PutUint16(u, s.Local.Port())
	binary.BigEndian.PutUint16(u[2:], s.remote.Load().Port())
	binary.BigEndian.PutUint16(u[4:], uint16(len(u)))
	binary.BigEndian.PutUint16(u[6:], 0)
	return start
}

func putAddrs(h []byte, src, dst netip.Addr) {
	a, b := src.As4(), dst.As4()
	copy(h[12:], a[:])
	copy(h[16:], b[:])
}

// uncover verifies and opens what came in pkt, which begins with its IP header if the SA
// has AH, and says what is wrong with it.
func (p *inPacket) uncover(pkt []byte) (inner []byte, next byte, fate Drop) {
	s := p.sa
	inner = pkt
	var err error
	if s.ahIn != nil {
		if inner, next, _, err = s.ahIn.Open(pkt); err != nil {
			return nil, 0, fateOf(err)
		}
		if s.in == nil {
			return inner, next, NoDrop
		}
		if next != packet.ESP {
			return nil, 0, InEncapsulation
		}
	}
	if inner, next, p.espSeq, err = s.in.Open(inner); err != nil {
		return nil, 0, fateOf(err)
	}
	return inner, next, NoDrop
}

func fateOf(err error) Drop {
	switch err {
	case esp.ErrClosed:
		return InRemoved
	case esp.ErrAuth:
		return InMAC
	case esp.ErrMalformed:
		return InLength
	}
	return InPadding
}

// restore puts the IP header of transport mode back before the payload, which begins at
// slot[at:at+n], and returns where the packet begins.
func (p *inPacket) restore(at, n int, next byte) int {
	s := p.sa
	hl := packet.HeaderLen
	if s.ahIn != nil {
		pkt := p.slot[inRoom:]
		hl = int(pkt[0]&15) * 4
		copy(p.slot[at-hl:at], pkt[:hl])
	} else {
		h := p.slot[at-hl : at]
		clear(h)
		h[0], h[1], h[8] = 0x45, p.tos, p.ttl
		putAddrs(h, p.from.Addr(), s.Local.Addr())
	}
	ip := p.slot[at-hl : at+n]
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	ip[9] = next
	packet.SetChecksum(ip)
	if s.SentFrom.IsValid() {
		packet.FixChecksum(ip, acl.Word(s.SentFrom), acl.Word(s.SentTo))
	}
	return at - hl
}

// tailroom is what ESP needs at most behind a packet.
func (s *pair) tailroom() int {
	if s.out == nil {
		return 0
	}
	return s.out.Tailroom()
}
