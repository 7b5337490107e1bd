package ike_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/ike/payload"
)

// counted returns one counter of a router.
func counted(r *iketest.Router, name string) uint64 {
	for _, c := range r.Core.Counters() {
		if c.Name == name {
			return c.Value
		}
	}
	return 0
}

// host is the n-th selector of one address within a wide one.
func host(n int) exchange.Selector {
	return exchange.Selector{
		Local:  exchange.Proxy{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 2, byte(n >> 8), byte(n)}), 32)},
		Remote: iketest.Side3,
	}
}

// hosts gives both ends of the lab policies under which the first negotiates many
// selectors that the other has in one.
func hosts(count int) (p1, p3 *exchange.Policy) {
	p1, p3 = iketest.Policies()
	for n := range count {
		p1.Tunnels[0].Selectors = append(p1.Tunnels[0].Selectors, host(n))
	}
	wide := exchange.Selector{Local: iketest.Side3, Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("10.0.0.0/8")}}
	p3.Tunnels[0].Selectors = []exchange.Selector{wide}
	return p1, p3
}

// third adds another peer of R3 to the policy of that.
func third(n *iketest.Net, p3 *exchange.Policy) *iketest.Router {
	addr := netip.MustParseAddr("34.34.34.4")
	p4, _ := iketest.Policies()
	p4.Tunnels[0].Local = addr
	p3.Keys = append(p3.Keys, exchange.PresharedKey{Prefix: netip.PrefixFrom(addr, 32), Secret: []byte("cisco")})
	tunnel := p3.Tunnels[0]
	tunnel.Seq, tunnel.Peers = 20, []netip.Addr{addr}
	p3.Tunnels = append(p3.Tunnels, tunnel)
	return n.Add("R4", addr, p4)
}

// The access list changes while message 8 is under way: what it no longer permits is not
// installed, by neither side.
func TestPolicyOfTheMoment(t *testing.T) {
	for _, change := range []func(*exchange.Tunnel){
		func(t *exchange.Tunnel) { t.Selectors = []exchange.Selector{host(1)} },
		func(t *exchange.Tunnel) { t.Peers = []netip.Addr{netip.MustParseAddr("192.0.2.9")} },
		func(t *exchange.Tunnel) { t.Local = netip.MustParseAddr("192.0.2.9") },
	} {
		n, r1, r3 := iketest.Classic(1)
		n.Fate = func(p *iketest.Packet) []time.Duration {
			if p.N == 8 {
				policy, _ := iketest.Policies()
				change(&policy.Tunnels[0])
				r1.Do(ike.SetPolicy{Policy: policy})
			}
			return []time.Duration{0}
		}
		r1.Acquire("MAP", 10, iketest.Flow)
		n.Run(2 * time.Minute)
		if len(r1.Plane.Pairs)+len(r3.Plane.Pairs) != 0 {
			t.Errorf("%d and %d pairs are installed", len(r1.Plane.Pairs), len(r3.Plane.Pairs))
		}
	}
}

// A peer deletes its own SAs only.
func TestDeletionOfAnothersSA(t *testing.T) {
	n := iketest.New(1)
	p1, p3 := iketest.Policies()
	r4 := third(n, p3)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r4, r3)
	victim := r3.Core.IPsecSAs()[0]
	up(t, n, r1, r3)
	for _, spi := range []uint32{victim.OutboundSPI, victim.InboundSPI} {
		n.Run(2 * time.Second)
		r1.Do(ike.InvalidSPI{Local: iketest.Addr1, Remote: iketest.Addr3, SPI: spi}) // R1 deletes it
		n.Run(time.Second)
	}
	if _, there := r3.Plane.Pairs[victim.InboundSPI]; !there || len(r3.Plane.Pairs) != 2 {
		t.Errorf("%d pairs remain, the other peer's is there: %v", len(r3.Plane.Pairs), there)
	}
	own := r3.Core.IPsecSAs()[0] // the newest
	n.Run(2 * time.Second)
	r1.Do(ike.ClearSA{}) // its own it may delete
	n.Run(time.Second)
	if _, there := r3.Plane.Pairs[own.InboundSPI]; there || len(r3.Plane.Pairs) != 1 {
		t.Errorf("%d pairs remain", len(r3.Plane.Pairs))
	}
}

// One peer cannot take the room of the others with pairs: each host of its network one.
func TestPairsOfOnePeer(t *testing.T) {
	const many = 1100
	n := iketest.New(1)
	p1, p3 := hosts(many)
	r4 := third(n, p3)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	for i := range many {
		r1.Acquire("MAP", 10, host(i))
		n.Run(100 * time.Millisecond)
	}
	if got := len(r3.Plane.Pairs); got > 1024 || got < 1000 || counted(r3, "too many IPsec SAs of one peer") == 0 && counted(r1, "too many IPsec SAs of one peer") == 0 {
		t.Errorf("%d pairs", got)
	}
	up(t, n, r4, r3)
}

