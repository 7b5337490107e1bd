package ike

import (
	"net/netip"
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
	case t == nil || t.Local != p.Local.Addr() || !t.Admits(p.peer.Addr) || !t.Covers(p.Selector) || t.Open() && !c.stands(p.Flow()):
		return "SA no longer configured"
	case p.UDPEncap && c.taken(p.sa, p.Selector, p.SentFrom):
		return "traffic of another peer behind the NAT"
	case p.peer.IPsec > maxPeerPairs: // this one counts already
		return "too many IPsec SAs of one peer"
	}
	return ""
}

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

// clearSA deletes the pairs that are named.
func (c *Core) clearSA(in ClearSA) {
	var list []*pair
	for _, p := range c.ordered() {
		if (!in.Peer.IsValid() || p.peer.Addr == in.Peer) && (in.Map == "" || p.Map == in.Map) && (in.SPI == 0 || in.isOf(p)) {
			list = append(list, p)
		}
	}
	c.deletePairs(list)
}

// isOf reports whether the one SA that is named belongs to a pair.
func (in *ClearSA) isOf(p *pair) bool {
	return slices.ContainsFunc(p.Legs(), func(l exchange.Leg) bool {
		return l.AH == in.AH && (in.To == p.Local.Addr() && l.InboundSPI == in.SPI || in.To == p.Remote.Addr() && l.OutboundSPI == in.SPI)
	})
}

// withdraw removes a pair that the peer never confirmed.
func (c *Core) withdraw(spi uint32) {
	if p := c.pairs[spi]; p != nil && !p.enabled {
		c.deletePairs([]*pair{p})
	}
}

// deletePairs removes pairs and tells their peers, each in one message.
func (c *Core) deletePairs(list []*pair) {
	gone := make(map[*sa][]*pair)
	at := make(map[netip.Addr][]*sa) // one of each peer at an address
	var sas []*sa
	for _, p := range list {
		peers := at[p.peer.Addr]
		i := slices.IndexFunc(peers, p.sa.same)
		if i < 0 {
			i = len(peers)
			peers, sas = append(peers, p.sa), append(sas, p.sa)
			at[p.peer.Addr] = peers
		}
		gone[peers[i]] = append(gone[peers[i]], p)
		c.removePair(p)
	}
	for _, s := range sas {
		c.tell(s, gone[s])
	}
}

// tell sends the peer of an SA the SPIs of pairs that we no longer receive on, if phase 1
// is up.
func (c *Core) tell(with *sa, gone []*pair) {
	s := c.usable(with.local(), with.peer.Addr, "", with)
	if s == nil || !s.m.Established(c.now) {
		return
	}
	var d exchange.DeleteIPsec
	for _, p := range gone {
		for _, leg := range p.Legs() {
			d.Add(leg.InboundSPI, leg.AH)
		}
	}
	c.step(s, d)
}

// invalidSPI tells a peer that what it sends on has no receiver. Whoever forges such a
// packet gains nothing: the peer is told the truth.
func (c *Core) invalidSPI(in InvalidSPI) {
	if c.receiver(in.SPI) != nil || c.promised(in.SPI) || c.limit("invalid SPI") {
		return
	}
	if s := c.usable(in.Local, in.Remote, "", nil); s != nil && s.m.Established(c.now) {
		var d exchange.DeleteIPsec
		d.Add(in.SPI, in.AH)
		c.step(s, d)
		return
	}
	c.refuse(in.Remote, debug.ISAKMPIgnoreDelete{Local: in.Local, Peer: in.Remote, SPI: in.SPI})
	if t := c.policy.Between(in.Local, in.Remote); t != nil && c.policy.InvalidSPIRecovery && c.usable(in.Local, in.Remote, "", nil) == nil {
		c.initiate(at500(in.Local), at500(in.Remote), exchange.Initiate{Profile: t.Profile})
	}
}

// peerDeleted removes the pair whose outbound SA the peer no longer receives on.
// With one protocol of a bundle the other goes, too.
func (c *Core) peerDeleted(s *sa, d exchange.PeerDeleted) {
	c.about = s.peer.Addr
	for _, p := range slices.Clone(c.by.pairs[s.peer.Addr]) {
		named := slices.ContainsFunc(p.Legs(), func(l exchange.Leg) bool { return l.AH == d.AH && l.OutboundSPI == d.OutboundSPI })
		if named && s.same(p.sa) {
			c.emit(debug.IPsecKeyEngine{Count: 1})
			c.emit(debug.IPsecDeleteNotify{})
			c.emit(debug.IPsecDeleteSPI{SPI: d.OutboundSPI, AH: d.AH, Peer: p.peer.Addr})
			c.removePair(p)
		}
	}
}

// removePair forgets a pair. Of several that serve the same traffic, the data plane goes
// back to another.
func (c *Core) removePair(p *pair) {
	c.about = p.peer.Addr
	delete(c.pairs, p.InboundSPI)
	c.by.removePair(p)
	c.timers.stopAll(&p.timed)
	c.keepCount(p)
	c.o.IPsec.Remove(p.InboundSPI)
	if o := c.successor(p); o != nil {
		c.o.IPsec.Enable(o.InboundSPI)
	}
	local, remote := p.Selector.Local.Debug(), p.Selector.Remote.Debug()
	for _, outbound := range []bool{false, true} {
		for _, sa := range p.SARefs(outbound) {
			c.emit(debug.IPsecDelete{SARef: sa, Local: p.Local.Addr(), Remote: p.Remote.Addr(), LocalProxy: local, RemoteProxy: remote})
		}
	}
	if c.alone(p) {
		c.session(p, false)
	}
	c.unlock(p)
	c.release(p.Flow())
}

// unlock gives the pair's reference on its peer back.
func (c *Core) unlock(p *pair) {
	c.about = p.peer.Addr
	p.peer.IPsec--
	if p.peer.IPsec == 0 {
		p.peer.Session = time.Time{}
	}
	if !c.ios15() {
		c.emit(debug.ISAKMPUnlock{Ptr: p.peer.Ptr, IPsec: true, Count: p.peer.IPsec, By: debug.FromDeleteSAs})
	}
	if p.peer.IKE == 0 && p.peer.IPsec == 0 {
		c.emit(debug.ISAKMPReapPeer{Peer: p.peer.Addr, Ptr: p.peer.Ptr})
	}
	c.reap(p.peer)
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
