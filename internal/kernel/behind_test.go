package kernel

import (
	"net/netip"
	"strings"
	"testing"
)

// Routes that name the outside link only do not have hosts behind a peer asked for there.
func TestRoutesToNetworksBehindPeers(t *testing.T) {
	behind := func(prefix, peer string) Behind {
		return Behind{netip.MustParsePrefix(prefix), "wan0", netip.MustParseAddr(peer)}
	}
	remote := behind("20.1.1.0/24", "23.23.23.3")
	const all = "0.0.0.0/0 dev wan0 proto 207 metric 1"
	for _, c := range []struct {
		name   string
		routes []Route
		behind []Behind
		want   string
	}{
		{"the default route, which leads to the peer as well", []Route{toward("0.0.0.0/0", "", "wan0", 1)}, []Behind{remote, remote},
			all + "\n20.1.1.0/24 via 23.23.23.3 dev wan0 onlink proto 207 metric 1"},
		{"a router leads to the peer", []Route{toward("0.0.0.0/0", "", "wan0", 1), toward("23.0.0.0/8", "12.12.12.2", "", 1)}, []Behind{remote},
			all + "\n23.0.0.0/8 via 12.12.12.2 dev wan0 proto 207 metric 1\n20.1.1.0/24 via 12.12.12.2 dev wan0 proto 207 metric 1"},
		{"the peer is beside", []Route{toward("0.0.0.0/0", "", "wan0", 1)}, []Behind{behind("20.1.1.0/24", "12.12.12.3")},
			all + "\n20.1.1.0/24 via 12.12.12.3 dev wan0 proto 207 metric 1"},
		{"the network itself, and a part of it", []Route{toward("20.1.1.0/24", "", "wan0", 1), toward("20.1.1.128/25", "", "wan0", 5), toward("0.0.0.0/0", "12.12.12.2", "", 1)}, []Behind{remote},
			"20.1.1.0/24 via 12.12.12.2 dev wan0 proto 207 metric 1\n20.1.1.128/25 via 12.12.12.2 dev wan0 proto 207 metric 5\n0.0.0.0/0 via 12.12.12.2 dev wan0 proto 207 metric 1"},
		{"everything", []Route{toward("0.0.0.0/0", "", "wan0", 1)}, []Behind{behind("0.0.0.0/0", "23.23.23.3"), remote},
			"0.0.0.0/0 via 23.23.23.3 dev wan0 onlink proto 207 metric 1"},
		{"a better route", []Route{toward("0.0.0.0/0", "", "wan0", 1), toward("20.0.0.0/8", "13.13.13.2", "", 1)}, []Behind{remote},
			all + "\n20.0.0.0/8 via 13.13.13.2 dev bak0 proto 207 metric 1"},
		{"a connected network", []Route{toward("0.0.0.0/0", "", "wan0", 1)}, []Behind{behind("13.13.13.128/25", "23.23.23.3")}, all},
		{"the peer is elsewhere", []Route{toward("0.0.0.0/0", "", "wan0", 1), toward("23.0.0.0/8", "13.13.13.2", "", 1)}, []Behind{remote},
			all + "\n23.0.0.0/8 via 13.13.13.2 dev bak0 proto 207 metric 1"},
		{"two ways", []Route{toward("0.0.0.0/0", "", "wan0", 1), toward("0.0.0.0/0", "13.13.13.2", "", 1)}, []Behind{remote},
			"0.0.0.0/0 proto 207 metric 1 nexthop dev wan0 nexthop via 13.13.13.2 dev bak0\n" +
				"20.1.1.0/24 proto 207 metric 1 nexthop via 23.23.23.3 dev wan0 onlink nexthop via 13.13.13.2 dev bak0"},
		{"another link", []Route{toward("0.0.0.0/0", "", "bak0", 1)}, []Behind{remote}, "0.0.0.0/0 dev bak0 proto 207 metric 1"},
	} {
		var got []string
		for _, r := range rib(&twoLinks().state, &Desired{Routes: c.routes, Behind: c.behind}) {
			got = append(got, r.text())
		}
		if text := strings.Join(got, "\n"); text != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, text, c.want)
		}
	}
}
