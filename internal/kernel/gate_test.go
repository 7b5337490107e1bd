package kernel

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"conft/internal/acl"
	"conft/internal/packet"
)

// Whatever matches an entry passes the gate, that of the other direction likewise: what
// does not pass would go on in clear.
func TestGateLetsByWhatAnEntryMatches(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	address := func() acl.Addr {
		if random.IntN(12) == 0 {
			return acl.Any
		}
		a := acl.Addr{Base: 10<<24 | random.Uint32N(4)<<16 | random.Uint32N(1<<16), Wildcard: uint32(1)<<random.IntN(17) - 1}
		if random.IntN(3) == 0 {
			a.Wildcard = random.Uint32() & random.Uint32() // with holes
		}
		a.Base &^= a.Wildcard
		return a
	}
	inside := func(a acl.Addr) uint32 { return a.Base | random.Uint32()&a.Wildcard }
	passes := func(r rule, src, dst uint32) bool {
		return holds(t, r, slices.Concat([]byte{0x45, 11: 0}, be32(src), be32(dst)))
	}
	closed := 0
	for range 2000 {
		var l CryptoLink
		for range 1 + random.IntN(2) {
			var s Selector
			for range 1 + random.IntN(3) {
				s.Rules = append(s.Rules, acl.Entry{Src: address(), Dst: address(), Action: acl.Action(random.IntN(2))})
			}
			l.Selectors = append(l.Selectors, s)
		}
		g := l.gate()
		if !g.open() {
			closed++
		}
		list, _ := l.conditions()
		for _, e := range list {
			src, dst := inside(e.Src), inside(e.Dst)
			if (&acl.List{Entries: []acl.Entry{e}}).Match(&packet.Parsed{Src: src, Dst: dst}) != 0 {
				t.Fatalf("%v does not match %x %x", e, src, dst)
			}
			if !passes(g.leaves(), src, dst) || !passes(g.arrives(), dst, src) {
				t.Fatalf("%x %x match %+v and do not pass %q, %q", src, dst, e, g.leaves().text, g.arrives().text)
			}
			src, dst = src^random.Uint32()&^g.src.Wildcard, dst^random.Uint32()&^g.dst.Wildcard
			if other := (src^g.src.Base)&^g.src.Wildcard | (dst^g.dst.Base)&^g.dst.Wildcard; other != 0 && (passes(g.leaves(), src, dst) || passes(g.arrives(), dst, src)) {
				t.Fatalf("%x %x pass %q, %q", src, dst, g.leaves().text, g.arrives().text)
			}
		}
	}
	if closed < 1000 {
		t.Errorf("only %d gates keep anything back", closed)
	}
}

// A gate asks for no more than what the entries share, and where they share nothing there is
// none.
func TestGateOfEntries(t *testing.T) {
	for _, c := range []struct {
		entries []acl.Entry
		want    string
	}{
		{nil, ""},
		{[]acl.Entry{{Src: acl.Any, Dst: acl.Any}}, ""},
		{[]acl.Entry{{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")}}, "ip daddr 20.1.0.0/16 ip daddr 20.1.1.0/24 ip saddr 10.1.1.0/24"},
		{[]acl.Entry{{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")}, {Src: network("10.1.1.9/32"), Dst: acl.Any, Action: acl.Deny}}, "ip saddr 10.1.1.0/24"},
		{[]acl.Entry{{Src: network("10.1.0.0/24"), Dst: network("20.0.0.0/8")}, {Src: network("10.1.1.0/24"), Dst: network("21.0.0.0/8")}}, "ip daddr 20.0.0.0/7 ip saddr 10.1.0.0/23"},
		{[]acl.Entry{{Src: acl.Any, Dst: network("172.16.0.0/12")}, {Src: acl.Any, Dst: network("192.168.0.0/16")}}, "ip daddr & 147.64.0.0 == 128.0.0.0"},
	} {
		l := CryptoLink{Link: "wan0", TUN: "crypto1", Selectors: []Selector{{Name: "M 10", Rules: c.entries}}}
		if got := l.gate().leaves().text; got != c.want {
			t.Errorf("gate %q, want %q", got, c.want)
		}
		text := rules(&Desired{Crypto: []CryptoLink{l}}, nil, manner{}).String()
		enter := `leave oifname "wan0" goto leave.wan0`
		if c.want != "" {
			enter = "leave " + c.want + " jump goes.wan0"
		}
		if !strings.Contains(text, enter) {
			t.Errorf("no rule %q in\n%s", enter, text)
		}
		if rest := strings.Contains(text, "leave ip protocol icmp goto rest"); rest != (c.want != "") {
			t.Errorf("with gate %q: a rule for the rest: %v", c.want, rest)
		}
	}
}
