package commands

import (
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/internal/reftest"
	"conft/internal/router"
)

func TestShowIPRouteTo(t *testing.T) {
	r := newFake(t, "")
	route := func(code byte, prefix, hop, ifc string, distance uint8) {
		s := router.RouteState{Code: code, Prefix: netip.MustParsePrefix(prefix), Interface: ifc, Distance: distance}
		s.NextHop, _ = netip.ParseAddr(hop)
		r.routes = append(r.routes, s)
	}
	route('C', "10.1.1.0/24", "", "GigabitEthernet0/0", 0)
	route('S', "10.0.0.0/8", "12.12.12.9", "GigabitEthernet0/1", 1)
	route('S', "0.0.0.0/0", "12.12.12.2", "GigabitEthernet0/1", 1)
	route('C', "12.12.12.0/24", "", "GigabitEthernet0/1", 0)
	route('S', "20.1.0.0/16", "12.12.12.2", "GigabitEthernet0/1", 5)
	route('S', "20.1.0.0/16", "12.12.12.3", "GigabitEthernet0/1", 5)
	route('S', "9.9.9.0/24", "", "Null0", 1)
	const blocks = "  Routing Descriptor Blocks:\n"
	const share = "      Route metric is 0, traffic share count is 1\n"
	for line, want := range map[string]string{
		"10.1.1.77": "Routing entry for 10.1.1.0/24\n  Known via \"connected\", distance 0, metric 0 (connected, via interface)\n" +
			blocks + "  * directly connected, via GigabitEthernet0/0\n" + share,
		"10.7.7.7": "Routing entry for 10.0.0.0/8\n  Known via \"static\", distance 1, metric 0\n" + blocks + "  * 12.12.12.9\n" + share,
		"20.1.1.1": "Routing entry for 20.1.0.0/16\n  Known via \"static\", distance 5, metric 0\n" + blocks +
			"  * 12.12.12.2\n" + share + "    12.12.12.3\n" + share,
		"0.0.0.0": "Routing entry for 0.0.0.0/0, supernet\n  Known via \"static\", distance 1, metric 0, candidate default path\n" +
			blocks + "  * 12.12.12.2\n" + share,
		"9.9.9.9": "Routing entry for 9.9.9.0/24\n  Known via \"static\", distance 1, metric 0 (connected, via interface)\n" +
			blocks + "  * directly connected, via Null0\n" + share,
		"20.2.0.1":               "% Subnet not in table\n",
		"30.1.1.1":               "% Network not in table\n",
		"20.1.0.0 255.255.255.0": "% Subnet not in table\n",
		"10.0.0.0 255.0.0.0":     "Routing entry for 10.0.0.0/8\n  Known via \"static\", distance 1, metric 0\n" + blocks + "  * 12.12.12.9\n" + share,
	} {
		expect(t, "show ip route "+line, run(t, r, "show ip route "+line), want)
	}
	expect(t, "show ip route connected", run(t, r, "show ip route connected"),
		"     10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks\nC       10.1.1.0/24 is directly connected, GigabitEthernet0/0\n"+
			"     12.0.0.0/24 is subnetted, 1 subnets\nC       12.12.12.0 is directly connected, GigabitEthernet0/1\n")
	got := run(t, r, "show ip route static")
	if !strings.HasSuffix(got, "S*   0.0.0.0/0 [1/0] via 12.12.12.2\n") || strings.Contains(got, "\nC ") || strings.Contains(got, "Codes") {
		t.Errorf("show ip route static:\n%s", got)
	}
	if !strings.Contains(got, "S       9.9.9.0 is directly connected, Null0\n") {
		t.Errorf("the null route is not shown:\n%s", got)
	}
	if _, err := try(r, "show ip route 10.1.1.1 255.255.0.0"); err == nil || err.Error() != "% Inconsistent address and mask" {
		t.Errorf("a mask that does not fit: %v", err)
	}
}

