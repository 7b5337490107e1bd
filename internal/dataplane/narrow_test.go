package dataplane

import (
	"math/rand/v2"
	"testing"

	"conft/internal/acl"
	"conft/internal/packet"
)

// Of many flows that peers have proposed a packet takes the newest one that has SAs,
// whichever networks they have in common.
func TestNarrowLookup(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	n, all := &narrow{}, []*flow{}
	for i := range uint64(2000) {
		wildcard := []uint32{0, 0xff, 0xffff}[rnd.IntN(3)]
		remote := acl.Addr{Base: uint32(rnd.IntN(1<<18)) &^ wildcard, Wildcard: wildcard}
		f := &flow{born: i + 1, key: FlowKey{Selector: acl.Selector{Local: acl.Proxy{Addr: acl.Any}, Remote: acl.Proxy{Addr: remote}}}}
		if rnd.IntN(4) > 0 {
			f.out.Store(&pair{})
		}
		all = append(all, f)
		n.add(f)
	}
	check := func() {
		t.Helper()
		found := 0
		for range 2000 {
			pkt := packet.Parsed{Src: 1, Dst: uint32(rnd.IntN(1 << 18))}
			var want *flow
			for _, f := range all {
				if f.out.Load() != nil && f.key.Selector.MatchOutbound(&pkt) {
					want = f
				}
			}
			if got := n.lookup(&pkt); got != want {
				t.Fatalf("%x: flow %v, want %v", pkt.Dst, got, want)
			} else if got != nil {
				found++
			}
		}
		if len(all) > 0 && found < 100 {
			t.Fatalf("only %d packets found a flow", found)
		}
	}
	check()
	rnd.Shuffle(len(all), func(i, j int) {
		if i < 1000 && j < 1000 {
			all[i], all[j] = all[j], all[i]
		}
	})
	for _, f := range all[:1000] {
		n.remove(f)
	}
	all = all[1000:]
	check()
	for _, f := range all {
		n.remove(f)
	}
	all = nil
	check()
	if len(*n.wildcards.Load()) != 0 {
		t.Errorf("left are %v", *n.wildcards.Load())
	}
}
