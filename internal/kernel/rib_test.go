package kernel

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func toward(prefix, via, link string, metric int) Route {
	r := Route{Prefix: netip.MustParsePrefix(prefix), Link: link, Metric: metric}
	r.Via, _ = netip.ParseAddr(via)
	return r
}

// twoLinks are wan0 (12.12.12.1/24) and bak0 (13.13.13.1/24), as they would be left by a
// Desired that names neither.
func twoLinks() *machine {
	m := newMachine(
		LinkState{Name: "wan0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("12.12.12.1/24")}},
		LinkState{Name: "bak0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("13.13.13.1/24")}})
	m.loUp, m.sysctl["net/ipv4/ip_forward"] = true, "1"
	return m
}

func TestFloatingRoutes(t *testing.T) {
	m := twoLinks()
	d := Desired{Routes: []Route{
		toward("0.0.0.0/0", "13.13.13.2", "", 200),
		toward("0.0.0.0/0", "12.12.12.2", "", 1),
	}}
	const better = "0.0.0.0/0 via 12.12.12.2 dev wan0 proto 207 metric 1\n"
	const worse = "0.0.0.0/0 via 13.13.13.2 dev bak0 proto 207 metric 200\n"
	for _, step := range []struct {
		name   string
		change func()
		want   string
	}{
		{"both lines up", func() {}, "ip route append " + better},
		{"the cable is pulled", func() { m.link("wan0").Carrier = false }, "ip route append " + worse + "ip route del " + better},
		{"nothing changes", func() {}, ""},
		{"it comes back", func() { m.link("wan0").Carrier = true }, "ip route append " + better + "ip route del " + worse},
		{"the better one is deleted", func() { d.Routes = d.Routes[:1] }, "ip route append " + worse + "ip route del " + better},
		{"its link is shut down", func() { m.link("bak0").Up = false }, "ip route del " + worse},
	} {
		step.change()
		if got := m.apply(d); got != step.want {
			t.Errorf("%s: got\n%swant\n%s", step.name, got, step.want)
		}
	}
}

func TestRoutesIntoTheKernel(t *testing.T) {
	for _, c := range []struct {
		name   string
		routes []Route
		want   string
	}{
		{"two ways of one distance share", []Route{toward("20.0.0.0/8", "12.12.12.2", "", 1), toward("20.0.0.0/8", "13.13.13.2", "", 1)},
			"20.0.0.0/8 proto 207 metric 1 nexthop via 12.12.12.2 dev wan0 nexthop via 13.13.13.2 dev bak0"},
		{"two names of one way are one", []Route{toward("20.0.0.0/8", "12.12.12.2", "", 1), toward("20.0.0.0/8", "12.12.12.2", "wan0", 1)},
			"20.0.0.0/8 via 12.12.12.2 dev wan0 proto 207 metric 1"},
		{"by way of another route", []Route{toward("20.0.0.0/8", "30.1.1.1", "", 1), toward("30.0.0.0/8", "13.13.13.2", "", 5)},
			"20.0.0.0/8 via 13.13.13.2 dev bak0 proto 207 metric 1\n30.0.0.0/8 via 13.13.13.2 dev bak0 proto 207 metric 5"},
		{"a link and a neighbour on it", []Route{toward("20.0.0.0/8", "12.12.12.2", "wan0", 1)},
			"20.0.0.0/8 via 12.12.12.2 dev wan0 proto 207 metric 1"},
		{"a link and a neighbour of no network", []Route{toward("20.0.0.0/8", "99.0.0.1", "wan0", 1)},
			"20.0.0.0/8 via 99.0.0.1 dev wan0 onlink proto 207 metric 1"},
		{"a link and a neighbour on another one", []Route{toward("20.0.0.0/8", "13.13.13.2", "wan0", 1)},
			"20.0.0.0/8 via 13.13.13.2 dev wan0 onlink proto 207 metric 1"},
		{"a connected network is better", []Route{toward("12.12.12.0/24", "13.13.13.2", "", 1)}, ""},
		{"a longer prefix than the connected one", []Route{toward("12.12.12.128/25", "13.13.13.2", "", 1)},
			"12.12.12.128/25 via 13.13.13.2 dev bak0 proto 207 metric 1"},
		{"a neighbour that nobody reaches", []Route{toward("20.0.0.0/8", "99.0.0.1", "", 1)}, ""},
		{"permanent", []Route{{Prefix: netip.MustParsePrefix("20.0.0.0/8"), Via: netip.MustParseAddr("99.0.0.1"), Metric: 1, Permanent: true}},
			"unreachable 20.0.0.0/8 proto 207 metric 1"},
		{"a floating one behind Null0 stays out", []Route{{Prefix: netip.MustParsePrefix("20.0.0.0/8"), Null: true, Metric: 1}, toward("20.0.0.0/8", "12.12.12.2", "", 2)},
			"unreachable 20.0.0.0/8 proto 207 metric 1"},
		{"by way of a route that discards", []Route{{Prefix: netip.MustParsePrefix("30.0.0.0/8"), Null: true, Metric: 1}, toward("20.0.0.0/8", "30.1.1.1", "", 2)},
			"unreachable 30.0.0.0/8 proto 207 metric 1\nunreachable 20.0.0.0/8 proto 207 metric 2"},
	} {
		var got []string
		for line := range strings.Lines(twoLinks().apply(Desired{Routes: c.routes})) {
			got = append(got, strings.TrimSpace(strings.TrimPrefix(line, "ip route append ")))
		}
		if text := strings.Join(got, "\n"); text != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, text, c.want)
		}
	}
}

// Routes that lead into each other while nothing leads out: each is looked at once for
// each length of the way to it.
func TestRoutesIntoEachOther(t *testing.T) {
	m := twoLinks()
	m.link("wan0").Carrier, m.link("bak0").Carrier = false, false
	var d Desired
	for i := range 250 {
		a := netip.AddrFrom4([4]byte{20, 0, byte(i), 1})
		next := netip.AddrFrom4([4]byte{20, 0, byte((i + 1) % 250), 1})
		d.Routes = append(d.Routes, toward("0.0.0.0/0", a.String(), "", 1+i%3), toward(a.String()+"/24", next.String(), "", 1))
	}
	w := newWays(&m.state, d.Routes)
	for _, r := range d.Routes {
		if h, ok := w.resolve(r, 0); ok {
			t.Fatalf("%v leads to %v", r, h)
		}
	}
	if most := 9 * len(d.Routes); w.tried > most {
		t.Errorf("%d routes looked at, want at most %d", w.tried, most)
	}
	m.link("bak0").Carrier = true
	d.Routes = append(d.Routes, toward("20.0.249.0/25", "13.13.13.2", "", 1))
	if got := rib(&m.state, &d); len(got) == 0 || got[0].Hops[0] != (hop{Via: netip.MustParseAddr("13.13.13.2"), Link: "bak0"}) {
		t.Errorf("with a way out: %v", got)
	}
}

// What the kernel holds is shown by the route that was typed, not by the way it led to.
func TestTableNamesWhatWasWanted(t *testing.T) {
	m := twoLinks()
	d := Desired{Routes: []Route{toward("20.0.0.0/8", "30.1.1.1", "", 1), toward("30.0.0.0/8", "13.13.13.2", "", 5)}}
	m.apply(d)
	want := byText(rib(&m.state, &d))
	got := m.routes[0].entries(true, want)
	if len(got) != 1 || got[0].Via != d.Routes[0].Via || got[0].Link != "bak0" || got[0].For != d.Routes[0] {
		t.Errorf("got %+v", got)
	}
	if got := m.routes[0].entries(true, nil); len(got) != 1 || got[0].Via != netip.MustParseAddr("13.13.13.2") {
		t.Errorf("of an earlier process: got %+v", got)
	}
}

func TestPinnedNeighbours(t *testing.T) {
	m := twoLinks()
	pin := func(addr string, last byte) Pin { return Pin{netip.MustParseAddr(addr), [6]byte{2, 0, 0, 0, 0, last}} }
	d := Desired{Pins: []Pin{pin("12.12.12.9", 1), pin("99.0.0.1", 2)}}
	const text = "12.12.12.9 lladdr 02:00:00:00:00:0%d dev wan0 nud permanent proto 207\n"
	for _, step := range []struct {
		name   string
		change func()
		want   string
	}{
		{"one is on a network, one is not", func() {}, "ip neighbour replace " + fmt.Sprintf(text, 1)},
		{"nothing changes", func() {}, ""},
		{"another MAC address", func() { d.Pins[0].MAC[5] = 3 }, "ip neighbour replace " + fmt.Sprintf(text, 3)},
		{"the link is shut down", func() { m.link("wan0").Up = false }, "ip neighbour del " + fmt.Sprintf(text, 3)},
		{"the link is up", func() { m.link("wan0").Up = true }, "ip neighbour replace " + fmt.Sprintf(text, 3)},
		{"no arp", func() { d.Pins = nil }, "ip neighbour del " + fmt.Sprintf(text, 3)},
	} {
		step.change()
		if got := m.apply(d); got != step.want {
			t.Errorf("%s: got\n%swant\n%s", step.name, got, step.want)
		}
	}
}