func TestShowIPInterface(t *testing.T) {
	r := newFake(t, "interface g0/0\nip address 10.1.1.1 255.255.255.0\nip address 10.1.2.1 255.255.255.0 secondary\nip nat inside\n")
	for _, i := range r.config.Interfaces {
		r.interfaces = append(r.interfaces, router.InterfaceState{Config: i, LinkUp: true, Protocol: true, MTU: 9000, IPMTU: 1500, Method: "NVRAM"})
	}
	want := "GigabitEthernet0/0 is up, line protocol is up\n  Internet address is 10.1.1.1/24\n  Broadcast address is 255.255.255.255\n" +
		"  Address determined by non-volatile memory\n  MTU is 1500 bytes\n  Helper address is not set\n" +
		"  Directed broadcast forwarding is disabled\n  Secondary address 10.1.2.1/24\n" +
		"  Outgoing access list is not set\n  Inbound  access list is not set\n" +
		"  Proxy ARP is disabled\n  Local Proxy ARP is disabled\n  ICMP redirects are never sent\n  ICMP unreachables are always sent\n" +
		"  ICMP mask replies are never sent\n  Router Discovery is disabled\n  IP output packet accounting is disabled\n  IP access violation accounting is disabled\n" +
		"  TCP/IP header compression is disabled\n  RTP/IP header compression is disabled\n  Policy routing is disabled\n" +
		"  Network address translation is enabled, interface in domain inside\n"
	expect(t, "show ip interface", run(t, r, "show ip interface g0/0"), want)
	all := run(t, r, "show ip interface")
	if !strings.Contains(all, want) || !strings.Contains(all, "GigabitEthernet0/1 is up, line protocol is up\n  Internet protocol processing disabled\n") {
		t.Errorf("show ip interface:\n%s", all)
	}
	if _, err := try(r, "show ip interface g0/7"); err == nil {
		t.Error("an interface that is not there is shown")
	}
}

func TestNullRoute(t *testing.T) {
	c, _, err := typeLines(newRouter(), "ip route 10.0.0.0 255.0.0.0 null0 250 name x", "ip route 0.0.0.0 0.0.0.0 Null0")
	if err != nil {
		t.Fatal(err)
	}
	if text := Text(c); !strings.Contains(text, "\nip route 0.0.0.0 0.0.0.0 Null0\nip route 10.0.0.0 255.0.0.0 Null0 250 name x\n") {
		t.Errorf("written as\n%s", text)
	}
	c, _, err = typeLines(c, "no ip route 10.0.0.0 255.0.0.0 Null0", "no ip route 0.0.0.0 0.0.0.0")
	if err != nil || len(c.Routes) != 0 {
		t.Errorf("left %v, %v", c.Routes, err)
	}
	if c.Interface(config.Null) != nil {
		t.Error("Null0 became an interface")
	}
}

func TestStaticRouteLines(t *testing.T) {
	c, _, err := typeLines(newRouter(),
		"ip route 10.0.0.0 255.0.0.0 12.12.12.2 name isp 200 permanent tag 7",
		"ip route 10.0.0.0 255.0.0.0 g0/0 12.12.12.2 tag 4294967295",
		"ip route 20.0.0.0 255.0.0.0 12.12.12.2 5",
		"ip route 20.0.0.0 255.0.0.0 12.12.12.2 6") // the same way: a new distance
	if err != nil {
		t.Fatal(err)
	}
	const want = "\nip route 10.0.0.0 255.0.0.0 12.12.12.2 200 tag 7 name isp permanent\n" +
		"ip route 10.0.0.0 255.0.0.0 GigabitEthernet0/0 12.12.12.2 tag 4294967295\n" +
		"ip route 20.0.0.0 255.0.0.0 12.12.12.2 6\n"
	if text := Text(c); !strings.Contains(text, want) {
		t.Errorf("written as\n%s", text)
	}
	for _, line := range []string{"ip route 10.0.0.0 255.0.0.0 12.12.12.2 tag 0", "ip route 10.0.0.0 255.0.0.0 12.12.12.2 256", "ip route 10.0.0.0 255.0.0.0 Serial0/0"} {
		if _, _, err := typeLines(c, line); err == nil {
			t.Errorf("%s is accepted", line)
		}
	}
}

