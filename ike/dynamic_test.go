package ike_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// dynamic makes R3's entry one of a dynamic crypto map, for whoever has the key.
func dynamic() (p1, p3 *exchange.Policy) {
	p1, p3 = iketest.Policies()
	p3.Keys[0].Prefix = netip.MustParsePrefix("0.0.0.0/0")
	p3.Tunnels[0].Dynamic, p3.Tunnels[0].Peers, p3.Tunnels[0].Selectors = true, nil, nil
	return p1, p3
}

var flow3 = exchange.Flow{Interface: "GigabitEthernet0/1", Map: "MAP", Seq: 10, Selector: iketest.Reverse(iketest.Flow)}

// Whoever comes says what is protected; it is from before the answer until the SAs are
// gone, through a renewal from either side.
func TestDynamic(t *testing.T) {
	for _, pfs := range []suite.Group{0, suite.MODP768} {
		p1, p3 := dynamic()
		p1.Tunnels[0].PFS, p3.Tunnels[0].PFS = pfs, pfs
		n := iketest.New(1)
		r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
		early := false
		n.Fate = func(p *iketest.Packet) []time.Duration {
			for range r3.Plane.Pairs {
				early = early || !r3.Plane.Shelters[flow3]
			}
			return []time.Duration{0}
		}
		r3.Acquire("MAP", 10, flow3.Selector)
		if n.Sent != 0 {
			t.Fatal("a dynamic entry began a negotiation with nobody")
		}
		up(t, n, r1, r3)
		if crossed, lost := traffic(n, r1, r3, 3*time.Hour, 5*time.Second); !crossed || len(lost) > 0 {
			t.Errorf("pfs %d: lost %v", pfs, lost)
		}
		if early || !r3.Plane.Shelters[flow3] || len(r3.Plane.Shelters) != 1 {
			t.Errorf("pfs %d: under protection are %v", pfs, r3.Plane.Shelters)
		}
		r1.Do(ike.ClearSA{})
		n.Run(time.Second)
		if len(r3.Plane.Pairs) != 0 || len(r3.Plane.Shelters) != 0 {
			t.Errorf("pfs %d: left are %d pairs, %v", pfs, len(r3.Plane.Pairs), r3.Plane.Shelters)
		}
	}
}

// The side of the dynamic map renews SAs, too, as those whose volume is used up.
func TestDynamicRenews(t *testing.T) {
	p1, p3 := dynamic()
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	for spi := range r3.Plane.Pairs {
		r3.Do(ike.VolumeExpired{InboundSPI: spi})
	}
	n.Run(time.Second)
	if len(r3.Plane.Pairs) != 2 || r1.Ping(r3, iketest.Flow) != nil {
		t.Errorf("%d pairs, %v", len(r3.Plane.Pairs), r1.Ping(r3, iketest.Flow))
	}
	n.Run(time.Minute)
	if len(r3.Plane.Pairs) != 1 || !r3.Plane.Shelters[flow3] {
		t.Errorf("%d pairs, under protection %v", len(r3.Plane.Pairs), r3.Plane.Shelters)
	}
}

// A lost or repeated datagram leaves nothing under protection that has no SAs.
func TestDynamicLoss(t *testing.T) {
	for k := 1; k <= 9; k++ {
		for _, copies := range [][]time.Duration{nil, {0, 0}, {0, 3 * time.Second}} {
			p1, p3 := dynamic()
			n := iketest.New(1)
			r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
			n.Fate = func(p *iketest.Packet) []time.Duration {
				if p.N == k {
					return copies
				}
				return []time.Duration{0}
			}
			r1.Acquire("MAP", 10, iketest.Flow)
			if !n.Until(2*time.Minute, func() bool { return r1.Ping(r3, iketest.Flow) == nil }) {
				t.Errorf("datagram %d arrived %v: %v", k, copies, r1.Ping(r3, iketest.Flow))
			}
			r1.Do(ike.ClearSA{})
			n.Run(2 * time.Hour)
			if len(r3.Plane.Shelters) != 0 {
				t.Errorf("datagram %d arrived %v: left is %v", k, copies, r3.Plane.Shelters)
			}
		}
	}
}

