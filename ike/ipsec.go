package ike

import (
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

// pair is a pair of IPsec SAs that is installed.
type pair struct {
	exchange.SAInfo
	timed
	peer    *exchange.Peer
	sa      *sa       // that it was negotiated under
	started time.Time // its Quick Mode
	enabled bool      // the peer can receive
	leaving bool      // another pair has taken over

	carried exchange.Traffic // at the last look whether it is used
	busy    time.Time        // when that was last seen to have changed
}

// install gives a pair to the data plane. Its debug lines follow those of the step.
func (c *Core) install(s *sa, a exchange.Install) {
	p := &pair{SAInfo: a.Pair.SAInfo, peer: s.peer, sa: s, started: a.Started}
	if len(p.Legs()) == 2 {
		p.AH.InboundConn, p.AH.OutboundConn = c.flows+1, c.flows+2
		c.flows += 2
	}
	p.InboundConn, p.OutboundConn = c.flows+1, c.flows+2
	c.flows += 2
	a.Pair.SAInfo = p.SAInfo
	refused := c.refusal(p)
	if refused == "" && c.o.IPsec.Install(a.Pair) != nil {
		refused = "SA not installed"
	}
	if refused != "" {
		c.drop(refused)
		a.Pair.Inbound.Clear()
		a.Pair.Outbound.Clear()
		c.later = append(c.later, func() {
			c.unlock(p)
			c.tell(p.sa, []*pair{p})
		})
		return
	}
	c.pairs[p.InboundSPI] = p
	first := c.alone(p)
	c.by.addPair(p)
	if p.peer.Session.IsZero() {
		p.peer.Session = c.now
	}
	p.Session = p.peer.Session
	life := time.Duration(p.LifeSeconds) * time.Second
	early := softInitiator
	if !p.Initiator {
		early = softResponder
	}
	c.timers.set(timerKey{p, soft}, c.now.Add(life-min(early, life/2)))
	c.timers.set(timerKey{p, hard}, c.now.Add(life))
	if q := c.requests[p.Flow()]; q != nil && q.SPI == p.InboundSPI {
		c.dropRequest(q)
	}
	c.watchIdle(p)
	c.later = append(c.later, func() {
		c.traceInstalled(p)
		if first {
			c.session(p, true)
		}
	})
}

// alone reports whether the peer of a pair has no other.
func (c *Core) alone(p *pair) bool {
	return !slices.ContainsFunc(c.by.pairs[p.peer.Addr], func(o *pair) bool { return o != p && o.sa.same(p.sa) })
}

// session says that the session with the peer of a pair is up or down.
func (c *Core) session(p *pair, up bool) {
	if c.policy.LogSessions {
		_, remote := p.sa.m.Endpoints()
		c.emit(debug.CryptoSession{Up: up, Peer: remote, ID: p.sa.m.PeerID().String()})
	}
}

// refusal says why a pair must not be installed, "" if it may. The policy may be another
// than when it was agreed on, a round trip ago.
func (c *Core) refusal(p *pair) string {
	t := c.policy.Tunnel(p.Place())
	switch {
	case !keeps(c.policy, p.Flow(), p.Local.Addr(), p.peer.Addr) || t.Open() && !c.stands(p.Flow()):
		return "SA no longer configured"
	case p.UDPEncap && c.taken(p.sa, p.Selector, p.SentFrom):
		return "traffic of another peer behind the NAT"
	case !c.by.serves(p) && c.by.flows[p.peer] >= maxPeerFlows, p.peer.IPsec > maxPeerPairs: // this one counts already
		return "too many IPsec SAs of one peer"
	}
	return ""
}

// temporaryEntry is the sequence number that IOS prints of entries that a peer has made by
// way of a dynamic crypto map. Ours are beyond it.
const temporaryEntry = 65536

// firstSibling is the number that IOS prints of the first pair of SAs of an engine whose
// connections begin with firstFlow.
const (
	firstSibling = 0x80000002
	firstFlow    = 2001
)

// traceInstalled is what the key engine reports of a new pair.
func (c *Core) traceInstalled(p *pair) {
	if !c.tracing() {
		return
	}
	c.about = p.peer.Addr
	local, remote := p.Selector.Local.Debug(), p.Selector.Remote.Debug()
	match := debug.IPsecProxyMatch{Src: local.Addr, Dst: remote.Addr, Protocol: local.Protocol, SrcPort: local.Port, DstPort: remote.Port}
	if c.ios15() {
		c.emit(debug.IPsecKeyEngine{Count: 1})
		c.emit(match)
		c.emit(debug.IPsecMapFound{Map: p.Map, Seq: min(p.Seq, temporaryEntry)})
	} else {
		c.emit(debug.IPsecKeyEngine{Count: 2})
		for _, k := range append(p.KeyRequests(false), p.KeyRequests(true)...) {
			c.emit(debug.IPsecInitialize{KeyRequest: k})
		}
		c.emit(match)
		c.emit(debug.IPsecReconnect{Peer: p.peer.Addr})
		c.emit(debug.IPsecFlow{Sibling: firstSibling + (p.InboundConn-firstFlow)/2})
		c.emit(debug.IPsecAddIdent{Src: local.Addr, Dst: remote.Addr, DstPort: remote.Port})
	}
	for _, outbound := range []bool{false, true} {
		for _, sa := range p.SARefs(outbound) {
			c.emit(debug.IPsecCreate{SARef: sa, Local: p.Local.Addr(), Remote: p.Remote.Addr(), LocalProxy: local, RemoteProxy: remote})
		}
	}
}
