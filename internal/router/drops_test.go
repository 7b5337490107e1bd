package router

import (
	"testing"

	"conft/internal/acl"
	"conft/internal/kernel"
)

// A change after which something that counted drops is not there has it read before.
func TestCountersGo(t *testing.T) {
	entry := func(seq uint32, protocol uint8) acl.Entry {
		return acl.Entry{Seq: seq, Protocol: protocol, Src: acl.Any, Dst: acl.Any}
	}
	want := func(link, tun string, entries ...acl.Entry) kernel.Desired {
		return kernel.Desired{Crypto: []kernel.CryptoLink{{Link: link, TUN: tun, Selectors: []kernel.Selector{{Name: "M 10", Rules: entries}}}}}
	}
	filtered := kernel.Desired{Filters: []kernel.Filter{{Link: "lan0", In: &acl.List{Name: "10"}}}}
	old := want("wan0", "crypto1", entry(10, 6), entry(20, 17))
	for _, c := range []struct {
		what     string
		old, new kernel.Desired
		want     bool
	}{
		{"nothing", old, old, false},
		{"an entry more", old, want("wan0", "crypto1", entry(5, 1), entry(10, 6), entry(20, 17)), false},
		{"another order", old, want("wan0", "crypto1", entry(10, 17), entry(20, 6)), false},
		{"an entry less", old, want("wan0", "crypto1", entry(10, 6)), true},
		{"another link", old, want("wan1", "crypto1", entry(10, 6), entry(20, 17)), true},
		{"another TUN", old, want("wan0", "crypto2", entry(10, 6), entry(20, 17)), true},
		{"no crypto map", old, kernel.Desired{}, true},
		{"a crypto map", kernel.Desired{}, old, false},
		{"a list taken off", filtered, kernel.Desired{}, true},
	} {
		if got := countersGo(c.old, c.new); got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
	}
	was, now := ruleDrops{blocked: 7, in: 5, out: 3}, ruleDrops{blocked: 7, in: 2, out: 4}
	if got := was.without(now).and(now); got != (ruleDrops{blocked: 7, in: 5, out: 4}) {
		t.Errorf("kept: %+v", got)
	}
}