// What the static entries protect no peer of a dynamic map may have, nor what the access
// list of the dynamic one leaves out; nor does anything come of a data plane that refuses.
func TestDynamicRefusals(t *testing.T) {
	other := exchange.Selector{Local: iketest.Side3, Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("10.0.0.0/8")}}
	elsewhere := exchange.Selector{Local: iketest.Side3, Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("11.0.0.0/8")}}
	odd := exchange.Selector{Local: exchange.Proxy{Prefix: iketest.Side1.Prefix, Protocol: 6}, Remote: iketest.Side3}
	for name, c := range map[string]struct {
		change func(p1, p3 *exchange.Policy, r3 *iketest.Router)
		want   bool
	}{
		"nothing else": {func(_, _ *exchange.Policy, _ *iketest.Router) {}, true},
		"overlaps a static entry": {func(_, p3 *exchange.Policy, _ *iketest.Router) {
			p3.Tunnels[0].Except = []exchange.Selector{elsewhere, other}
		}, false},
		"within the access list": {func(_, p3 *exchange.Policy, _ *iketest.Router) {
			p3.Tunnels[0].Selectors = []exchange.Selector{elsewhere, other}
		}, true},
		"not in the access list": {func(_, p3 *exchange.Policy, _ *iketest.Router) {
			p3.Tunnels[0].Selectors = []exchange.Selector{elsewhere}
		}, false},
		"no access list can say it": {func(p1, _ *exchange.Policy, _ *iketest.Router) { p1.Tunnels[0].Selectors[0] = odd }, false},
		"the data plane refuses": {func(_, _ *exchange.Policy, r3 *iketest.Router) {
			r3.Plane.Refuse = errors.New("no")
		}, false},
	} {
		p1, p3 := dynamic()
		n := iketest.New(1)
		r1, r3 := n.Add("R1", iketest.Addr1, &exchange.Policy{}), n.Add("R3", iketest.Addr3, &exchange.Policy{})
		c.change(p1, p3, r3)
		r1.Do(ike.SetPolicy{Policy: p1})
		r3.Do(ike.SetPolicy{Policy: p3})
		r1.Acquire("MAP", 10, p1.Tunnels[0].Selectors[0])
		n.Run(2 * time.Second)
		if got := r1.Ping(r3, iketest.Flow) == nil; got != c.want {
			t.Errorf("%s: a tunnel is %v", name, got)
		}
		if !c.want && len(r3.Plane.Shelters)+len(r3.Plane.Pairs) != 0 {
			t.Errorf("%s: %v", name, r3.Plane.Shelters)
		}
	}
}

// A policy that no longer has the entry, or protects the same by a static one, ends what
// peers have made.
func TestDynamicEnds(t *testing.T) {
	for name, change := range map[string]func(*exchange.Policy){
		"no entry":     func(p *exchange.Policy) { p.Tunnels = nil },
		"static entry": func(p *exchange.Policy) { p.Tunnels[0].Except = []exchange.Selector{flow3.Selector} },
	} {
		p1, p3 := dynamic()
		n := iketest.New(1)
		r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
		up(t, n, r1, r3)
		_, next := dynamic()
		change(next)
		r3.Do(ike.SetPolicy{Policy: next})
		n.Run(time.Second)
		if len(r3.Plane.Pairs)+len(r3.Plane.Shelters)+len(r1.Plane.Pairs) != 0 {
			t.Errorf("%s: %v and %d pairs are left", name, r3.Plane.Shelters, len(r1.Plane.Pairs))
		}
	}
}

