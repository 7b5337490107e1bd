package commands

import (
	"net/netip"
	"strings"
	"testing"

	"conft/internal/config"
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
		"     10.0.0.0/24 is subnetted, 1 subnets\nC       10.1.1.0 is directly connected, GigabitEthernet0/0\n"+
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
	r := newFake(t, "interface g0/0\nip address 10.1.1.1 255.255.255.0\nip address 10.1.2.1 255.255.255.0 secondary\n")
	for _, i := range r.config.Interfaces {
		r.interfaces = append(r.interfaces, router.InterfaceState{Config: i, LinkUp: true, Protocol: true, MTU: 9000, IPMTU: 1500, Method: "NVRAM"})
	}
	want := "GigabitEthernet0/0 is up, line protocol is up\n  Internet address is 10.1.1.1/24\n" +
		"  Address determined by non-volatile memory\n  MTU is 1500 bytes\n  Helper address is not set\n" +
		"  Directed broadcast forwarding is disabled\n  Secondary address 10.1.2.1/24\n" +
		"  Outgoing access list is not set\n  Inbound  access list is not set\n"
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
	_, _, err = typeLines(c, "ip route 10.0.0.0 255.0.0.0 g0/0 permanent")
	if err == nil || !strings.HasPrefix(err.Error(), "% permanent is not supported") {
		t.Errorf("permanent: %v", err)
	}
}