// 15.x has local routes and a default route that comes first.
func TestIPRoute15LikeCapture(t *testing.T) {
	c := config.New()
	c.Version = "15.2"
	connected := func(address, ifc string) router.RouteState {
		p := netip.MustParsePrefix(address)
		return router.RouteState{Code: 'C', Prefix: p.Masked(), Address: p.Addr(), Interface: ifc}
	}
	capture := trimLines(reftest.Open(t, "show/show-ip-route/06.txt"))
	for _, x := range []struct {
		table  string
		routes []router.RouteState
	}{
		{"Mgmt", nil},
		{"CODE-DAVE-OUTSIDE", []router.RouteState{
			connected("1.1.1.1/30", "GigabitEthernet0/0/0"),
			{Code: 'S', Prefix: netip.MustParsePrefix("0.0.0.0/0"), NextHop: addr("1.1.1.1"), Distance: 200},
		}},
	} {
		_, want, _ := strings.Cut(capture, "Routing Table: "+x.table+"\n")
		want, _, _ = strings.Cut(want, "\nRouting Table:")
		got := trimLines(text(func(w io.Writer) { newRouteTable(c, x.routes).show(w, anyRoute) }))
		if got, want := strings.TrimRight(got, "\n"), strings.TrimRight(want, "\n"); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s", x.table, got, want)
		}
	}
	rows := text(func(w io.Writer) {
		newRouteTable(c, []router.RouteState{
			connected("10.195.96.58/25", "Tunnel1"), connected("10.4.1.1/32", "Loopback0"),
			connected("192.168.0.1/24", "Ethernet0/1"), connected("192.168.0.2/24", "Ethernet0/1"),
			{Code: 'S', Prefix: netip.MustParsePrefix("10.197.70.0/23"), Interface: "Null0", Distance: 1},
			{Code: 'S', Prefix: netip.MustParsePrefix("192.168.1.0/24"), NextHop: addr("203.0.113.10"), Interface: "Ethernet0/0", Distance: 1, Pinned: true},
			{Code: 'S', Prefix: netip.MustParsePrefix("11.0.0.0/8"), NextHop: addr("203.0.113.10"), Distance: 1},
			{Code: 'S', Prefix: netip.MustParsePrefix("11.1.0.0/16"), NextHop: addr("203.0.113.10"), Distance: 1},
		}).show(w, anyRoute)
	})
	_, rows, _ = strings.Cut(rows, "not set\n\n")
	expect(t, "show ip route", rows, "      10.0.0.0/8 is variably subnetted, 4 subnets, 3 masks\n"+
		"C        10.4.1.1/32 is directly connected, Loopback0\n"+
		"C        10.195.96.0/25 is directly connected, Tunnel1\n"+
		"L        10.195.96.58/32 is directly connected, Tunnel1\n"+
		"S        10.197.70.0/23 is directly connected, Null0\n"+
		"      11.0.0.0/8 is variably subnetted, 2 subnets, 2 masks\n"+
		"S        11.0.0.0/8 [1/0] via 203.0.113.10\n"+
		"S        11.1.0.0/16 [1/0] via 203.0.113.10\n"+
		"      192.168.0.0/24 is variably subnetted, 3 subnets, 2 masks\n"+
		"C        192.168.0.0/24 is directly connected, Ethernet0/1\n"+
		"L        192.168.0.1/32 is directly connected, Ethernet0/1\n"+
		"L        192.168.0.2/32 is directly connected, Ethernet0/1\n"+
		"S     192.168.1.0/24 [1/0] via 203.0.113.10, Ethernet0/0\n")
}

func TestShowIPRoute15To(t *testing.T) {
	r := newFake(t, "version 15.2\n")
	r.routes = []router.RouteState{
		{Code: 'C', Prefix: netip.MustParsePrefix("10.1.1.0/24"), Address: addr("10.1.1.1"), Interface: "GigabitEthernet0/0"},
		{Code: 'S', Prefix: netip.MustParsePrefix("20.0.0.0/8"), NextHop: addr("10.1.1.2"), Interface: "GigabitEthernet0/0", Pinned: true, Distance: 5, Tag: 9, Permanent: true},
	}
	expect(t, "show ip route 10.1.1.1", run(t, r, "show ip route 10.1.1.1"),
		"Routing entry for 10.1.1.1/32\n  Known via \"connected\", distance 0, metric 0 (connected)\n  Routing Descriptor Blocks:\n"+
			"  * directly connected, via GigabitEthernet0/0\n      Route metric is 0, traffic share count is 1\n")
	expect(t, "show ip route 20.1.1.1", run(t, r, "show ip route 20.1.1.1"),
		"Routing entry for 20.0.0.0/8\n  Known via \"static\", distance 5, metric 0\n  Tag 9\n  Routing Descriptor Blocks:\n"+
			"  * 10.1.1.2, via GigabitEthernet0/0\n      Permanent\n      Route metric is 0, traffic share count is 1\n      Route tag 9\n")
}