// Two peers come by one entry, each with its own network; and one comes again from
// another address, with what it had before.
func TestDynamicPeers(t *testing.T) {
	p1, p3 := dynamic()
	second := netip.MustParseAddr("13.13.13.1")
	at := func(local netip.Addr, network string) *exchange.Policy {
		p, _ := dynamic()
		p.Tunnels[0].Local = local
		p.Tunnels[0].Selectors[0].Local.Prefix = netip.MustParsePrefix(network)
		return p
	}
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	p2 := at(second, "10.2.2.0/24")
	r2 := n.Add("R2", second, p2)
	up(t, n, r1, r3)
	r2.Acquire("MAP", 10, p2.Tunnels[0].Selectors[0])
	n.Run(time.Second)
	if r1.Ping(r3, iketest.Flow) != nil || r2.Ping(r3, p2.Tunnels[0].Selectors[0]) != nil || len(r3.Plane.Shelters) != 2 {
		t.Fatalf("%v, %v, %v", r1.Ping(r3, iketest.Flow), r2.Ping(r3, p2.Tunnels[0].Selectors[0]), r3.Plane.Shelters)
	}
	r2.Do(ike.SetPolicy{Policy: at(second, "10.1.1.0/24")})
	r2.Acquire("MAP", 10, iketest.Flow)
	n.Run(2 * time.Minute)
	if err := r2.Ping(r3, iketest.Flow); err != nil || len(r3.Plane.Shelters) != 1 || len(r3.Plane.Pairs) != 1 {
		t.Errorf("from the new address: %v, %v, %d pairs", err, r3.Plane.Shelters, len(r3.Plane.Pairs))
	}
}

// A peer whose access list is no mirror is refused, and the note says what would be.
func TestMirror(t *testing.T) {
	p1, p3 := iketest.Policies()
	p1.Tunnels[0].Selectors[0].Remote.Prefix = netip.MustParsePrefix("20.1.0.0/16")
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, p1.Tunnels[0].Selectors[0])
	n.Run(time.Second)
	for _, e := range r3.Events {
		if e, ok := e.(debug.IPsecProxyRefused); ok {
			note := e.Explain(debug.English)
			if !strings.Contains(note, "`permit ip 20.1.0.0 0.0.255.255 10.1.1.0 0.0.0.255`") ||
				!strings.Contains(note, "crypto map MAP 10, is `permit ip 20.1.1.0 0.0.0.255 10.1.1.0 0.0.0.255`") {
				t.Errorf("the note is %q", note)
			}
			return
		}
	}
	t.Error("nothing was refused")
}

// The access list of a dynamic crypto map may be the one that a peer has missed.
func TestMirrorOfDynamic(t *testing.T) {
	p1, p3 := dynamic()
	p3.Tunnels[0].Seq = 65000<<16 | 20
	p3.Tunnels[0].Selectors = []exchange.Selector{{Local: iketest.Side3, Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("10.2.0.0/16")}}}
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	const reason = "would be the mirror, crypto map MAP 65000 (dynamic 20) has `permit ip 20.1.1.0 0.0.0.255 10.2.0.0 0.0.255.255`"
	if f := r3.Core.Failures(); len(f) != 1 || !strings.Contains(f[0].Reason, reason) {
		t.Errorf("the failures are %+v", f)
	}
}

// A peer that is gone without a word, as one whose address has changed, is forgotten by
// dead peer detection with what it had.
func TestDynamicPeerDies(t *testing.T) {
	p1, p3 := dynamic()
	p3.DPD = periodic
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	n.Fate = nothing
	sent := n.Sent
	n.Run(2 * time.Minute)
	if len(r3.Plane.Pairs)+len(r3.Plane.Shelters) != 0 {
		t.Errorf("%d pairs and %v are left", len(r3.Plane.Pairs), r3.Plane.Shelters)
	}
	quiet := n.Sent
	n.Run(time.Hour)
	if quiet == sent || n.Sent > quiet+20 {
		t.Errorf("sent %d datagrams to find out and %d afterwards, to a peer that nobody knows", quiet-sent, n.Sent-quiet)
	}
}
