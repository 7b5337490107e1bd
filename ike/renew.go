package ike

import (
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

// When a pair of IPsec SAs is renewed and replaced.
const (
	softInitiator = 30 * time.Second // before the end, by whoever negotiated the pair
	softResponder = 15 * time.Second // by the other side, should that have failed
	replaceAfter  = 30 * time.Second // a pair that has a successor lives on for so long
	settleAfter   = 500 * time.Millisecond
	yieldAfter    = 20 * time.Second // likewise one that lost against a simultaneous one
)

// rank decides between two pairs that were negotiated at the same time. Both sides know
// both SPIs, so both come to the same end.
func (p *pair) rank() uint64 {
	return uint64(max(p.InboundSPI, p.OutboundSPI))<<32 | uint64(min(p.InboundSPI, p.OutboundSPI))
}

// The timers of a pair.
var (
	soft = exchange.Timer{Kind: exchange.Renewal}
	hard = exchange.Timer{Kind: exchange.Lifetime}
)

// enable lets the outbound SA of a pair be used, and the pairs before it go.
func (c *Core) enable(spi uint32) {
	p := c.pairs[spi]
	if p == nil {
		return
	}
	p.enabled = true
	c.about = p.peer.Addr
	c.o.IPsec.Enable(spi)
	c.current[p.Place()] = p.peer.Addr
	if !p.Initiator {
		c.emit(debug.IPsecKeyEngine{Count: 1})
		c.emit(debug.IPsecEnableNotify{})
		for _, leg := range p.Legs() {
			c.emit(debug.IPsecEnable{SPI: leg.OutboundSPI, AH: leg.AH})
		}
	}
	if c.ios15() {
		c.emit(debug.IPsecCurrent{Peer: p.peer.Addr, SPI: p.OutboundSPI})
	}
	for _, o := range slices.Clone(c.by.serving[p.Flow()]) {
		if o == p || !o.enabled || o.leaving {
			continue
		}
		if stays, after := p.against(o); stays {
			c.leave(o, after)
		} else {
			c.leave(p, after)
			c.o.IPsec.Enable(o.InboundSPI)
		}
	}
}

// confirmed uses a pair whose Quick Mode is complete. The third message may be overtaken
// by the packets behind it, and a responder may accept them only after it: while an
// older pair serves, the new one waits for a moment.
func (c *Core) confirmed(spi uint32) {
	p := c.pairs[spi]
	if p == nil || p.enabled {
		return
	}
	if p.Initiator && c.successor(p) != nil {
		c.timers.set(timerKey{p, exchange.Timer{Kind: exchange.Settle}}, c.now.Add(settleAfter))
		return
	}
	c.enable(spi)
}

// against decides between two pairs that serve the same traffic: the one negotiated
// later stays. Of two that both sides negotiated at once, both must choose the same.
func (p *pair) against(o *pair) (stays bool, after time.Duration) {
	switch {
	case p.started.After(o.Installed):
		return true, replaceAfter
	case o.started.After(p.Installed):
		return false, replaceAfter
	}
	return p.rank() > o.rank(), yieldAfter
}

// leave lets a pair live on for what is still under way.
func (c *Core) leave(p *pair, after time.Duration) {
	c.about = p.peer.Addr
	p.leaving = true
	c.timers.stop(timerKey{p, soft})
	end := p.Installed.Add(time.Duration(p.LifeSeconds) * time.Second)
	if at := c.now.Add(after); at.Before(end) {
		c.timers.set(timerKey{p, hard}, at)
	}
	local, remote := p.Selector.Local.Debug(), p.Selector.Remote.Debug()
	for _, sa := range p.SARefs(false) {
		c.emit(debug.IPsecReplace{Seconds: uint32(after / time.Second), SARef: sa,
			Local: p.Local.Addr(), Remote: p.Remote.Addr(), LocalProxy: local, RemoteProxy: remote})
	}
}

// pairExpired renews a pair or ends it.
func (c *Core) pairExpired(p *pair, kind exchange.TimerKind) {
	c.about = p.peer.Addr
	end := p.Installed.Add(time.Duration(p.LifeSeconds) * time.Second)
	switch {
	case kind == exchange.Idle:
		c.idle(p)
	case kind == exchange.Settle:
		c.enable(p.InboundSPI)
	case kind == exchange.Renewal:
		if c.used(p) {
			c.renewPair(p, end)
		}
	case p.leaving && c.now.Before(end) && c.successor(p) == nil:
		// The peer has deleted the successor meanwhile: this pair is needed again.
		p.leaving = false
		c.timers.set(timerKey{p, hard}, end)
	default:
		c.deletePairs([]*pair{p})
	}
}

// renewPair negotiates a successor, unless there is one or will be.
func (c *Core) renewPair(p *pair, end time.Time) {
	t := c.policy.Tunnel(p.Place()).Towards(p.peer.Addr)
	if p.leaving || c.successor(p) != nil || c.requests[p.Flow()] != nil || t == nil || len(t.Peers) == 0 {
		return
	}
	c.emit(debug.IPsecExpiring{Seconds: uint32(max(0, end.Sub(c.now)) / time.Second)})
	c.ask(t, p.Selector, p)
}

// successor returns another pair that serves the same traffic.
func (c *Core) successor(p *pair) *pair {
	for _, o := range c.by.serving[p.Flow()] {
		if o != p && o.enabled && !o.leaving {
			return o
		}
	}
	return nil
}

// volumeExpired is told by the data plane.
func (c *Core) volumeExpired(v VolumeExpired) {
	p := c.pairs[v.InboundSPI]
	switch {
	case p == nil:
	case v.Hard:
		c.deletePairs([]*pair{p})
	default:
		c.renewPair(p, p.Installed.Add(time.Duration(p.LifeSeconds)*time.Second))
	}
}

// renew begins a successor of an SA that is about to end, if SAs with the peer are in
// use: a peer that ends them together with phase 1 must find another in time.
func (c *Core) renew(s *sa) {
	for _, o := range c.by.sas[s.peer.Addr] {
		if o != s && (o.same(s) && o.m.Established(c.now) && o.m.Since().After(s.m.Since()) || c.budding(o, s)) {
			return
		}
	}
	for _, p := range c.by.pairs[s.peer.Addr] {
		if s.same(p.sa) && c.used(p) {
			local, remote := s.m.Endpoints()
			if !s.m.Roams() {
				local, remote = at500(local.Addr()), at500(remote.Addr())
			}
			c.initiate(local, remote, exchange.Initiate{Profile: s.m.Profile()})
			return
		}
	}
}
