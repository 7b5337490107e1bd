package ike

import (
	"net/netip"
	"slices"

	"conft/ike/exchange"
)

// index finds SAs by what they have in common, so that a negotiation takes as long with
// ten thousand tunnels as with one. Each list has the oldest first; who changes SAs while
// going through one goes through a copy.
type index struct {
	sas     map[netip.Addr][]*sa // by the peer's address
	pairs   map[netip.Addr][]*pair
	at      map[netip.Addr][]*pair    // by where the peer is now, in no order
	serving map[exchange.Flow][]*pair // by the traffic that they protect
	flows   map[*exchange.Peer]int    // with pairs of the peer
	ah      map[uint32]*pair          // bundles, by the inbound SPI of their AH

	open      [lots][]*sa        // responders whose initiator has not authenticated, in no order
	crowd     map[netip.Addr]int // of open[routable], by the peer's address
	computing int                // of them, do Diffie-Hellman for a first message
	dead      []*sa              // were up, and wait to be purged
	born      uint64             // SAs so far
}

func newIndex() index {
	return index{sas: make(map[netip.Addr][]*sa), pairs: make(map[netip.Addr][]*pair), at: make(map[netip.Addr][]*pair),
		serving: make(map[exchange.Flow][]*pair), flows: make(map[*exchange.Peer]int), ah: make(map[uint32]*pair), crowd: make(map[netip.Addr]int)}
}

// lot is the list of open in which an SA stands.
type lot int8

const (
	notOpen   lot = iota - 1
	forgeable     // nothing but a first message has come, from whoever it was
	computed      // the same in Aggressive Mode, where it costs Diffie-Hellman
	routable      // the initiator has answered, so it is where it says
	lots
)

func (x *index) addSA(s *sa) {
	x.born++
	s.born, s.lot = x.born, notOpen
	x.sas[s.peer.Addr] = append(x.sas[s.peer.Addr], s)
	x.sort(s)
}

// sort enters an SA, after a step of its machine, where it belongs.
func (x *index) sort(s *sa) {
	up := !s.m.Since().IsZero()
	in := notOpen
	if !s.gone && !up && s.responder {
		in = forgeable
		if s.m.Routable() {
			in = routable
		} else if s.m.Aggressive() {
			in = computed
		}
	}
	x.move(s, in)
	if computing := in != notOpen && s.m.Computing(); computing != s.computing {
		if s.computing = computing; computing {
			x.computing++
		} else {
			x.computing--
		}
	}
	if dead := !s.gone && up && s.m.Dead(); dead != s.dead {
		s.dead = dead
		if dead {
			x.dead = append(x.dead, s)
		} else {
			x.dead = take(x.dead, s)
		}
	}
}

// move takes an SA from its lot to another.
func (x *index) move(s *sa, to lot) {
	if s.lot == to {
		return
	}
	if s.lot != notOpen {
		from := x.open[s.lot]
		last := from[len(from)-1]
		from[s.place], last.place = last, s.place
		from[len(from)-1] = nil
		x.open[s.lot] = from[:len(from)-1]
	}
	x.count(s, to)
	if s.lot = to; to != notOpen {
		s.place = len(x.open[to])
		x.open[to] = append(x.open[to], s)
	}
}

// count keeps crowd when an SA goes to another lot.
func (x *index) count(s *sa, to lot) {
	addr := s.peer.Addr
	switch {
	case to == routable:
		x.crowd[addr]++
	case s.lot == routable && x.crowd[addr] == 1:
		delete(x.crowd, addr)
	case s.lot == routable:
		x.crowd[addr]--
	}
}

func (x *index) removeSA(s *sa) {
	remove(x.sas, s.peer.Addr, s)
	x.sort(s)
}

func (x *index) addPair(p *pair) {
	x.pairs[p.peer.Addr] = append(x.pairs[p.peer.Addr], p)
	x.at[p.Remote.Addr()] = append(x.at[p.Remote.Addr()], p)
	if !x.serves(p) {
		x.flows[p.peer]++
	}
	x.serving[p.Flow()] = append(x.serving[p.Flow()], p)
	if spi := p.AH.InboundSPI; spi != 0 {
		x.ah[spi] = p
	}
}

func (x *index) removePair(p *pair) {
	remove(x.pairs, p.peer.Addr, p)
	remove(x.at, p.Remote.Addr(), p)
	remove(x.serving, p.Flow(), p)
	if !x.serves(p) {
		if x.flows[p.peer]--; x.flows[p.peer] == 0 {
			delete(x.flows, p.peer)
		}
	}
	delete(x.ah, p.AH.InboundSPI)
}

// serves reports whether the peer of p has a pair for its traffic.
func (x *index) serves(p *pair) bool {
	return slices.ContainsFunc(x.serving[p.Flow()], func(o *pair) bool { return o.peer == p.peer })
}

// follow moves a pair to where its peer is now.
func (x *index) follow(p *pair, remote netip.AddrPort) {
	remove(x.at, p.Remote.Addr(), p)
	p.Remote = remote
	x.at[remote.Addr()] = append(x.at[remote.Addr()], p)
}

// remove takes an element from a list, and the list from its map when it was the last.
func remove[K, E comparable](lists map[K][]E, k K, e E) {
	if rest := take(lists[k], e); len(rest) > 0 {
		lists[k] = rest
	} else {
		delete(lists, k)
	}
}

func take[E comparable](list []E, e E) []E {
	if i := slices.Index(list, e); i >= 0 {
		return slices.Delete(list, i, i+1)
	}
	return list
}