// A classful network that has subnets is shown with all of them, as IOS does.
func TestShowIPRouteOfSubnets(t *testing.T) {
	r := newFake(t, "version 15.2\n")
	r.routes = []router.RouteState{
		{Code: 'C', Prefix: netip.MustParsePrefix("10.1.0.0/24"), Address: addr("10.1.0.1"), Interface: "GigabitEthernet0/3"},
		{Code: 'S', Prefix: netip.MustParsePrefix("10.2.0.0/24"), NextHop: addr("172.16.123.2"), Distance: 1},
		{Code: 'S', Prefix: netip.MustParsePrefix("11.0.0.0/8"), NextHop: addr("172.16.123.2"), Distance: 1},
		{Code: 'S', Prefix: netip.MustParsePrefix("12.1.0.0/16"), NextHop: addr("172.16.123.2"), Distance: 1},
		{Code: 'S', Prefix: netip.MustParsePrefix("0.0.0.0/0"), NextHop: addr("172.16.123.2"), Distance: 1},
	}
	expect(t, "10.0.0.0", run(t, r, "show ip route 10.0.0.0"), "Routing entry for 10.0.0.0/8, 3 known subnets\n"+
		"  Attached (2 connections)\n  Variably subnetted with 2 masks\n"+
		"C        10.1.0.0/24 is directly connected, GigabitEthernet0/3\n"+
		"L        10.1.0.1/32 is directly connected, GigabitEthernet0/3\n"+
		"S        10.2.0.0/24 [1/0] via 172.16.123.2\n")
	expect(t, "12.0.0.0", run(t, r, "show ip route 12.0.0.0"), "Routing entry for 12.0.0.0/16, 1 known subnets\n"+
		"S        12.1.0.0 [1/0] via 172.16.123.2\n")
	for line, want := range map[string]string{
		"show ip route 10.0.0.0 255.0.0.0": "% Subnet not in table",
		"show ip route 11.0.0.0":           "Routing entry for 11.0.0.0/8\n",
		"show ip route 13.0.0.0":           "% Network not in table",
		"show ip route 0.0.0.0":            "Routing entry for 0.0.0.0/0, supernet\n",
		"show ip route 224.0.0.0":          "% Network not in table",
	} {
		if got := run(t, r, line); !strings.HasPrefix(got, want) {
			t.Errorf("%s prints %s", line, got)
		}
	}
}

func TestShowIPRouteLonger(t *testing.T) {
	r := newFake(t, "")
	for _, p := range []string{"0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16"} {
		r.routes = append(r.routes, router.RouteState{Code: 'S', Prefix: netip.MustParsePrefix(p), NextHop: addr("12.12.12.2"), Distance: 1})
	}
	expect(t, "longer-prefixes", run(t, r, "show ip route 10.1.0.0 255.255.0.0 longer-prefixes"), routeLegend12+
		"Gateway of last resort is 12.12.12.2 to network 0.0.0.0\n\n     10.0.0.0/8 is variably subnetted, 4 subnets, 3 masks\n"+
		"S       10.1.0.0/16 [1/0] via 12.12.12.2\nS       10.1.2.0/24 [1/0] via 12.12.12.2\n")
	if _, err := try(r, "show ip route 10.1.1.0 255.255.0.0 longer-prefixes"); err == nil {
		t.Error("a mask that does not fit is accepted")
	}
}

func TestShowIPRouteOfOneKind(t *testing.T) {
	r := newFake(t, "")
	r.routes = []router.RouteState{
		{Code: 'C', Prefix: netip.MustParsePrefix("10.1.1.0/24"), Address: addr("10.1.1.1"), Interface: "GigabitEthernet0/0"},
		{Code: 'S', Prefix: netip.MustParsePrefix("198.0.0.0/8"), NextHop: addr("10.1.1.2"), Distance: 1},
		{Code: 'S', Prefix: netip.MustParsePrefix("30.0.0.0/8"), NextHop: addr("10.1.1.2"), Distance: 1},
	}
	const wide, none = "S    198.0.0.0/8 [1/0] via 10.1.1.2\n", "Gateway of last resort is not set\n\n"
	expect(t, "supernets-only", run(t, r, "show ip route supernets-only"), routeLegend12+none+wide)
	expect(t, "local", run(t, r, "show ip route local"), "")
	expect(t, "ospf", run(t, r, "show ip route ospf"), "")
	r.config.Version = "15.2"
	expect(t, "local", run(t, r, "show ip route local"), routeLegend15+none+
		"      10.0.0.0/8 is variably subnetted, 2 subnets, 2 masks\nL        10.1.1.1/32 is directly connected, GigabitEthernet0/0\n")
	expect(t, "ospf", run(t, r, "show ip route ospf"), routeLegend15+none)
}

