package dataplane

import (
	"encoding/binary"
	"net/netip"
	"time"

	"conft/debug"
	"conft/esp"
	"conft/internal/acl"
	"conft/internal/packet"
)

const (
	// "The TIMER … we recommend … 10 minutes", RFC 1191, section 6.3; IOS does so.
	pathMTUAge = 10 * time.Minute

	// minPathMTU is what a path is believed to carry whatever a router says, as the
	// vendor's firewalls have it; minUnproved is that where the router quotes so little
	// of a packet that anybody could have.
	minPathMTU  = 256
	minUnproved = 576

	unprovedInterval = 10 * time.Millisecond // of all peers
	unprovedBurst    = 20
)

// plateaus are the MTUs of common links below 1500 (RFC 1191, section 7.1), for
// routers that do not say what they carry.
var plateaus = []int{8166, 4352, 2002, 1492, 1006, 508, 296}

// pathMTU is what the routers on the way to a peer have said.
type pathMTU struct {
	mtu   int
	timer *time.Timer // forgets it
}

// TooBig learns from a router on the way that a packet of ours was too big for it. All
// SAs with that peer keep within what the router says from now on, and senders of
// larger packets are told in their turn (RFC 4301, section 8.2.1). A message about a
// packet that was not sent with DF under an SA is counted and ignored. One about what else
// the router sends is for the kernel.
func (p *Path) TooBig(t packet.TooBig) {
	if !ofEngine(&t) {
		return
	}
	s, proved := p.sender(&t)
	if s == nil {
		p.drops.add(InTooBig)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	mtu := t.MTU
	for i := 0; mtu == 0 && i < len(plateaus); i++ {
		if plateaus[i] < t.Len {
			mtu = plateaus[i]
		}
	}
	if proved {
		mtu = max(mtu, minPathMTU)
	} else {
		mtu = max(mtu, minUnproved)
	}
	peer, now := t.Dst, s.path
	l := p.learnt[peer]
	if mtu > now || mtu == now && l == nil {
		return // about a packet sent before now was known
	}
	if l == nil {
		l = &pathMTU{}
		l.timer = time.AfterFunc(pathMTUAge, func() { p.forgetPath(peer, l) })
		p.learnt[peer] = l
	}
	l.mtu = mtu
	l.timer.Reset(pathMTUAge)
	p.refit()
}

// ofEngine reports whether the packet quoted is said to be ESP or AH.
func ofEngine(t *packet.TooBig) bool {
	const natTraversal = 4500
	switch t.Protocol {
	case packet.ESP, packet.AH:
		return true
	case packet.UDP:
		return binary.BigEndian.Uint16(t.Payload) == natTraversal
	}
	return false
}

// sender finds the SA that sent the packet quoted; proved says that the quote holds
// its SPI and a sequence number. A forged message costs one look-up, so that a flood of
// them keeps no true one out, or, where it proves nothing, is one of so many a second.
func (p *Path) sender(t *packet.TooBig) (s *pair, proved bool) {
	quote, udp, ah := t.Payload, t.Protocol == packet.UDP, t.Protocol == packet.AH
	if !t.DF || t.MTU >= t.Len {
		return nil, false
	}
	if ah { // SPI and number are four octets further on
		quote = quote[4:]
	}
	var local, remote uint16
	if udp {
		local, remote = binary.BigEndian.Uint16(quote), binary.BigEndian.Uint16(quote[2:])
		quote = quote[esp.UDPHeaderLen:]
	}
	sent := func(s *pair) bool {
		return s.udp == udp && (s.ahOut != nil) == ah && s.Local == netip.AddrPortFrom(t.Src, local) && *s.remote.Load() == netip.AddrPortFrom(t.Dst, remote)
	}
	if len(quote) >= 8 {
		s = p.outer.get(outerKey(t.Dst, binary.BigEndian.Uint32(quote)))
		if s == nil || !sent(s) || !s.hasSent(binary.BigEndian.Uint32(quote[4:])) {
			return nil, false
		}
		return s, true
	}
	if p.unproved.allow(p.now()) {
		for s := range p.sad.all() {
			if sent(s) {
				return s, false
			}
		}
	}
	return nil, false
}

// outerKey names the outermost outbound SA of a pair.
func outerKey(remote netip.Addr, spi uint32) uint64 {
	return uint64(acl.Word(remote))<<32 | uint64(spi)
}

// seat puts a pair where its peer is now into the table of outbound SAs. The caller holds
// p.mu.
func (p *Path) seat(s *pair) {
	if p.sad.get(uint64(s.InSPI)) != s {
		return // withdrawn meanwhile
	}
	p.unseat(s)
	s.seat = outerKey(s.remote.Load().Addr(), s.outerSPI())
	p.outer.put(s.seat, s)
}

// unseat takes it out. The caller holds p.mu.
func (p *Path) unseat(s *pair) {
	if p.outer.get(s.seat) == s {
		p.outer.drop(s.seat)
	}
}

// move makes a pair send to where its peer is seen now.
func (p *Path) move(s *pair, remote netip.AddrPort) {
	was := s.remote.Swap(&remote)
	if was.Addr() != remote.Addr() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.seat(s)
	}
}

// outerSPI is the SPI that stands outermost in what the pair sends.
func (s *pair) outerSPI() uint32 {
	if s.ahOut != nil {
		return s.AH.OutSPI
	}
	return s.OutSPI
}

// hasSent reports whether a packet with that sequence number has left.
func (s *pair) hasSent(seq uint32) bool { return seq != 0 && uint64(seq) <= s.encaps.Load() }

// forgetPath tries the whole of the link again: the path may have become wider.
func (p *Path) forgetPath(peer netip.Addr, l *pathMTU) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.learnt[peer] == l && !p.closed {
		delete(p.learnt, peer)
		p.refit()
	}
}

// leavePath forgets about the path to a peer with which there is no SA any more. The
// caller holds p.mu.
func (p *Path) leavePath(peer netip.Addr) {
	l := p.learnt[peer]
	if l == nil {
		return
	}
	for s := range p.sad.all() {
		if s.remote.Load().Addr() == peer {
			return
		}
	}
	l.timer.Stop()
	delete(p.learnt, peer)
}

// refit computes anew what fits into the packets of each SA, and says where that has
// changed. A peer may have moved since it was computed. The caller holds p.mu.
func (p *Path) refit() {
	for s := range p.sad.all() {
		was := s.path
		if p.fitMTU(s); s.path != was {
			p.Hub.Emit(debug.IPsecAdjustMTU{
				From: was, To: s.path, Local: s.Local.Addr(), Remote: s.remote.Load().Addr(),
				LocalProxy: proxyText(s.Flow.Selector.Local), RemoteProxy: proxyText(s.Flow.Selector.Remote),
			})
		}
	}
}

// maxIP is the length of the longest IPv4 packet.
const maxIP = 0xffff

// longest is the longest inner packet that fits into any outer packet.
func (s *pair) longest() int { return s.fit(maxIP) }

// fit is the longest inner packet that fits into an outer one of size octets.
func (s *pair) fit(size int) int {
	room := size - packet.HeaderLen - s.udpLen() - s.ahLen()
	if s.out != nil {
		room = esp.MaxPlain(s.OutKeys, room)
	}
	if s.Transport && room > 0 {
		room += packet.HeaderLen
	}
	return max(0, room)
}
