package ike

import (
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

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

// clearISAKMP deletes the SA with that connection id, or all.
func (c *Core) clearISAKMP(id uint32) {
	for _, s := range slices.Clone(c.sas) {
		if id == 0 || s.m.At().Conn == id {
			c.step(s, exchange.Delete{Reason: debug.SAByKeyEngine})
		}
	}
}

// initialContact forgets what is older than an SA whose peer says that it knows no
// other. What came up after that SA was begun is not meant.
func (c *Core) initialContact(s *sa) {
	created := s.m.Info(c.now).Created
	for _, o := range slices.Clone(c.by.sas[s.peer.Addr]) {
		if o != s && o.same(s) && !o.m.Since().IsZero() && o.m.Since().Before(created) {
			c.step(o, exchange.Delete{Reason: debug.SANoReason, Quiet: true})
		}
	}
	for _, p := range slices.Clone(c.by.pairs[s.peer.Addr]) {
		if p.sa.same(s) && p.Installed.Before(created) {
			c.removePair(p)
		}
	}
}
