package ike

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"io"
	"maps"
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/v1"
)

// Core is the engine without goroutines and clock. It is not safe for concurrent use.
type Core struct {
	o       Options
	policy  *exchange.Policy
	now     time.Time  // of the input that is handled
	about   netip.Addr // the peer that is dealt with, for the conditions of debugging
	timers  timers
	jobs    []Job
	actions []exchange.Action // room for those of a step
	later   []func()          // what a step leaves to be done when its actions are

	sas    []*sa // the oldest first
	own    map[[8]byte]*sa
	offers map[offer]*sa
	peers  map[netip.Addr]*exchange.Peer

	failures   failures
	configured map[netip.Addr]bool // the peers that the policy names

	by       index
	pairs    map[uint32]*pair // by inbound SPI
	requests map[exchange.Flow]*request
	wanting  int                           // requests of traffic without SAs
	current  map[exchange.Place]netip.Addr // the peer in use
	shelters map[exchange.Flow]*shelter

	conns, flows, handles, ptrs uint32
	drops                       map[string]uint64
	spoken                      map[string]time.Time // rate-limited messages
}

// NewCore returns a Core without policy, which answers nobody. Options.Now is not used.
func NewCore(o Options) *Core {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &Core{
		o:      o,
		policy: &exchange.Policy{},
		own:    make(map[[8]byte]*sa), offers: make(map[offer]*sa), peers: make(map[netip.Addr]*exchange.Peer),
		by: newIndex(), pairs: make(map[uint32]*pair), requests: make(map[exchange.Flow]*request), current: make(map[exchange.Place]netip.Addr),
		shelters: make(map[exchange.Flow]*shelter),
		failures: make(failures),
		drops:    make(map[string]uint64), spoken: make(map[string]time.Time),
		flows: firstFlow - 1,
	}
}

// Handle does what follows from in, and from the deadlines that have passed at now. The
// jobs are to be run in any order; their results are inputs.
func (c *Core) Handle(now time.Time, in Input) []Job {
	c.about = netip.Addr{}
	c.now, c.jobs = now, nil
	for {
		k, ok := c.timers.due(now)
		if !ok {
			break
		}
		c.expired(k)
		c.settle()
	}
	switch in := in.(type) {
	case Datagram:
		c.receive(in)
	case SetPolicy:
		c.setPolicy(in.Policy)
	case Acquire:
		c.acquire(in.Acquire)
	case VolumeExpired:
		c.volumeExpired(in)
	case ClearSA:
		c.clearSA(in)
	case ClearISAKMP:
		c.clearISAKMP(in.ConnID)
	case Moved:
		c.moved(in)
	case InvalidSPI:
		c.invalidSPI(in)
	case result:
		c.sheltered(in.ev)
		if secret, ok := in.ev.(exchange.Secret); !in.sa.gone {
			c.step(in.sa, in.ev)
		} else if ok {
			v1.Erase(secret)
		}
	}
	c.settle()
	return c.jobs
}

// settle does what steps have left to be done, which may be more steps.
func (c *Core) settle() {
	for len(c.later) > 0 {
		f := c.later[0]
		c.later = c.later[1:]
		f()
	}
}

// Deadline returns when Handle must be called next, if nothing else happens before.
func (c *Core) Deadline() (time.Time, bool) { return c.timers.earliest() }

// expired serves a timer.
func (c *Core) expired(k timerKey) {
	switch owner := k.owner.(type) {
	case *sa:
		c.step(owner, exchange.Expired{Timer: k.timer})
	case *pair:
		c.pairExpired(owner, k.timer.Kind)
	case *request:
		c.requestExpired(owner)
	}
}

