package router

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"conft/ike/exchange"
	"conft/internal/config"
)

func prefix(s string) exchange.Proxy { return exchange.Proxy{Prefix: netip.MustParsePrefix(s)} }

// hub is the seed with a dynamic map behind the static entries.
func hub() (*Router, *config.Config) {
	r, c := seed()
	c.DynamicMaps = []*config.CryptoMap{{Name: "D", Entries: []*config.CryptoMapEntry{
		{Seq: 10, TransformSets: []string{"cisco"}, ReverseRoute: config.ReverseRouteUp},
		{Seq: 20, TransformSets: []string{"cisco"}, MatchAddress: "101"},
		{Seq: 30, TransformSets: []string{"cisco"}, MatchAddress: "102"}, // no list
		{Seq: 40}, // no transform set
	}}}
	c.CryptoMaps[0].Entries = append(c.CryptoMaps[0].Entries, &config.CryptoMapEntry{Seq: 65535, Dynamic: "D"})
	return r, c
}

// A dynamic map begins nothing and answers whoever comes, except for what the static
// entries protect. Without an access list nothing is kept from leaving in clear before a
// peer has come.
func TestDynamicPolicies(t *testing.T) {
	r, c := hub()
	var got []string
	for _, x := range r.ikePolicy(c).Tunnels {
		got = append(got, fmt.Sprint(x.Seq, x.Dynamic, x.Open(), len(x.Peers), len(x.Selectors), len(x.Except)))
	}
	want := []string{"10 false false 1 1 0", "4294901770 true true 0 0 2", "4294901780 true false 0 1 2"}
	if !slices.Equal(got, want) {
		t.Errorf("tunnels %q, want %q", got, want)
	}
	rules := func() (n []int) {
		for _, s := range r.desired(c).Crypto[0].Selectors {
			n = append(n, len(s.Rules))
		}
		return n
	}
	if got := rules(); !slices.Equal(got, []int{3, 1, 0, 1, 0}) {
		t.Errorf("rules by entry: %v", got)
	}
	f := exchange.Flow{Interface: "GigabitEthernet0/0", Map: "cisco", Seq: 65535<<16 | 10,
		Selector: exchange.Selector{Local: prefix("10.1.1.0/24"), Remote: prefix("40.1.1.0/24")}}
	r.live.add(f)
	r.live.add(f)
	if got := rules(); !slices.Equal(got, []int{3, 1, 1, 1, 0}) {
		t.Errorf("rules by entry, with a peer: %v", got)
	}
	entries := r.spd(c, func(string) int { return 1500 }).Links[0].Entries
	if e := entries[1]; e.Seq != f.Seq || e.ACL.Entries[0].Selector() != aclSelector(f.Selector) {
		t.Errorf("the data plane's entry is %+v", e)
	}
	r.live.drop(f)
	if got := rules(); !slices.Equal(got, []int{3, 1, 0, 1, 0}) {
		t.Errorf("rules by entry, the peer gone: %v", got)
	}
}

// Routes lead to the remote proxies by way of the peers; of two peers of one network the
// newest has it. `static` routes are always there.
func TestReverseRoutes(t *testing.T) {
	r, c := hub()
	pair := func(conn uint32, seq int, peer, remote string) {
		r.live.pairs[conn] = exchange.SAInfo{Interface: "GigabitEthernet0/0", Map: "cisco", Seq: seq, InboundConn: conn,
			Remote: netip.MustParseAddrPort(peer), Selector: exchange.Selector{Local: prefix("10.1.1.0/24"), Remote: prefix(remote)}}
	}
	routes := func() (out []string) {
		for _, k := range r.desired(c).Routes[len(c.Routes):] {
			out = append(out, fmt.Sprint(k.Prefix, " ", k.Via))
		}
		return out
	}
	const ten, twenty = 65535<<16 | 10, 65535<<16 | 20
	pair(2001, ten, "1.1.1.1:500", "40.1.1.0/24")
	pair(2003, ten, "2.2.2.2:500", "40.1.1.0/24")
	pair(2005, ten, "1.1.1.1:4500", "40.1.2.5/32")
	pair(2009, ten, "1.1.1.1:500", "10.1.2.128/25") // claims a part of ours
	pair(2011, ten, "1.1.1.1:500", "224.0.0.0/4")
	pair(2007, twenty, "3.3.3.3:500", "30.1.1.0/24") // without reverse-route
	if got := routes(); !slices.Equal(got, []string{"40.1.2.5/32 1.1.1.1", "40.1.1.0/24 2.2.2.2"}) {
		t.Errorf("routes %q", got)
	}
	clear(r.live.pairs)
	c.CryptoMaps[0].Entries[0].ReverseRoute = config.ReverseRouteStatic
	if got := routes(); !slices.Equal(got, []string{"20.1.1.0/24 23.23.23.3"}) {
		t.Errorf("static routes %q", got)
	}
}

// What a static entry protects is widened to the network around it where its wildcard has
// holes: no peer may have a part of it.
func TestAround(t *testing.T) {
	r, c := hub()
	c.AccessLists[0].Entries[2].Dst.Base, c.AccessLists[0].Entries[2].Dst.Wildcard = ip("20.0.1.0"), 0x00ff00ff
	x := r.ikePolicy(c).Tunnels
	got := x[len(x)-1].Except[0]
	if got.Remote.Prefix.Masked() != netip.MustParsePrefix("20.0.0.0/8") || got.Local.Prefix.Masked() != netip.MustParsePrefix("10.1.1.0/24") {
		t.Errorf("kept from peers is %v", got)
	}
}
