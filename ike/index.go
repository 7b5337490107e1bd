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
	serving map[exchange.Flow][]*pair // by the traffic that they protect

	open []*sa // responders whose initiator has not authenticated, in no order
	dead []*sa // were up, and wait to be purged
}

func newIndex() index {
	return index{sas: make(map[netip.Addr][]*sa), pairs: make(map[netip.Addr][]*pair), serving: make(map[exchange.Flow][]*pair)}
}

// Where an SA stands in open: notOpen, or its place.
const notOpen = -1

func (x *index) addSA(s *sa) {
	s.place = notOpen
	x.sas[s.peer.Addr] = append(x.sas[s.peer.Addr], s)
	x.sort(s)
}

// sort enters an SA, after a step of its machine, where it belongs.
func (x *index) sort(s *sa) {
	up := !s.m.Since().IsZero()
	if open := !s.gone && !up && s.responder; open != (s.place != notOpen) {
		if open {
			s.place = len(x.open)
			x.open = append(x.open, s)
		} else {
			last := x.open[len(x.open)-1]
			x.open[s.place], last.place = last, s.place
			x.open[len(x.open)-1] = nil
			x.open, s.place = x.open[:len(x.open)-1], notOpen
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

func (x *index) removeSA(s *sa) {
	remove(x.sas, s.peer.Addr, s)
	x.sort(s)
}

func (x *index) addPair(p *pair) {
	x.pairs[p.peer.Addr] = append(x.pairs[p.peer.Addr], p)
	x.serving[p.Flow()] = append(x.serving[p.Flow()], p)
}

func (x *index) removePair(p *pair) {
	remove(x.pairs, p.peer.Addr, p)
	remove(x.serving, p.Flow(), p)
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