func TestShowIPRouteSummary(t *testing.T) {
	counts := regexp.MustCompile(`(?m)^(\S+) +(\d+) +(\d+)? +(?:0 +)?(\d+) +(\d+)$`)
	r := newFake(t, "")
	r.routes = []router.RouteState{
		{Code: 'C', Prefix: netip.MustParsePrefix("10.1.1.0/24"), Address: addr("10.1.1.1"), Interface: "GigabitEthernet0/0"},
		{Code: 'S', Prefix: netip.MustParsePrefix("10.2.0.0/16"), NextHop: addr("10.1.1.2"), Distance: 1},
		{Code: 'S', Prefix: netip.MustParsePrefix("0.0.0.0/0"), NextHop: addr("10.1.1.2"), Distance: 1},
	}
	shape := func(text string) (heads, rows []string) {
		for l := range strings.Lines(trimLines(text)) {
			l = strings.TrimSuffix(l, "\n")
			if m := counts.FindStringSubmatch(l); m != nil {
				rows = append(rows, strings.Join(m[1:4], " "))
			} else {
				heads = append(heads, l)
			}
		}
		return heads, rows
	}
	heads, rows := shape(run(t, r, "show ip route summary"))
	want, _ := shape(reftest.Open(t, "show/show-ip-route-summary/03.txt"))
	if want := slices.DeleteFunc(want, func(l string) bool { return strings.HasPrefix(l, "internal") }); !slices.Equal(heads[:3], want[:3]) {
		t.Errorf("got\n%q\nwant\n%q", heads, want)
	}
	if !slices.Equal(rows[:2], []string{"connected 0 1", "static 1 1"}) || rows[len(rows)-1] != "Total 1 2" {
		t.Errorf("counted %q", rows)
	}
	r.config.Version = "15.2"
	if _, rows := shape(run(t, r, "show ip route summary")); rows[0] != "connected 0 2" {
		t.Errorf("with local routes counted %q", rows)
	}
}

func TestShowStaticRoutesLikeCapture(t *testing.T) {
	c, _, err := typeLines(newRouter(), "ip route 10.1.1.0 255.255.255.0 g0/0 10.16.0.2", "ip route 10.1.1.0 255.255.255.0 g0/1 192.168.1.1 3",
		"ip route 10.186.1.0 255.255.255.0 f0/0 192.168.1.1 3")
	if err != nil {
		t.Fatal(err)
	}
	r := newFake(t, "")
	for i, rt := range c.Routes {
		r.static = append(r.static, router.StaticRoute{Route: rt, Active: i != 1})
	}
	got := run(t, r, "show ip static route")
	for of, here := range map[string]string{"GigabitEthernet2.2": "GigabitEthernet0/0", "GigabitEthernet1": "GigabitEthernet0/1"} {
		got = strings.ReplaceAll(got, here, of)
	}
	got = strings.ReplaceAll(got, "FastEthernet0/0", "GigabitEthernet1")
	words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if want := reftest.Open(t, "show/show-ip-static-route/01.txt"); words(got) != words(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !strings.Contains(got, "\nM  10.1.1.0/24 [1/0]") || !strings.Contains(got, "\nM              [3/0]") {
		t.Errorf("got\n%s", got)
	}
}

func TestShowProtocols(t *testing.T) {
	expect(t, "show protocols", run(t, lab(t), "show protocols"), "Global values:\n  Internet Protocol routing is enabled\n"+
		"FastEthernet0/0 is up, line protocol is up\n  Internet address is 10.1.1.1/24\n"+
		"GigabitEthernet0/0 is down, line protocol is down\n"+
		"GigabitEthernet0/1 is up, line protocol is up\n  Internet address is 12.12.12.1/24\n")
}

// Each line that show ip interface prints is one of the captures.
func TestIPInterfaceLinesLikeCapture(t *testing.T) {
	state := router.InterfaceState{Config: &config.Interface{Name: "FastEthernet0", Address: config.Address{IP: ip("172.16.3.226"), Mask: 0xfffffff8}},
		LinkUp: true, Protocol: true, MTU: 1500, IPMTU: 1500, Method: "NVRAM"}
	always := strings.NewReplacer("always sent", "never sent") // some are, some not
	want := strings.Split(always.Replace(trimLines(reftest.Open(t, "show/show-ip-interface/04.txt"))), "\n")
	at := 0
	for l := range strings.Lines(trimLines(text(func(w io.Writer) { showIPInterface(w, []router.InterfaceState{state}) }))) {
		n := slices.Index(want[at:], strings.TrimSuffix(always.Replace(l), "\n"))
		if n < 0 {
			t.Errorf("%q does not follow %q", l, want[max(at-1, 0)])
			continue
		}
		at += n + 1
	}
}
