package kernel

import (
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"conft/internal/acl"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

// machine is a namespace of the mind: what changes do to a state.
type machine struct{ state }

func newMachine(links ...LinkState) *machine {
	m := &machine{state{filters: map[string]string{}, sysctl: map[string]string{}, named: map[linkAddr]bool{}}}
	for _, key := range []string{"net/ipv4/conf/all/rp_filter", "net/ipv4/conf/all/send_redirects", "net/ipv6/conf/all/disable_ipv6"} {
		m.sysctl[key] = "0"
	}
	m.sysctl["net/ipv4/ip_forward"] = "0"
	for _, l := range links {
		m.add(l)
	}
	return m
}

func (m *machine) add(l LinkState) {
	l.Index, l.Carrier = len(m.links)+2, true
	if l.MTU == 0 {
		l.MTU = 1500
	}
	l.proto = map[netip.Prefix]bool{}
	m.links = append(m.links, l)
}

// apply performs the plans as Kernel.Apply does, and returns their text.
func (m *machine) apply(d Desired) string {
	var b strings.Builder
	for _, plan := range plans {
		for _, c := range plan(&m.state, &d) {
			b.WriteString(c.String() + "\n")
			m.do(c)
		}
	}
	for _, l := range d.Links {
		for _, p := range l.Addrs {
			m.named[linkAddr{l.Name, p}] = true
		}
	}
	return b.String()
}

func (m *machine) do(c change) {
	switch c := c.(type) {
	case linkAdd:
		m.add(LinkState{Name: c.name, made: true})
	case linkDel:
		m.links = slices.DeleteFunc(m.links, func(l LinkState) bool { return slices.Contains(c.names, l.Name) })
	case linkAlias:
		m.link(c.name).Alias = c.alias
	case linkSet:
		if c.name == "lo" {
			m.loUp = c.up
			break
		}
		m.link(c.name).Up = c.up
	case linkMTU:
		m.link(c.name).MTU = c.mtu
	case addrAdd:
		l := m.link(c.link)
		l.Addrs = append(l.Addrs, c.prefix)
		l.proto[c.prefix] = true
	case addrDel:
		l := m.link(c.link)
		l.Addrs = slices.DeleteFunc(l.Addrs, func(p netip.Prefix) bool { return p == c.prefix })
	case routeAdd:
		m.routes = append(m.routes, c.destination)
	case routeDel:
		m.routes = slices.DeleteFunc(m.routes, func(r destination) bool { return r.text() == c.text() })
	case pinSet:
		m.do(pinDel{c.pinned})
		m.pins = append(m.pins, c.pinned)
	case pinDel:
		m.pins = slices.DeleteFunc(m.pins, func(p pinned) bool { return p.Addr == c.Addr && p.link == c.link })
	case tunAdd:
		m.add(LinkState{Name: c.name})
		m.tuns = append(m.tuns, c.name)
	case tunDel:
		m.links = slices.DeleteFunc(m.links, func(l LinkState) bool { return l.Name == c.name })
		m.tuns = slices.DeleteFunc(m.tuns, func(n string) bool { return n == c.name })
	case filterSet:
		m.filters[c.link] = c.tun
	case filterDel:
		delete(m.filters, c.link)
	case tableSet:
		m.table = ""
		if len(c.rules) > 0 {
			m.table = c.rules.String()
		}
	case flowsSweep:
		m.nat = c.by
	case aliasAdd:
		m.aliases = append(m.aliases, c.alias)
	case aliasDel:
		m.aliases = slices.DeleteFunc(m.aliases, func(a alias) bool { return a == c.alias })
	case sysctlSet:
		m.sysctl[c.key] = c.value
	}
}

func classic() Desired {
	d := router("12.12.12.1", "10.1.1.1", "0.0.0.0/0", "12.12.12.2",
		acl.Entry{Remark: "to the branch"},
		acl.Entry{Action: acl.Deny, Src: network("10.1.1.9/32"), Dst: acl.Any},
		acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})
	d.Links = append(d.Links, Link{Name: "Loopback0", Alias: "Loopback0", Loopback: true, Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("1.1.1.1/32")}})
	return d
}

