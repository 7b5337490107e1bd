package dataplane

import (
	"sync"
	"testing"
	"testing/synctest"

	"conft/internal/acl"
)

// Everything changes while packets flow, and each packet is accounted for: it
// arrives or is in one counter. With -race this also checks who owns what.
func TestEveryPacketIsAccountedForWhileAllChanges(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		const batches, size = 200, 16
		lists := []*acl.List{
			{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}},
			{Entries: []acl.Entry{{Action: acl.Deny, Src: lan1, Dst: acl.Host(1)}, {Src: lan1, Dst: acl.Any}}},
		}
		n.r1.cramped, n.r3.cramped = false, false // so that batches change goroutines
		batch := make([][]byte, size)
		for i := range batch {
			batch[i] = ping.bytes()
		}
		// quiet sends a batch that nothing gets into the way of: all of it arrives.
		quiet := func() uint64 {
			t.Helper()
			n.policy(lists[0])
			n.up(t)
			before := n.arrived()
			n.r1.tun.in <- batch
			synctest.Wait()
			after := n.arrived()
			if after-before != size {
				t.Errorf("%d of %d packets arrived while nothing changed: %v %v", after-before, size, n.r1.dropped(), n.r3.dropped())
			}
			return after
		}
		quiet()
		var all sync.WaitGroup
		all.Go(func() {
			for range batches {
				n.r1.tun.in <- batch
			}
		})
		all.Go(func() {
			for i := range batches {
				n.policy(lists[i%2])
			}
		})
		all.Go(func() {
			for i := range batches {
				// Now and then the inbound side goes first: packets under way find
				// no SA.
				in1, in3 := n.up(t, func(a, _ *SA) { a.Standby = i%3 == 0 })
				n.r1.Enable(in1)
				n.r3.Remove(in3 - 8)
				n.r1.Remove(in1 - 8)
			}
		})
		all.Go(func() {
			for range batches {
				n.r1.Counters()
				n.r1.Stats(0x1002)
				n.r1.MTU(0x1002)
				n.r1.FlowStats(FlowKey{})
			}
		})
		all.Go(func() {
			for range 10 {
				n.r3.Attach(outside, n.r3.anotherTUN())
			}
		})
		all.Wait()
		synctest.Wait()
		total := quiet()
		for _, r := range []*router{n.r1, n.r3} {
			for _, v := range r.dropped() {
				total += v
			}
		}
		if want := uint64(batches+2) * size; total != want {
			t.Errorf("%d packets accounted for of %d: %v %v", total, want, n.r1.dropped(), n.r3.dropped())
		}
	})
}

// arrived counts what has come out of all TUNs of r3.
func (n *testNet) arrived() uint64 {
	count := len(n.r3.tun.out)
	for _, tun := range n.r3.others {
		count += len(tun.out)
	}
	return uint64(count)
}
