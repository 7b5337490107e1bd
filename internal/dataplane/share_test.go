package dataplane

import (
	"testing"
	"testing/synctest"

	"conft/internal/acl"
)

// Two links share one set of SAs: packets of either leave by it, and what comes in
// goes on by any that is there.
func TestLinksShareSAs(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		const set, second = "Loopback0", "GigabitEthernet0/1"
		list := &acl.List{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}}
		policy := func(mtu int) {
			n.r1.SetPolicy(&Policy{Links: []Link{
				{Interface: outside, SAs: set, Local: addr1, MTU: 1500, Entries: []Entry{{"cisco", 10, list}}},
				{Interface: second, SAs: set, Local: addr1, MTU: mtu, Entries: []Entry{{"cisco", 10, list}}},
			}})
		}
		policy(1400)
		other := newFakeTUN()
		n.r1.Attach(second, other)
		spi, _ := n.connect(t, 10, list.Entries[0].Selector(), func(a, _ *SA) { a.Flow.Interface = set })
		for i, tun := range []*fakeTUN{n.r1.tun, other} {
			tun.in <- [][]byte{ping.bytes()}
			synctest.Wait()
			if s, _ := n.r1.Stats(spi); s.Encaps != uint64(i+1) {
				t.Errorf("%d packets encrypted after %d", s.Encaps, i+1)
			}
		}
		if path, _ := n.r1.MTU(spi); path != 1400 {
			t.Errorf("path MTU %d, want that of the smaller link", path)
		}
		policy(1500)
		if path, _ := n.r1.MTU(spi); path != 1500 {
			t.Errorf("path MTU %d of two equal links", path)
		}
		for i, detach := range []string{outside, second} {
			n.r3.tun.in <- [][]byte{reply.bytes()}
			synctest.Wait()
			if s, _ := n.r1.Stats(spi); s.Decaps != uint64(i+1) {
				t.Errorf("%d packets decrypted after %d: %+v", s.Decaps, i+1, n.r1.Counters())
			}
			n.r1.Detach(detach)
		}
		n.r1.Remove(spi)
		if len(n.r1.flows) != 1 {
			t.Errorf("%d flows, want that of the policy", len(n.r1.flows))
		}
	})
}

var reply = testPacket{src: "20.1.1.1", dst: "10.1.1.1", protocol: 1}
