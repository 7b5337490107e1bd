package ike_test

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// The limit of half-open SAs treats a site whose routers share one address like routers
// with addresses of their own, whether a flood comes from forged addresses, from one of its
// own or from within the site: those who are evicted are drawn by lot, not by address.
func TestFloodIsFairToASite(t *testing.T) {
	site := netip.MustParseAddr("203.0.113.1")
	for name, source := range map[string]func(i int) netip.AddrPort{
		"forged addresses": func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)}), 500)
		},
		"one address": func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.MustParseAddr("198.51.100.9"), uint16(1024+i%60000))
		},
		"the site's own": func(i int) netip.AddrPort { return netip.AddrPortFrom(site, uint16(40000+i%20000)) },
	} {
		const each = 40
		n := iketest.New(1)
		n.Quiet = true
		h := hub(n)
		nat := iketest.NewNAT(site)
		var behind, alone []*iketest.Router
		add := func(i int) (*iketest.Router, exchange.Selector) {
			return addSpoke(n, netip.AddrFrom4([4]byte{100, 64, byte(i >> 8), byte(i)}))
		}
		flows := map[*iketest.Router]exchange.Selector{}
		for i := range each {
			r, flow := add(i)
			nat.Inside = append(nat.Inside, r.Addr)
			behind, flows[r] = append(behind, r), flow
			r, flow = add(1000 + i)
			alone, flows[r] = append(alone, r), flow
		}
		first := firstOf(n.Add("X", netip.MustParseAddr("192.0.2.77"), stranger()), n)
		n.Fate = nat.Fate
		flooded := 0
		for ms := range 4000 { // five first messages in each
			for range 5 {
				forged := append([]byte(nil), first...)
				binary.BigEndian.PutUint64(forged, 1<<63|uint64(flooded))
				n.Inject(iketest.Packet{From: source(flooded), To: netip.AddrPortFrom(h.Addr, 500), Data: forged})
				flooded++
			}
			if i := (ms - 1000) / 50; ms%50 == 0 && i >= 0 && i < each {
				for _, r := range []*iketest.Router{behind[i], alone[i]} {
					r.Acquire("MAP", 10, flows[r])
				}
			}
			n.Run(time.Millisecond)
		}
		during := [2]int{tunnelled(behind), tunnelled(alone)}
		if got := counted(h, "half-open SA evicted"); got < 10000 {
			t.Fatalf("%s: only %d of %d evicted: that was no flood", name, got, flooded)
		}
		// An initiator whose SA was evicted gives up after a minute; its hosts go on asking.
		for range 90 {
			for r, flow := range flows {
				if len(r.Plane.Pairs) == 0 {
					r.Acquire("MAP", 10, flow)
				}
			}
			n.Run(time.Second)
		}
		t.Logf("flood from %s: during it %d of %d behind one address came up and %d of %d alone", name, during[0], each, during[1], each)
		if during[0] < each*3/4 || during[1] < each*3/4 || during[0] < during[1]-each/8 {
			t.Errorf("flood from %s: during it %d of %d behind one address came up and %d of %d alone", name, during[0], each, during[1], each)
		}
		consistent(t, h)
		if a, b := tunnelled(behind), tunnelled(alone); a != each || b != each {
			t.Errorf("flood from %s: in the end %d and %d of %d are up", name, a, b, each)
		}
	}
}

// stranger is the policy of somebody whom the hub does not answer for long.
func stranger() *exchange.Policy {
	p, _ := iketest.Policies()
	p.Proposals[0].Group = suite.ECP256
	p.Tunnels[0].Local = netip.MustParseAddr("192.0.2.77")
	p.Keys[0].Secret = []byte("guess")
	return p
}

// tunnelled counts the routers that have a tunnel.
func tunnelled(list []*iketest.Router) (k int) {
	for _, r := range list {
		if len(r.Plane.Pairs) > 0 {
			k++
		}
	}
	return k
}
