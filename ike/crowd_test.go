package ike_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// hub is R3 with a dynamic crypto map for spokes of any address.
func hub(n *iketest.Net) *iketest.Router {
	_, p3 := dynamic()
	p3.Proposals[0].Group = suite.ECP256
	p3.Tunnels[0].Selectors = []exchange.Selector{{Local: iketest.Side3, Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("100.64.0.0/10")}}}
	return n.Add("hub", iketest.Addr3, p3)
}

// addSpoke adds a router with an address at which the hub expects it, and returns the flow
// that it wants a tunnel for.
func addSpoke(n *iketest.Net, addr netip.Addr) (*iketest.Router, exchange.Selector) {
	p, _ := iketest.Policies()
	flow := exchange.Selector{Local: exchange.Proxy{Prefix: netip.PrefixFrom(addr, 32)}, Remote: iketest.Side3}
	p.Proposals[0].Group = suite.ECP256
	p.Tunnels[0].Local, p.Tunnels[0].Selectors = addr, []exchange.Selector{flow}
	return n.Add(addr.String(), addr, p), flow
}

// spoke brings up a tunnel from an address of its own to the hub and is then removed, as
// one that goes on for hours without a word.
func spoke(t testing.TB, n *iketest.Net, i int) {
	t.Helper()
	r, flow := addSpoke(n, netip.AddrFrom4([4]byte{100, 64 + byte(i>>16), byte(i >> 8), byte(i)}))
	r.Acquire("MAP", 10, flow)
	n.Run(100 * time.Millisecond)
	if len(r.Plane.Pairs) != 1 {
		t.Fatalf("spoke %d has no tunnel", i)
	}
	n.Leave(r)
}

// What the engine keeps of a tunnel is little, however long its negotiation was ago.
func TestMemoryOfTunnels(t *testing.T) {
	n := iketest.New(1)
	n.Quiet = true
	h := hub(n)
	spoke(t, n, 0)
	const count = 1000
	before := heap()
	for i := range count {
		spoke(t, n, i+1)
	}
	each := (heap() - before) / count
	t.Logf("%d octets each", each)
	if each > 6000 {
		t.Errorf("the engine keeps %d octets of each tunnel", each)
	}
	runtime.KeepAlive(h)
}

// heap is what is in use; what pools hold is let go of by the second collection.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// With thousands of tunnels a new one, a look at all and the end of all take no longer each.
func BenchmarkCrowd(b *testing.B) {
	for _, count := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			for b.Loop() {
				n := iketest.New(1)
				n.Quiet = true
				h := hub(n)
				for i := range count {
					spoke(b, n, i)
				}
				start := time.Now()
				h.Do(ike.ClearSA{})
				h.Do(ike.ClearISAKMP{})
				n.Run(5 * time.Minute)
				b.ReportMetric(float64(time.Since(start).Microseconds())/float64(count), "us/end")
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(count), "us/tunnel")
		})
	}
}
