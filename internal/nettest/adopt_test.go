package nettest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/netns"
)

// passing is what changes by itself: the carrier comes and goes, and a link that
// was up once keeps its queue.
var passing = regexp.MustCompile(`qdisc \w+ | state \w+|,LOWER_UP|NO-CARRIER,|linkdown `)

// machine is what a user of `ip` sees of a namespace: addresses, routes, links,
// rules and the switches that a router turns.
func machine(t testing.TB, ns *netns.NS) string {
	t.Helper()
	var all []string
	for _, command := range []string{
		"ip -o -4 address", "ip -4 route", "ip rule", "ip -o link",
		"sysctl -a -r ^net.ipv4.(ip_forward|ip_early_demux|conf[.][^.]+[.](rp_filter|send_redirects|promote_secondaries|accept_local|accept_source_route|ignore_routes_with_linkdown))",
		"tc filter show dev eth0 egress",
	} {
		words := strings.Fields(command)
		out, err := ns.Output(find(words[0]), words[1:]...)
		if err != nil && words[0] != "tc" { // which calls a link without filters an error
			t.Fatal(err)
		}
		lines := strings.Split(passing.ReplaceAllString(out, ""), "\n")
		slices.Sort(lines)
		all = append(all, "# "+command)
		all = append(all, lines...)
	}
	return strings.Join(all, "\n")
}

func sh(t testing.TB, ns *netns.NS, script string) string {
	t.Helper()
	out, err := ns.Output("sh", "-ec", script)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A machine that works keeps working: no startup configuration means that the
// router says what it found.
func TestAdoption(t *testing.T) {
	t.Parallel()
	Root(t)
	need(t, "ip", "sysctl", "tc")
	// r (eth0 192.0.2.1) --- neighbour; r (eth1, down)
	r, neighbour := Namespace(t, "r"), Namespace(t, "neighbour")
	Cable(t, r, "eth0", "192.0.2.1/24", neighbour, "eth0", "192.0.2.2/24")
	Cable(t, r, "eth1", "", neighbour, "eth1", "")
	sh(t, r, `ip address add 192.0.2.11/24 dev eth0
		ip address add 203.0.113.7/32 dev lo
		ip route add 198.51.100.0/24 via 192.0.2.2
		ip route add default via 192.0.2.2 proto static
		sysctl -q net.ipv4.conf.all.rp_filter=2`)
	found := machine(t, r)

	c := StartConft(t, r, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	running := c.Exec("show running-config")
	for _, want := range []string{
		"\n ip address 192.0.2.1 255.255.255.0\n",
		"\n ip address 192.0.2.11 255.255.255.0 secondary\n",
		"interface GigabitEthernet0/1\n no ip address\n shutdown\n",
	} {
		if !strings.Contains(running, want) {
			t.Errorf("running-config has not\n%s\nbut\n%s", want, running)
		}
	}
	if strings.Contains(running, "ip route") {
		t.Errorf("routes that others made are in running-config:\n%s", running)
	}
	routes := c.Exec("show ip route")
	for _, want := range []string{"192.0.2.0", "198.51.100.0/24", "0.0.0.0/0"} {
		if !strings.Contains(routes, want) {
			t.Errorf("show ip route has no %s:\n%s", want, routes)
		}
	}
	addresses := sh(t, r, "ip -o -4 address; ip -4 route")
	before, _, _ := strings.Cut(found, "# ip rule")
	for line := range strings.Lines(before) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") && !strings.Contains(addresses, line) {
			t.Errorf("the start took %q away:\n%s", line, addresses)
		}
	}

	// What the configuration does not name stays while it changes.
	c.Exec("configure terminal", "interface GigabitEthernet0/1", "ip address 10.9.9.1 255.255.255.0", "no shutdown",
		"interface Loopback3", "ip address 10.3.3.3 255.255.255.255", "exit",
		"ip route 10.8.0.0 255.255.0.0 192.0.2.2", "access-list 100 permit ip 10.9.9.0 0.0.0.255 any",
		"crypto ipsec transform-set s esp-aes esp-sha-hmac",
		"crypto map m 1 ipsec-isakmp", "set peer 192.0.2.2", "set transform-set s", "match address 100",
		"interface GigabitEthernet0/0", "crypto map m", "end")
	for _, want := range []string{"203.0.113.7/32", "198.51.100.0/24", "10.8.0.0/16", "10.9.9.1/24", "10.3.3.3/32"} {
		if now := sh(t, r, "ip -br -4 address; ip -4 route"); !strings.Contains(now, want) {
			t.Errorf("there is no %s any more:\n%s", want, now)
		}
	}
	c.Exec("configure terminal", "interface GigabitEthernet0/1", "shutdown", "end")

	c.Close()
	if now := machine(t, r); now != found {
		t.Errorf("the machine was found as\n%s\nand left as\n%s", found, now)
	}
}