// Nor with ISAKMP SAs that it brings up and forgets.
func TestISAKMPSAsOfOnePeer(t *testing.T) {
	n := iketest.New(1)
	p1, p3 := hosts(40)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	lost := false
	n.Fate = func(*iketest.Packet) []time.Duration {
		if lost {
			return nil
		}
		return []time.Duration{0}
	}
	for i := range 40 {
		r1.Acquire("MAP", 10, host(i))
		n.Run(time.Second)
		if err := r1.Ping(r3, host(i)); err != nil {
			t.Fatalf("selector %d: %v", i, err)
		}
		lost = true
		r1.Do(ike.ClearISAKMP{})
		lost = false
	}
	live := 0
	for _, s := range r3.Core.ISAKMPSAs(n.Now) {
		if !s.Deleted {
			live++
		}
	}
	if live > 16 {
		t.Errorf("%d ISAKMP SAs are up", live)
	}
}

// A flood that answers, with real addresses, but does not know the pre-shared key: what it
// holds is bounded, others get through, and in the end nothing is left of it.
func TestFloodThatAnswers(t *testing.T) {
	n := iketest.New(1)
	p1, p3 := iketest.Policies()
	p3.Keys = append(p3.Keys, exchange.PresharedKey{Prefix: netip.MustParsePrefix("100.64.0.0/16"), Secret: []byte("cisco")})
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	before := r3.Core.Held()
	for i := range 1300 {
		p, _ := iketest.Policies()
		p.Tunnels[0].Local = netip.AddrFrom4([4]byte{100, 64, byte(i >> 8), byte(i)})
		p.Keys[0].Secret = []byte("guess")
		n.Add("X", p.Tunnels[0].Local, p).Acquire("MAP", 10, iketest.Flow)
		n.Run(12 * time.Millisecond)
	}
	if held := r3.Core.Held(); held["SAs"] > 1024 || held["timers"] > 3*1024 {
		t.Errorf("it holds %v", held)
	}
	up(t, n, r1, r3)
	r1.Do(ike.ClearSA{})
	r1.Do(ike.ClearISAKMP{})
	n.Run(10 * time.Minute)
	for kind, now := range r3.Core.Held() {
		if now != before[kind] {
			t.Errorf("%d %s remain", now, kind)
		}
	}
}

// Thousands of negotiations fail, on both sides and at every stage: nothing of them stays.
func TestFailuresLeaveNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p *exchange.Policy)
	}{
		{"no proposal", func(p *exchange.Policy) { p.Proposals[0].KeyBits, p.Proposals[0].Encryption = 128, 7 }},
		{"another key", func(p *exchange.Policy) { p.Keys[0].Secret = []byte("other") }},
		{"no key", func(p *exchange.Policy) { p.Keys = nil }},
		{"no transform set", func(p *exchange.Policy) { p.Tunnels[0].Transforms[0].Auth = 2 }},
		{"other proxies", func(p *exchange.Policy) { p.Tunnels[0].Selectors[0] = host(1) }},
		{"PFS", func(p *exchange.Policy) { p.Tunnels[0].PFS = 1 }},
	} {
		n := iketest.New(1)
		p1, p3 := iketest.Policies()
		c.change(p3)
		r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
		loss := 0
		n.Fate = func(p *iketest.Packet) []time.Duration {
			if loss++; loss%7 == 0 {
				return nil
			}
			return []time.Duration{0}
		}
		for range 1000 {
			r1.Acquire("MAP", 10, iketest.Flow)
			n.Run(20 * time.Second)
		}
		if len(r1.Plane.Pairs)+len(r3.Plane.Pairs) != 0 {
			t.Errorf("%s: pairs were installed", c.name)
		}
		r1.Do(ike.ClearISAKMP{})
		r3.Do(ike.ClearISAKMP{})
		n.Run(5 * time.Minute)
		for _, r := range []*iketest.Router{r1, r3} {
			for kind, left := range r.Core.Held() {
				if left != 0 {
					t.Errorf("%s: %d %s remain on %s", c.name, left, kind, r.Name)
				}
			}
		}
	}
}

// The work for an SA that has died meanwhile is not done.
func TestWorkOfTheDead(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	var third iketest.Packet
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.N == 3 {
			third = *p
			return nil
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	jobs := r3.Core.Handle(n.Now, ike.Datagram{Local: third.To, Remote: third.From, Data: third.Data})
	if len(jobs) != 1 {
		t.Fatalf("message 3 asks for %d computations", len(jobs))
	}
	if _, dead := jobs[0].Skip(); dead {
		t.Error("the work of a living SA is skipped")
	}
	r3.Do(ike.ClearISAKMP{})
	in, dead := jobs[0].Skip()
	if !dead {
		t.Error("the work of a dead SA is done")
	}
	if more := r3.Core.Handle(n.Now, in); len(more) != 0 {
		t.Error("skipping is more work")
	}
}

// What is longer than any message of IKE is not looked at.
func TestLongDatagram(t *testing.T) {
	n, _, r3 := iketest.Classic(1)
	w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte{1}, Version: payload.Version1, Exchange: payload.ExchangeMain})
	w.Add(payload.TypeVendor, payload.Opaque(make([]byte, 20000)))
	r3.Do(ike.Datagram{Local: netip.AddrPortFrom(iketest.Addr3, 500), Remote: netip.AddrPortFrom(iketest.Addr1, 500), Data: w.Message()})
	if counted(r3, "too long") != 1 || n.Sent != 0 {
		t.Errorf("%v, %d answers", r3.Core.Counters(), n.Sent)
	}
	if said := debug.Event(debug.CryptoBadMessage{Peer: iketest.Addr1}); !slices.Contains(r3.Events, said) {
		t.Error("nothing is said of it")
	}
}
