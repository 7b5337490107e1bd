package kernel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"conft/internal/nstest"
)

// limits are the MTUs in the routes of the namespace.
func limits(t *testing.T) string {
	t.Helper()
	list, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	must(t, err)
	var all []string
	for _, r := range list {
		all = append(all, fmt.Sprintf("%v proto %d src %v mtu %d", r.Dst, r.Protocol, r.Src, r.MTU))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// The MTU of a link is set and given back, and that of its IPv4 packets stands in the
// routes over it, whatever they are.
func TestMTUs(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	before, routes := inventory(t), limits(t)
	for _, via := range []string{"12.12.12.3", "10.1.1.2"} {
		d.Routes = append(d.Routes, Route{Prefix: netip.MustParsePrefix("30.1.1.0/24"), Via: netip.MustParseAddr(via), Metric: 1})
	}
	must(t, k.Apply(d))
	plain := limits(t)
	d.Links[0].MTU, d.Links[0].IPMTU, d.Links[1].IPMTU, d.Links[1].MSS = 1490, 1400, 1300, 1200
	if d.Links[0].Name != "wan0" {
		t.Fatalf("the first link is %s", d.Links[0].Name)
	}
	must(t, k.Apply(d))
	got := limits(t)
	for _, want := range []string{
		"12.12.12.0/24 proto 2 src 12.12.12.1 mtu 1400", "20.1.1.0/24 proto 207 src <nil> mtu 1400",
		"10.1.1.0/24 proto 2 src 10.1.1.1 mtu 1300", "30.1.1.0/24 proto 207 src <nil> mtu 1300", "0.0.0.0/0 proto 3 src <nil> mtu 0",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no route %q among\n%s", want, got)
		}
	}
	if l, err := netlink.LinkByName("wan0"); err != nil || l.Attrs().MTU != 1490 {
		t.Errorf("wan0 is %+v, %v", l, err)
	}
	var log []string
	k.record = func(c change) { log = append(log, c.String()) }
	must(t, k.Apply(d))
	// The TUN takes over the MTU of its link once that has it.
	if want := "ip link set crypto1 mtu 1490"; len(log) != 1 || log[0] != want {
		t.Errorf("the second time:\n%s", strings.Join(log, "\n"))
	}
	d.Links[0].IPMTU, d.Links[1].IPMTU = 1400, 0
	must(t, k.Apply(d))
	if want, got := "30.1.1.0/24 proto 207 src <nil> mtu 1400", limits(t); !strings.Contains(got, want) {
		t.Errorf("no route %q among\n%s", want, got)
	}
	d.Links[0].MTU, d.Links[0].IPMTU, d.Links[1].IPMTU, d.Links[1].MSS = 0, 0, 0, 0
	must(t, k.Apply(d))
	if got := limits(t); got != plain {
		t.Errorf("routes after the limits went:\n%s\nbefore:\n%s", got, plain)
	}
	if l, err := netlink.LinkByName("wan0"); err != nil || l.Attrs().MTU != 1500 {
		t.Errorf("wan0 is %+v, %v", l, err)
	}
	d.Links[0].MTU, d.Links[0].IPMTU = 1490, 1400
	must(t, k.Apply(d))
	must(t, k.Close())
	if after := inventory(t); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if got := limits(t); got != routes {
		t.Errorf("routes at the end:\n%s\nat the beginning:\n%s", got, routes)
	}
}

func TestClampIsARule(t *testing.T) {
	d := &Desired{Links: []Link{{Name: "lan0"}, {Name: "wan0", MSS: 1360}}, Crypto: []CryptoLink{{Link: "wan0", TUN: "crypto1"}}}
	want := `nft destroy table ip conft
nft add table ip conft
nft add chain ip conft mss { type filter hook forward priority -150 ; }
nft add rule ip conft mss iifname "wan0" tcp flags & syn != 0 tcp option maxseg size > 1360 tcp option maxseg size set 1360
nft add rule ip conft mss oifname "wan0" tcp flags & syn != 0 tcp option maxseg size > 1360 tcp option maxseg size set 1360
nft add rule ip conft mss iifname "crypto1" tcp flags & syn != 0 tcp option maxseg size > 1360 tcp option maxseg size set 1360`
	if got := clampMSS(d).String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := clampMSS(&Desired{Links: d.Links[:1]}); got != nil {
		t.Errorf("without a size: %s", got)
	}
}