func TestApplyClassic(t *testing.T) {
	m := newMachine(LinkState{Name: "wan0"}, LinkState{Name: "lan0"}, LinkState{Name: "mgmt0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}})
	golden(t, "classic", m.apply(classic()))
	if again := m.apply(classic()); again != "" {
		t.Errorf("applied twice:\n%s", again)
	}
	golden(t, "classic-undone", m.apply(Desired{}))
	if again := m.apply(Desired{}); again != "" {
		t.Errorf("undone twice:\n%s", again)
	}
}

// A typed line changes only what it says.
func TestApplyChange(t *testing.T) {
	m := newMachine(LinkState{Name: "wan0"}, LinkState{Name: "lan0"})
	d := classic()
	m.apply(d)
	for _, step := range []struct {
		name   string
		change func()
		want   string
	}{
		{"no ip address, ip address", func() { d.Links[1].Addrs = []netip.Prefix{netip.MustParsePrefix("10.1.1.254/24")} },
			"ip addr add 10.1.1.254/24 brd + dev lan0 proto 207\nip addr del 10.1.1.1/24 dev lan0\n"},
		{"shutdown", func() { d.Links[1].Up = false }, "ip link set lan0 down\n"},
		{"shutdown outside: the route goes too", func() { d.Links[0].Up = false },
			"ip link set wan0 down\nip route del 0.0.0.0/0 via 12.12.12.2 dev wan0 proto 207\n"},
		{"no shutdown", func() { d.Links[0].Up = true },
			"ip link set wan0 up\nip route append 0.0.0.0/0 via 12.12.12.2 dev wan0 proto 207\n"},
		{"no interface Loopback0", func() { d.Links = d.Links[:2] }, "ip link del Loopback0\n"},
		{"ip route 30.0.0.0 255.0.0.0 20.1.1.9: by way of the default route", func() {
			d.Routes = append(d.Routes, Route{Prefix: netip.MustParsePrefix("30.0.0.0/8"), Via: netip.MustParseAddr("20.1.1.9"), Metric: 5})
		}, "ip route append 30.0.0.0/8 via 12.12.12.2 dev wan0 proto 207 metric 5\n"},
		{"no crypto map: rules, filter, TUN", func() { d.Crypto = nil },
			"nft destroy table ip conft\ntc filter del dev wan0 egress pref 1 handle 0x636f6e66 bpf\nip tuntap del crypto1 mode tun\n"},
	} {
		step.change()
		got := m.apply(d)
		// The rules have the address by which the router answers through the tunnel.
		if own := "ip saddr set 10.1.1.254 "; strings.Contains(step.want, "ip addr add 10.1.1.254") {
			before, rest, _ := strings.Cut(got, "ip addr add ")
			if want := rules(&d, map[string]int{"wan0": m.link("wan0").Index}, manner{}).String() + "\n"; before != want || !strings.Contains(before, own) {
				t.Errorf("%s: rules\n%swant\n%s", step.name, before, want)
			}
			got = "ip addr add " + rest
		}
		if got != step.want {
			t.Errorf("%s: got\n%swant\n%s", step.name, got, step.want)
		}
	}
}

// The filter of a killed process feeds a TUN that is gone; it is replaced
// before the rules, and nothing is taken away in between.
func TestApplyAfterKill(t *testing.T) {
	m := newMachine(LinkState{Name: "wan0"}, LinkState{Name: "lan0"})
	m.apply(classic())
	m.do(tunDel{"crypto1"})
	m.filters["wan0"], m.table, m.named = "", "?", map[linkAddr]bool{}
	var kinds []string
	for line := range strings.Lines(m.apply(classic())) {
		kinds = append(kinds, strings.Join(strings.Fields(line)[:3], " "))
	}
	want := []string{"ip tuntap add", "ip link set", "ip link set", "tc qdisc add", "tc filter replace", "nft destroy table"}
	if len(kinds) < len(want) || !slices.Equal(kinds[:len(want)], want) {
		t.Errorf("got %q, want first %q", kinds, want)
	}
}

// A reverse path filter for all devices would drop what comes out of the TUN.
// It moves to the devices, so that everything else is filtered as before.
func TestReversePathFilterMovesToDevices(t *testing.T) {
	m := newMachine(LinkState{Name: "wan0"}, LinkState{Name: "mgmt0"})
	m.sysctl["net/ipv4/conf/all/rp_filter"] = "1"
	m.sysctl["net/ipv4/conf/mgmt0/rp_filter"] = "2"
	m.apply(classic())
	for dev, want := range map[string]string{"all": "0", "crypto1": "0", "wan0": "1", "mgmt0": "2", "default": "1"} {
		if got := m.sysctl["net/ipv4/conf/"+dev+"/rp_filter"]; got != want {
			t.Errorf("%s: rp_filter %s, want %s", dev, got, want)
		}
	}
}

// Until the outside link has its filter, what should be protected is dropped.
func TestMissingLinkIsBlocked(t *testing.T) {
	m := newMachine(LinkState{Name: "lan0"})
	text := m.apply(classic())
	if !strings.Contains(text, "goto divert.wan0") || strings.Contains(text, "mark set meta mark | 0x20000000") || !strings.Contains(text, "divert.wan0 counter drop") {
		t.Errorf("marks without a filter, or does not drop:\n%s", text)
	}
	m.add(LinkState{Name: "wan0"})
	if text := m.apply(classic()); !strings.Contains(text, "divert.wan0 oif 4 meta mark set") {
		t.Errorf("does not protect when the link is there:\n%s", text)
	}
}

func TestStaticRoutesPointingAtEachOtherAreLeftOut(t *testing.T) {
	m := newMachine(LinkState{Name: "wan0", Up: true})
	text := m.apply(Desired{Routes: []Route{
		{Prefix: netip.MustParsePrefix("30.0.0.0/8"), Via: netip.MustParseAddr("40.0.0.1")},
		{Prefix: netip.MustParsePrefix("40.0.0.0/8"), Via: netip.MustParseAddr("30.0.0.1")},
		{Prefix: netip.MustParsePrefix("50.0.0.0/8"), Link: "wan0"},
		{Prefix: netip.MustParsePrefix("60.0.0.0/8"), Via: netip.MustParseAddr("50.0.0.1")},
		{Prefix: netip.MustParsePrefix("70.0.0.0/8"), Null: true, Metric: 250},
		{Prefix: netip.MustParsePrefix("80.0.0.0/8"), Via: netip.MustParseAddr("70.0.0.1")},
	}})
	want := "ip link set lo up\nsysctl -w net/ipv4/ip_forward=1\nip route append 50.0.0.0/8 dev wan0 proto 207\n" +
		"ip route append 60.0.0.0/8 via 50.0.0.1 dev wan0 proto 207\n" +
		"ip route append unreachable 70.0.0.0/8 proto 207 metric 250\nip route append unreachable 80.0.0.0/8 proto 207\n"
	if text != want {
		t.Errorf("got\n%swant\n%s", text, want)
	}
}

// A router does not look for sockets first, and follows no source route; a kernel that cannot be told so is not told.
func TestPacketsAreRoutedFirst(t *testing.T) {
	const key, other = "net/ipv4/ip_early_demux", "net/ipv4/conf/all/accept_source_route"
	m := newMachine(LinkState{Name: "wan0", Up: true})
	if text := m.apply(Desired{}); strings.Contains(text, key) || strings.Contains(text, other) {
		t.Errorf("turns a switch that is not there:\n%s", text)
	}
	m.sysctl[key], m.sysctl[other] = "1", "1"
	if text := m.apply(Desired{}); text != "sysctl -w "+key+"=0\nsysctl -w "+other+"=0\n" {
		t.Errorf("got %q", text)
	}
	if text := m.apply(Desired{}); text != "" {
		t.Errorf("the second time: %s", text)
	}
}

func TestEntryAsRule(t *testing.T) {
	web := acl.Ports{Op: acl.PortRange, Low: 80, High: 443}
	for _, c := range []struct {
		entry         acl.Entry
		leave, arrive string
	}{
		{acl.Entry{Src: acl.Any, Dst: acl.Any}, "", ""},
		{acl.Entry{Src: network("10.0.0.1/32"), Dst: network("20.0.0.0/8")},
			"ip saddr 10.0.0.1 ip daddr 20.0.0.0/8", "ip saddr 20.0.0.0/8 ip daddr 10.0.0.1"},
		{acl.Entry{Src: acl.Addr{Base: 0x0a000001, Wildcard: 0x0000ff00}, Dst: acl.Any},
			"ip saddr & 255.255.0.255 == 10.0.0.1", "ip daddr & 255.255.0.255 == 10.0.0.1"},
		{acl.Entry{Protocol: 6, Src: acl.Any, SrcPort: web, Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortGt, Low: 1023}},
			"ip protocol tcp th sport 80-443 th dport > 1023", "ip protocol tcp th sport > 1023 th dport 80-443"},
		{acl.Entry{Protocol: 17, Src: acl.Any, Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortNeq, Low: 53}},
			"ip protocol udp th dport != 53", "ip protocol udp th sport != 53"},
		{acl.Entry{Protocol: 6, Src: acl.Any, Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortEq, Low: 80, More: 2, Also: [9]uint16{443, 8080}}},
			"ip protocol tcp th dport { 80, 443, 8080 }", "ip protocol tcp th sport { 80, 443, 8080 }"},
		{acl.Entry{Protocol: 6, Src: acl.Any, Dst: acl.Any, SrcPort: acl.Ports{Op: acl.PortNeq, Low: 80, More: 1, Also: [9]uint16{443}}},
			"ip protocol tcp th sport != { 80, 443 }", "ip protocol tcp th dport != { 80, 443 }"},
		{acl.Entry{Protocol: 89, Src: acl.Any, Dst: acl.Any, SrcPort: acl.Ports{Op: acl.PortLt, Low: 9}},
			"ip protocol 89 th sport < 9", "ip protocol 89 th dport < 9"},
		{acl.Entry{Protocol: 6, Src: acl.Any, Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortEq, Low: 22}},
			"ip protocol tcp th dport 22", "ip protocol tcp th sport 22"},
	} {
		if got := entry(c.entry).text; got != c.leave {
			t.Errorf("leaving: got %q, want %q", got, c.leave)
		}
		if got := entry(mirror(c.entry)).text; got != c.arrive {
			t.Errorf("arriving: got %q, want %q", got, c.arrive)
		}
	}
}
