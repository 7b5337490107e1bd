package dataplane

import (
	"sync"
	"testing"
	"testing/synctest"

	"conft/internal/acl"
)

// Everything changes while packets flow, and each packet is accounted for: it
// arrives or is in one counter. What is sent before and after the changes
// arrives; of the packets in between none need to, for the receiver may come to
// them when their SAs are gone. With -race this also checks who owns what.
func TestEveryPacketIsAccountedForWhileAllChanges(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		const batches, size = 200, 16
		lists := []*acl.List{
			{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}},
			{Entries: []acl.Entry{{Action: acl.Deny, Src: lan1, Dst: acl.Host(1)}, {Src: lan1, Dst: acl.Any}}},
		}
		arrived := func() (sum int) {
			for _, tun := range append(n.r3.others, n.r3.tun) {
				sum += len(tun.out)
			}
			return sum
		}
		send := func(times int) {
			batch := make([][]byte, size)
			for i := range batch {
				batch[i] = ping.bytes()
			}
			for range times {
				n.r1.tun.in <- batch
			}
		}
		n.r1.cramped, n.r3.cramped = false, false // so that batches change goroutines
		n.up(t)
		send(1)
		synctest.Wait()
		if got := arrived(); got != size {
			t.Errorf("before the changes %d packets of %d arrive", got, size)
		}
		var all sync.WaitGroup
		all.Go(func() { send(batches) })
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
		during := arrived()
		send(1)
		synctest.Wait()
		if got := arrived() - during; got != size {
			t.Errorf("after the changes %d packets of %d arrive", got, size)
		}
		total := uint64(arrived())
		for _, r := range []*router{n.r1, n.r3} {
			for _, v := range r.dropped() {
				total += v
			}
		}
		if total != (batches+2)*size {
			t.Errorf("%d packets are accounted for of %d: %v %v", total, (batches+2)*size, n.r1.dropped(), n.r3.dropped())
		}
	})
}
