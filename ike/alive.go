package ike

import (
	"net/netip"
	"slices"
	"time"

	"conft/ike/exchange"
)

// same reports whether two SAs are with the same peer. Behind a NAT several may share an
// address, and what one of them says is not said for the others.
func (s *sa) same(o *sa) bool {
	return s == o || s.peer.Addr == o.peer.Addr && s.m.PeerID().Equal(o.m.PeerID())
}

// Taken implements exchange.Registry.
func (c *Core) Taken(own [8]byte, s exchange.Selector, from netip.Addr) bool {
	with := c.own[own]
	return with != nil && c.taken(with, s, from)
}

// taken reports whether traffic to the address where an SA's peer is now is that of another
// peer there, wherever the phase 1 of each began.
func (c *Core) taken(with *sa, s exchange.Selector, from netip.Addr) bool {
	_, at := with.m.Endpoints()
	if s.Remote.Prefix != netip.PrefixFrom(at.Addr(), 32) {
		return false
	}
	for _, p := range c.by.at[at.Addr()] {
		if !p.Selector.Overlaps(s) {
			continue
		}
		moved := from.IsValid() && p.SentFrom.IsValid() && p.SentFrom != from
		if moved || !p.sa.m.PeerID().Equal(with.m.PeerID()) {
			return true
		}
	}
	return false
}

// Traffic implements exchange.Registry. What is removed keeps counting, so that the sum
// does not shrink.
func (c *Core) Traffic(own [8]byte) (sum exchange.Traffic) {
	s := c.own[own]
	if s == nil {
		return sum
	}
	sum = s.past
	for _, p := range c.by.pairs[s.peer.Addr] {
		if s.same(p.sa) {
			t := c.o.IPsec.Traffic(p.InboundSPI)
			sum.Sent, sum.Received = sum.Sent+t.Sent, sum.Received+t.Received
		}
	}
	return sum
}

// keepCount adds what a pair has carried, before it is removed, to the SAs it counts for.
func (c *Core) keepCount(p *pair) {
	t := c.o.IPsec.Traffic(p.InboundSPI)
	for _, s := range c.by.sas[p.peer.Addr] {
		if s.same(p.sa) {
			s.past.Sent, s.past.Received = s.past.Sent+t.Sent, s.past.Received+t.Received
		}
	}
}

// used reports whether a pair has carried any packet.
func (c *Core) used(p *pair) bool { return c.o.IPsec.Traffic(p.InboundSPI) != exchange.Traffic{} }

// peerDead removes what was agreed with a peer that does not answer. Where another SA
// with it is up, it was only this one that the peer has lost.
func (c *Core) peerDead(s *sa) {
	alive := false
	for _, o := range c.by.sas[s.peer.Addr] {
		alive = alive || o != s && o.same(s) && o.m.Established(c.now)
	}
	for _, p := range slices.Clone(c.by.pairs[s.peer.Addr]) {
		if p.sa == s || !alive && p.sa.same(s) {
			c.removePair(p)
			if !alive {
				c.failOver(p.Place(), s.peer.Addr)
			}
		}
	}
}

var idle = exchange.Timer{Kind: exchange.Idle}

// idleLooks is how many times within the idle time a pair is looked at.
const idleLooks = 10

// watchIdle begins to look whether a pair is used, if its tunnel wants that.
func (c *Core) watchIdle(p *pair) {
	if t := c.policy.Tunnel(p.Place()); t != nil && t.IdleTime > 0 {
		p.carried, p.busy = c.o.IPsec.Traffic(p.InboundSPI), c.now
		c.timers.set(timerKey{p, idle}, c.now.Add(t.IdleTime/idleLooks))
	}
}

// idle deletes a pair that has carried nothing for the idle time of its tunnel.
func (c *Core) idle(p *pair) {
	t := c.policy.Tunnel(p.Place())
	if t == nil || t.IdleTime == 0 {
		return
	}
	if now := c.o.IPsec.Traffic(p.InboundSPI); now != p.carried {
		p.carried, p.busy = now, c.now
	}
	if c.now.Sub(p.busy) < t.IdleTime {
		c.timers.set(timerKey{p, idle}, c.now.Add(max(t.IdleTime/idleLooks, time.Millisecond)))
		return
	}
	if t.IdleDefault {
		delete(c.current, p.Place())
	}
	c.deletePairs([]*pair{p})
}
