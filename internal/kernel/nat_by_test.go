package kernel

import (
	"net/netip"
	"testing"

	"conft/internal/acl"
)

// Of several translations to one address a connection belongs to the first whose list selects
// it, as it was before it was translated.
func TestTranslationBelongsToItsList(t *testing.T) {
	own := netip.MustParseAddr("12.12.12.1")
	dynamic := func(name string, first, last string, rules ...acl.Entry) NATDynamic {
		return NATDynamic{Name: name, First: netip.MustParseAddr(first), Last: netip.MustParseAddr(last),
			Clauses: []NATClause{{Permit: true, Match: true, Lists: []NATList{{Name: name, Rules: rules}}}}}
	}
	n := NAT{Dynamic: []NATDynamic{
		dynamic("A", "12.12.12.1", "12.12.12.1", acl.Entry{Protocol: 6, Src: network("10.1.1.0/24"), Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortEq, Low: 80}}),
		dynamic("B", "12.12.12.1", "12.12.12.1", acl.Entry{Action: acl.Deny, Src: network("10.1.1.9/32"), Dst: acl.Any}, acl.Entry{Src: network("10.1.0.0/16"), Dst: acl.Any}),
		dynamic("C", "12.12.12.100", "12.12.12.110", acl.Entry{Src: acl.Any, Dst: acl.Any}),
		dynamic("D", "12.12.12.1", "12.12.12.1", acl.Entry{Src: acl.Any, Dst: acl.Any}),
		{Name: "E"},
	}}
	for _, c := range []struct {
		protocol               uint8
		local, global, outside string
		want                   int
	}{
		{6, "10.1.1.9:1000", own.String() + ":1000", "23.23.23.3:80", 0},
		{6, "10.1.1.8:1000", own.String() + ":1000", "23.23.23.3:443", 1},
		{17, "10.1.1.8:1000", own.String() + ":1000", "23.23.23.3:80", 1},
		{6, "10.1.1.9:1000", own.String() + ":1000", "23.23.23.3:443", 3},
		{1, "10.1.1.9:7", "12.12.12.105:7", "23.23.23.3:7", 2},
		{1, "10.1.1.9:7", "12.12.12.120:7", "23.23.23.3:7", -1},
	} {
		p := netip.MustParseAddrPort
		if got := n.By(&Translation{Protocol: c.protocol, InsideLocal: p(c.local), InsideGlobal: p(c.global), OutsideLocal: p(c.outside), OutsideGlobal: p(c.outside)}); got != c.want {
			t.Errorf("%v belongs to %d", c, got)
		}
	}
}
