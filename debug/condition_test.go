package debug

import (
	"net/netip"
	"testing"
)

func TestCondition(t *testing.T) {
	h := newTestHub()
	one, other, none := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.1.1"), netip.Addr{}
	check := func(what string, want ...bool) {
		t.Helper()
		for i, a := range []netip.Addr{one, other, none} {
			if got := h.Watches(a); got != want[i] {
				t.Errorf("%s: %v is watched: %v", what, a, got)
			}
		}
	}
	check("no condition", true, true, true)
	h.SetCondition(Condition{Peers: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/32")}})
	check("one peer", true, false, false)
	h.SetCondition(Condition{Peers: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")}, Unmatched: true})
	check("a subnet and the unknown", true, true, true)
	h.SetCondition(Condition{Unmatched: true})
	check("the unknown only", false, false, true)
	h.SetCondition(Condition{})
	check("reset", true, true, true)
	if n := testing.AllocsPerRun(100, func() { h.Watches(one) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
