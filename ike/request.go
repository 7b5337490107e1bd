package ike

import (
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

const (
	maxRequests  = 1024             // for traffic without SAs
	requestEvery = 30 * time.Second // until IOS asks again, and then gives up
)

// keyOf is what makes two requests the same.
func keyOf(r exchange.Request) exchange.Flow {
	return exchange.Flow{Interface: r.Tunnel.Interface, Map: r.Tunnel.Map, Seq: r.Tunnel.Seq, Selector: r.Selector}
}

// request is a demand for IPsec SAs that IKE has not met yet.
type request struct {
	exchange.Request
	timed
	sa    *sa
	peer  int  // index of the peer that is tried
	count int  // peers tried before it
	tried bool // once more with the same peer, after a phase 1 that had been up
	fired int

	renews *pair // that it is to succeed, nil for none
}

// acquire takes a demand of the data plane, unless it is being met already.
func (c *Core) acquire(a exchange.Acquire) {
	t := c.policy.Tunnel(a.Place())
	if t == nil || len(t.Peers) == 0 || !t.Covers(a.Selector) {
		c.drop("acquire without tunnel")
		return
	}
	if len(c.by.serving[a.Flow]) > 0 {
		return
	}
	c.ask(t, a.Selector, nil)
}

// ask begins a request.
func (c *Core) ask(t *exchange.Tunnel, s exchange.Selector, renews *pair) {
	q := &request{Request: exchange.Request{Tunnel: t, Selector: s, SPI: c.SPI()}, peer: c.firstPeer(t), renews: renews}
	if renews != nil {
		q.peer = max(0, slices.Index(t.Peers, renews.peer.Addr))
	}
	if slices.ContainsFunc(t.Transforms, func(s exchange.TransformSet) bool { return len(s.Split()) > 1 }) {
		q.AHSPI = c.SPI()
	}
	key := keyOf(q.Request)
	if c.requests[key] != nil || renews == nil && c.wanting >= maxRequests {
		return
	}
	if renews == nil {
		c.wanting++
	}
	c.requests[key] = q
	c.timers.set(timerKey{owner: q}, c.now.Add(requestEvery))
	c.traceRequest(q)
	c.assign(q)
}

// assign gives a request to a phase 1 with its peer, a new one if there is none.
func (c *Core) assign(q *request) {
	peer := q.Tunnel.Peers[q.peer]
	c.about, q.Peer = peer, peer
	at := debug.At{Role: debug.Initiator, Message: 1}
	local, remote := at500(q.Tunnel.Local), at500(peer)
	var with *sa
	if p := q.renews; p != nil && p.peer.Addr == peer {
		with = p.sa
		if p.Roams { // nothing else reaches it
			local, remote = p.Local, p.Remote
		}
	}
	if s := c.usable(q.Tunnel.Local, peer, q.Tunnel.Profile, with); s != nil {
		c.keyMessage(s.m.At())
		c.emit(debug.ISAKMPNewNode{At: s.m.At(), State: debug.QMIdle})
		q.sa = s
		c.step(s, q.Request)
		return
	}
	c.keyMessage(at)
	c.emit(debug.ISAKMPRequestProfile{At: at, Profile: q.Tunnel.Profile})
	q.sa = c.initiate(local, remote, exchange.Initiate{Requests: []exchange.Request{q.Request}, Profile: q.Tunnel.Profile})
}

// promised reports whether a request holds an SPI.
func (c *Core) promised(spi uint32) bool {
	for _, q := range c.requests {
		if q.SPI == spi || q.AHSPI == spi {
			return true
		}
	}
	return false
}

// requestExpired reminds IKE once, as IOS does, and then forgets the request, unless
// there are more peers to try: the next packet will ask anew.
func (c *Core) requestExpired(q *request) {
	c.about = q.Tunnel.Peers[q.peer]
	q.fired++
	c.emit(debug.IPsecRequestTimer{Count: q.fired, Local: q.Tunnel.Local, Remote: q.Peer,
		LocalProxy: q.Selector.Local.Debug(), RemoteProxy: q.Selector.Remote.Debug()})
	if q.fired >= 2 && q.count == len(q.Tunnel.Peers)-1 {
		c.dropRequest(q)
		return
	}
	c.timers.set(timerKey{owner: q}, c.now.Add(requestEvery))
	c.traceRequest(q)
	c.keyMessage(q.sa.m.At())
	if q.sa.m.Budding() {
		c.emit(debug.ISAKMPNewNode{At: q.sa.m.At(), State: debug.QMIdle})
		c.emit(debug.ISAKMPBudding{At: q.sa.m.At(), Local: q.Tunnel.Local, Peer: q.Peer})
	}
}

func (c *Core) dropRequest(q *request) {
	c.timers.stopAll(&q.timed)
	if c.requests[keyOf(q.Request)] == q {
		delete(c.requests, keyOf(q.Request))
		if q.renews == nil {
			c.wanting--
		}
	}
}

// failed forgets a request that the peer has refused.
func (c *Core) failed(r exchange.Request) {
	if q := c.requests[keyOf(r)]; q != nil && q.SPI == r.SPI {
		c.dropRequest(q)
	}
}

// traceRequest is IPSEC(sa_request), once for each transform set.
func (c *Core) traceRequest(q *request) {
	if !c.tracing() {
		return
	}
	c.about = q.Tunnel.Peers[q.peer]
	t := q.Tunnel
	local, remote := netip.AddrPortFrom(t.Local, ikePort), netip.AddrPortFrom(t.Peers[q.peer], ikePort)
	for _, set := range t.Transforms {
		i := exchange.SAInfo{Local: local, Remote: remote, OutboundSPI: q.SPI, Set: set, Selector: q.Selector,
			LifeSeconds: t.LifeSeconds, LifeKilobytes: t.LifeKilobytes}
		i.AH.OutboundSPI = q.AHSPI
		i.Transport, _ = set.Propose(q.Selector, local.Addr(), remote.Addr())
		for _, k := range i.KeyRequests(true) {
			k.Flags |= 0x4000
			if t.PFS != 0 {
				k.Flags |= 1
			}
			c.emit(debug.IPsecRequest{KeyRequest: k, Renews: q.renews != nil})
		}
	}
}