// setPolicy replaces the policy, forgets the requests and deletes the IPsec SAs that have no
// place in it any more, and deletes the ISAKMP SAs of an address that an interface has lost.
// A negotiation begun with a peer that no entry has any more ends: nobody waits for it.
func (c *Core) setPolicy(p *exchange.Policy) {
	if p == nil {
		p = &exchange.Policy{}
	}
	lost := lostAddresses(c.policy, p)
	c.policy = p
	c.configure(p)
	c.keepPeers()
	for key, r := range c.requests {
		if !keeps(p, key, r.Tunnel.Local, r.Peer) {
			c.dropRequest(r)
		}
	}
	var gone []*pair
	for _, q := range c.ordered() {
		if !keeps(p, q.Flow(), q.Local.Addr(), q.peer.Addr) {
			gone = append(gone, q)
		}
	}
	c.deletePairs(gone)
	for _, s := range slices.Clone(c.sas) {
		budding := !s.responder && s.m.Budding()
		if (budding || lost[s.local()]) && !p.Leads(s.local(), s.peer.Addr) {
			c.step(s, exchange.Delete{Reason: debug.SANoReason, Quiet: budding})
		}
	}
}

// lostAddresses are those that interfaces had before and have no more now.
func lostAddresses(before, now *exchange.Policy) map[netip.Addr]bool {
	has := make(map[string]netip.Addr)
	for i := range now.Tunnels {
		has[now.Tunnels[i].Interface] = now.Tunnels[i].Local
	}
	lost := make(map[netip.Addr]bool)
	for i := range before.Tunnels {
		t := &before.Tunnels[i]
		if local, ok := has[t.Interface]; ok && local != t.Local {
			lost[t.Local] = true
		}
	}
	return lost
}

// keeps reports whether a policy has the entry of a flow with a selector for it, and leads it
// from the same address to the peer.
func keeps(p *exchange.Policy, f exchange.Flow, local, peer netip.Addr) bool {
	t := p.Tunnel(f.Place())
	return t != nil && t.Covers(f.Selector) && t.Local == local && t.Admits(peer)
}

// ConnID implements exchange.Registry. In 15.x the first is 1001.
func (c *Core) ConnID() uint32 {
	c.conns++
	if c.ios15() {
		return 1000 + c.conns
	}
	return c.conns
}

// ios15 reports whether the manner of 15.x is kept.
func (c *Core) ios15() bool { return c.policy.Version == debug.IOS15 }

// SPI implements exchange.Registry. The first 256 values are reserved (RFC 2406,
// section 2.1).
func (c *Core) SPI() uint32 {
	for {
		spi := c.draw()
		if spi > 255 && c.receiver(spi) == nil && !c.promised(spi) {
			return spi
		}
	}
}

// receiver returns the pair that receives on an SPI, by whichever of its protocols.
func (c *Core) receiver(spi uint32) *pair {
	if p := c.pairs[spi]; p != nil {
		return p
	}
	return c.by.ah[spi]
}

// draw returns a random number.
func (c *Core) draw() uint32 {
	var b [4]byte
	if _, err := io.ReadFull(c.o.Rand, b[:]); err != nil {
		panic("ike: no randomness: " + err.Error()) // nothing safe can be sent
	}
	return binary.BigEndian.Uint32(b[:])
}

// Known implements exchange.Registry.
func (c *Core) Known(peer netip.Addr, except [8]byte) bool {
	for _, s := range c.by.sas[peer] {
		// A half-open SA may be a forgery, which must not keep the peer from
		// learning that we have lost our memory.
		if s.cookie != except && !s.m.Dead() && !s.m.HalfOpen() {
			return true
		}
	}
	return len(c.by.pairs[peer]) > 0
}

// ISAKMPSAs returns the ISAKMP SAs, the newest first.
func (c *Core) ISAKMPSAs(now time.Time) []exchange.PhaseOneInfo {
	list := make([]exchange.PhaseOneInfo, 0, len(c.sas))
	for _, s := range slices.Backward(c.sas) {
		list = append(list, s.m.Info(now))
	}
	return list
}

// IPsecSAs returns the pairs of IPsec SAs, the newest first.
func (c *Core) IPsecSAs() []exchange.SAInfo {
	var list []exchange.SAInfo
	for _, p := range slices.Backward(c.ordered()) {
		list = append(list, p.SAInfo)
	}
	return list
}

// ordered returns the pairs, the oldest first.
func (c *Core) ordered() []*pair {
	list := slices.Collect(maps.Values(c.pairs))
	slices.SortFunc(list, func(a, b *pair) int { return cmp.Compare(a.InboundConn, b.InboundConn) })
	return list
}
