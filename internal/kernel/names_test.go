package kernel

import (
	"net/netip"
	"strings"
	"testing"

	"conft/internal/acl"
	"conft/internal/nstest"
)

// A name of any length is no reason for the kernel to refuse the table: with it all that
// is to be protected would wait.
func TestLongNames(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	long := strings.Repeat("LONG.", 1000)
	any := []acl.Entry{{Seq: 10, Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24"), Log: true}}
	list := &acl.List{Name: long, Entries: any}
	link := d.Links[0].Name
	d.Filters = []Filter{{Link: link, In: list, Out: list}}
	d.Crypto = []CryptoLink{{Link: link, TUN: "crypto1", Selectors: []Selector{
		{Name: long + " 10", List: long, Rules: any, In: list}, {Name: long + " 11", List: long, Rules: any, Out: list},
	}}}
	nat := func(name string) NATDynamic {
		return NATDynamic{Name: name, First: netip.MustParseAddr("192.0.2.1"), Last: netip.MustParseAddr("192.0.2.9"),
			Clauses: []NATClause{{Permit: true, Match: true, Lists: []NATList{{Name: long + "A", Rules: any}, {Name: long + "B", Rules: any}}}}}
	}
	d.NAT = NAT{Inside: []string{"lo"}, Outside: []string{link}, Dynamic: []NATDynamic{nat("list " + long), nat("map " + long)}}
	must(t, k.Apply(d))
	var second []change
	k.record = func(c change) { second = append(second, c) }
	must(t, k.Apply(d))
	if len(second) != 0 {
		t.Errorf("applying twice: %v", second)
	}
	if c, err := k.Counters(); err != nil || len(c[link].Matched) != 2 {
		t.Errorf("counters %v, %v", c, err)
	}
	if _, err := k.ListMatches(); err != nil {
		t.Error(err)
	}
	if _, err := k.NATCounters(); err != nil {
		t.Error(err)
	}
	must(t, k.Close())
}

// Whatever the lists, links and maps are called, no chain has the name of another.
func TestNamesAreApart(t *testing.T) {
	d := classic()
	entries := []acl.Entry{{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")}}
	for _, name := range []string{"list A", "list A.to", "list A/.to", "list A.0.A", "list A.0", "list A/", "map A"} {
		d.NAT.Dynamic = append(d.NAT.Dynamic, NATDynamic{Name: name, First: netip.MustParseAddr("192.0.2.1"), Last: netip.MustParseAddr("192.0.2.1"),
			Clauses: []NATClause{{Permit: true, Match: true, Lists: []NATList{{Name: "A", Rules: entries}, {Name: "0.A", Rules: entries}, {Name: "to", Rules: entries}}}}})
	}
	d.NAT.Inside, d.NAT.Outside = []string{"lan0"}, []string{"wan0"}
	list := &acl.List{Name: "L", Entries: entries}
	for link, name := range map[string]string{"eth0": "10.M 5", "eth0.10": "M 5", "eth1": "M 5", "list.eth1": "M 5"} {
		d.Crypto = append(d.Crypto, CryptoLink{Link: link, TUN: "tun." + link, Selectors: []Selector{{Name: name, List: "L", Rules: entries, In: list, Out: list}}})
	}
	seen := map[string]bool{}
	for _, c := range rules(&d, nil, manner{}) {
		if seen[c.name] {
			t.Errorf("two chains %s", c.name)
		}
		seen[c.name] = true
	}
}
