package nettest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// branch is a router with two ways to a host:
//
//	r (eth0 10.12.0.1) --- (10.12.0.2) middle (10.23.0.2) --- mtu 1400 --- (10.23.0.3) host, 99.0.0.3
//	r (eth1 10.13.0.1) ---------------------------------------------------- (10.13.0.3) host
type branch struct {
	r, middle, host *netns.NS
	c               *Conft
}

func newBranch(t *testing.T) *branch {
	t.Helper()
	Root(t)
	need(t, "ip", "sysctl")
	b := &branch{r: Namespace(t, "r"), middle: Namespace(t, "middle"), host: Namespace(t, "host")}
	Cable(t, b.r, "eth0", "", b.middle, "left", "10.12.0.2/24")
	Cable(t, b.middle, "right", "10.23.0.2/24", b.host, "eth0", "10.23.0.3/24")
	Cable(t, b.r, "eth1", "", b.host, "eth1", "10.13.0.3/24")
	sh(t, b.middle, `sysctl -qw net.ipv4.ip_forward=1; ip link set right mtu 1400; ip route add 99.0.0.3/32 via 10.23.0.3`)
	sh(t, b.host, `ip link set eth0 mtu 1400; ip address add 99.0.0.3/32 dev lo; ip route add 10.12.0.0/24 via 10.23.0.2`)
	for _, ns := range []*netns.NS{b.middle, b.host} { // each probe has its answer
		sh(t, ns, `sysctl -qw net.ipv4.icmp_ratemask=0; for f in /proc/sys/net/ipv4/conf/*/accept_source_route; do echo 1 >$f; done`)
	}
	b.c = StartConft(t, b.r, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	b.c.Exec("configure terminal",
		"interface GigabitEthernet0/0", "ip address 10.12.0.1 255.255.255.0", "no shutdown",
		"interface GigabitEthernet0/1", "ip address 10.13.0.1 255.255.255.0", "no shutdown",
		"end")
	return b
}

func (b *branch) configure(lines ...string) {
	b.c.t.Helper()
	b.c.Exec(append(append([]string{"configure terminal"}, lines...), "end")...)
}

// expect waits until a command prints a text.
func (b *branch) expect(line, want string) {
	b.c.t.Helper()
	var out string
	for end := time.Now().Add(10 * time.Second); ; {
		if out = b.c.Exec(line); strings.Contains(out, want) {
			return
		}
		if time.Now().After(end) {
			b.c.t.Fatalf("%s: waited in vain for %q in\n%s", line, want, out)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// A default route that names the outside interface only: hosts behind the peer are not asked
// for there, where nobody would answer for them, as somebody does for the peer.
func TestTunnelOverInterfaceRoute(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	for _, link := range []string{"eth0", "eth1"} {
		if err := u.r2.Sysctl("net/ipv4/conf/"+link+"/proxy_arp", "1"); err != nil {
			t.Fatal(err)
		}
	}
	for c, hop := range map[*Conft]string{u.left: "12.12.12.2", u.right: "23.23.23.2"} {
		c.Exec("configure terminal", "no ip route 0.0.0.0 0.0.0.0 "+hop, "ip route 0.0.0.0 0.0.0.0 GigabitEthernet0/0", "end")
	}
	u.up(t, u.a, "20.1.1.2")
	u.every(t, u.b, "10.1.1.2", 3)
	if out := u.left.Exec("show ip route", "show ip arp"); strings.Contains(out, "20.1.1.") || !strings.Contains(out, "S*   0.0.0.0/0 is directly connected, GigabitEthernet0/0\n") {
		t.Errorf("the table:\n%s", out)
	}
}

func TestFloatingRoute(t *testing.T) {
	t.Parallel()
	b := newBranch(t)
	b.configure("ip route 0.0.0.0 0.0.0.0 10.12.0.2 name main", "ip route 0.0.0.0 0.0.0.0 10.13.0.3 200 name backup",
		"ip route 50.0.0.0 255.0.0.0 GigabitEthernet0/0 10.12.0.2 permanent")
	b.expect("show ip route", "S*   0.0.0.0/0 [1/0] via 10.12.0.2\n")
	routes := func() string { return sh(t, b.r, "ip -4 route show proto 207") }
	if got := routes(); !strings.Contains(got, "default via 10.12.0.2 dev eth0") || strings.Contains(got, "10.13.0.3") {
		t.Fatalf("the kernel has\n%s", got)
	}
	if out := b.c.Exec("show ip static route"); !strings.Contains(out, "M  0.0.0.0/0 [1/0] via 10.12.0.2 [A]\nM            [200/0] via 10.13.0.3 [N]\n") {
		t.Errorf("show ip static route:\n%s", out)
	}

	b.expect("show logging", "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/0, changed state to up")

	sh(t, b.middle, "ip link set left down") // r loses the carrier
	b.expect("show ip route", "S*   0.0.0.0/0 [200/0] via 10.13.0.3\n")
	if got := routes(); !strings.Contains(got, "default via 10.13.0.3 dev eth1") || strings.Contains(got, "10.12.0.2") || !strings.Contains(got, "unreachable 50.0.0.0/8") {
		t.Errorf("without eth0 the kernel has\n%s", got)
	}
	if out := b.c.Exec("show ip route"); strings.Contains(out, "connected, GigabitEthernet0/0") || !strings.Contains(out, "S    50.0.0.0/8 [1/0] via 10.12.0.2, GigabitEthernet0/0\n") {
		t.Errorf("without GigabitEthernet0/0:\n%s", out)
	}
	if got, _ := b.r.Output("ip", "route", "get", "10.12.0.2"); !strings.Contains(got, "10.13.0.3") {
		t.Errorf("a network whose line is down still takes packets: %s", got)
	}
	if out := b.c.Exec("ping 99.0.0.3 repeat 3"); !strings.Contains(out, "!!") {
		t.Errorf("over the backup:\n%s", out)
	}
	b.expect("show logging", "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet0/0, changed state to down")
	if out := b.c.Exec("show logging"); !strings.Contains(out, "%LINK-3-UPDOWN: Interface GigabitEthernet0/0, changed state to down") {
		t.Errorf("show logging:\n%s", out)
	}

	sh(t, b.middle, "ip link set left up")
	b.expect("show ip route", "S*   0.0.0.0/0 [1/0] via 10.12.0.2\n")
	if got := routes(); strings.Contains(got, "10.13.0.3") || strings.Contains(got, "unreachable") {
		t.Errorf("with eth0 again the kernel has\n%s", got)
	}
	b.configure("interface GigabitEthernet0/0", "shutdown")
	b.expect("show ip route", "S*   0.0.0.0/0 [200/0] via 10.13.0.3\n")
	b.configure("no ip route 0.0.0.0 0.0.0.0 10.13.0.3", "no ip route 50.0.0.0 255.0.0.0")
	if got := routes(); got != "" {
		t.Errorf("removed, and yet the kernel has\n%s", got)
	}
}

func TestRoutesOfEveryKind(t *testing.T) {
	t.Parallel()
	b := newBranch(t)
	b.configure("version 15.2",
		"interface GigabitEthernet0/1", "ip address 10.14.0.1 255.255.255.0 secondary",
		"interface Loopback0", "ip address 1.1.1.1 255.255.255.255", "exit",
		"ip route 30.0.0.0 255.0.0.0 10.12.0.2", "ip route 30.0.0.0 255.0.0.0 10.13.0.3",
		"ip route 40.1.0.0 255.255.0.0 Null0", "ip route 40.2.0.0 255.255.0.0 30.1.1.1 tag 77",
		"ip route 60.0.0.0 255.0.0.0 GigabitEthernet0/1 10.99.0.9", "ip route 70.0.0.0 255.0.0.0 GigabitEthernet0/1",
		"ip route 80.0.0.0 255.0.0.0 90.0.0.1")
	got := sh(t, b.r, "ip -4 route show proto 207 | sed 's/ *$//'")
	for _, want := range []string{
		"30.0.0.0/8 metric 1 \n\tnexthop via 10.12.0.2 dev eth0 weight 1 \n\tnexthop via 10.13.0.3 dev eth1 weight 1",
		"unreachable 40.1.0.0/16 metric 1", "40.2.0.0/16 via 10.12.0.2 dev eth0 metric 1",
		"60.0.0.0/8 via 10.99.0.9 dev eth1 metric 1 onlink", "70.0.0.0/8 dev eth1 scope link metric 1",
	} {
		if !strings.Contains(strings.ReplaceAll(got, " \n", "\n"), strings.ReplaceAll(want, " \n", "\n")) {
			t.Errorf("the kernel has no %s:\n%s", want, got)
		}
	}
	if strings.Contains(got, "80.0.0.0") {
		t.Errorf("a route by way of nobody is in the kernel:\n%s", got)
	}
	out := b.c.Exec("show ip route")
	_, out, _ = strings.Cut(out, "Gateway of last resort is not set\n\n")
	const want = `      1.0.0.0/32 is subnetted, 1 subnets
C        1.1.1.1 is directly connected, Loopback0
      10.0.0.0/8 is variably subnetted, 6 subnets, 2 masks
C        10.12.0.0/24 is directly connected, GigabitEthernet0/0
L        10.12.0.1/32 is directly connected, GigabitEthernet0/0
C        10.13.0.0/24 is directly connected, GigabitEthernet0/1
L        10.13.0.1/32 is directly connected, GigabitEthernet0/1
C        10.14.0.0/24 is directly connected, GigabitEthernet0/1
L        10.14.0.1/32 is directly connected, GigabitEthernet0/1
S     30.0.0.0/8 [1/0] via 10.12.0.2
                 [1/0] via 10.13.0.3
      40.0.0.0/16 is subnetted, 2 subnets
S        40.1.0.0 is directly connected, Null0
S        40.2.0.0 [1/0] via 30.1.1.1
S     60.0.0.0/8 [1/0] via 10.99.0.9, GigabitEthernet0/1
S     70.0.0.0/8 is directly connected, GigabitEthernet0/1
`
	if !strings.HasPrefix(out, want) {
		t.Errorf("show ip route:\n%s\nwant\n%s", out, want)
	}
	for line, want := range map[string]string{
		"show ip route 40.2.3.4":   "Routing entry for 40.2.0.0/16\n  Known via \"static\", distance 1, metric 0\n  Tag 77\n  Routing Descriptor Blocks:\n  * 30.1.1.1\n",
		"show ip route 10.13.0.77": "Routing entry for 10.13.0.0/24\n  Known via \"connected\", distance 0, metric 0 (connected, via interface)\n",
		"show ip route 10.13.0.1":  "Routing entry for 10.13.0.1/32\n  Known via \"connected\", distance 0, metric 0 (connected)\n",
		"show ip route 80.1.1.1":   "% Network not in table\n",
	} {
		if out := b.c.Exec(line); !strings.Contains(out, want) {
			t.Errorf("%s:\n%s", line, out)
		}
	}
	b.c.Close()
	if got := sh(t, b.r, "ip -4 route show proto 207; ip -4 -o address"); strings.Contains(got, "10.") || strings.Contains(got, "0.0/8") && !strings.Contains(got, "127.0.0.1/8") {
		t.Errorf("left behind:\n%s", got)
	}
}

func TestTraceAndPingOverARouter(t *testing.T) {
	t.Parallel()
	b := newBranch(t)
	b.configure("ip route 99.0.0.3 255.255.255.255 10.12.0.2", "ip route 10.23.0.0 255.255.255.0 10.12.0.2", "ip route 55.0.0.0 255.0.0.0 10.12.0.2")
	b.expect("ping 99.0.0.3 repeat 1 timeout 1", "(1/1)")
	out := b.c.Exec("traceroute 99.0.0.3 timeout 1")
	if !regexp.MustCompile(`\n  1 10\.12\.0\.2 \d+ msec \d+ msec \d+ msec\n  2 (99\.0\.0\.3|10\.23\.0\.3) \d+ msec \d+ msec \d+ msec\n$`).MatchString(out) {
		t.Errorf("traceroute:\n%s", out)
	}
	if out := b.c.Exec("traceroute 55.1.1.1 timeout 1 probe 2 source GigabitEthernet0/0"); !strings.HasSuffix(out, "\n  1 10.12.0.2 !N  !N \n") {
		t.Errorf("traceroute of a network that the next router does not know:\n%s", out)
	}
	sh(t, b.middle, "ip route add prohibit 55.0.0.0/8")
	if out := b.c.Exec("traceroute 55.1.1.1 timeout 1 probe 1"); !strings.HasSuffix(out, "\n  1 10.12.0.2 !A \n") {
		t.Errorf("traceroute of a network that is prohibited:\n%s", out)
	}
	if out := b.c.Exec("traceroute 10.12.0.77 timeout 0 probe 3 ttl 1 2"); !strings.HasSuffix(out, "\n  1  *  *  * \n  2  *  *  * \n") {
		t.Errorf("traceroute of nobody:\n%s", out)
	}
	if out := b.c.Exec("ping 55.1.1.1 repeat 2"); !strings.Contains(out, "\nUU\n") {
		t.Errorf("ping of a prohibited network:\n%s", out)
	}

	// 1400 octets fit through the narrow link, with DF set no more.
	dialogue := b.sweep("1399", "1401")
	if !strings.Contains(dialogue, "Sending 3, [1399..1401]-byte ICMP Echos to 10.23.0.3, timeout is 2 seconds:\n"+
		"Packet sent with the DF bit set\nReply data will be validated\nPacket has data pattern 0x1234\n"+
		"!!M\nSuccess rate is 66 percent (2/3)") {
		t.Errorf("the sweep:\n%s", dialogue)
	}
	if got := b.c.Exec("ping 10.23.0.3 size 5000 repeat 2 validate data FFFF"); !strings.Contains(got, "!!\n") {
		t.Errorf("in fragments:\n%s", got)
	}
}

// sweep is the extended dialogue of ping, with DF, data pattern, validation and sizes;
// then it stops what takes long.
func (b *branch) sweep(from, to string) string {
	b.c.t.Helper()
	x := OpenTerminal(b.c.t, b.r, "--dir", b.c.Dir)
	x.Expect(">")
	x.Enter("enable", "#")
	x.Enter("terminal length 0", "#")
	dialogue := func(answers ...[2]string) string {
		x.Type("ping\r")
		for _, q := range answers {
			x.Expect(q[0])
			x.Type(q[1] + "\r")
		}
		return strings.ReplaceAll(x.Expect("#"), "\r\n", "\n")
	}
	const options = "Loose, Strict, Record, Timestamp, Verbose["
	out := dialogue([][2]string{
		{"Protocol [ip]: "}, {"Target IP address: ", "10.23.0.3"}, {"Repeat count [5]: ", "1"}, {"Datagram size [100]: "}, {"Timeout in seconds [2]: "},
		{"Extended commands [n]: ", "y"}, {"Source address or interface: "}, {"Type of service [0]: "}, {"Set DF bit in IP header? [no]: ", "y"},
		{"Validate reply data? [no]: ", "y"}, {"Data pattern [0xABCD]: ", "0x1234"}, {options + "none]: "},
		{"Sweep range of sizes [n]: ", "y"}, {"Sweep min size [36]: ", from}, {"Sweep max size [18024]: ", to}, {"Sweep interval [1]: "},
	}...)
	// A source route, which this router itself follows for nobody, and timestamps.
	routed := dialogue([][2]string{
		{"Protocol [ip]: "}, {"Target IP address: ", "10.23.0.3"}, {"Repeat count [5]: ", "1"}, {"Datagram size [100]: "}, {"Timeout in seconds [2]: "},
		{"Extended commands [n]: ", "y"}, {"Source address or interface: "}, {"Type of service [0]: "}, {"Set DF bit in IP header? [no]: "},
		{"Validate reply data? [no]: "}, {"Data pattern [0xABCD]: "}, {options + "none]: ", "strict"}, {"Source route: ", "10.12.0.2"},
		{options + "SV]: ", "t"}, {"Number of timestamps [ 7 ]: ", "5"}, {options + "STV]: "}, {"Sweep range of sizes [n]: "},
	}...)
	if !regexp.MustCompile(`Timestamp: Type 0\.  Overflows: 0 length 24, ptr 25\n(  Time= \S+ UTC \(0[0-9A-F]{7}\)\n){5}  >>Current pointer<<\n`).MatchString(routed) ||
		!strings.Contains(routed, " Strict source route:\n   (10.12.0.2) <*>\n") || !strings.Contains(routed, "(1/1)") {
		b.c.t.Errorf("with a source route:\n%s", routed)
	}
	// What takes long is stopped by the escape sequence, and by Ctrl-C.
	for _, key := range []string{"\x1e", "\x03"} {
		x.Type("ping 10.13.0.77 repeat 1000 timeout 60\r")
		x.Expect("timeout is 60 seconds:")
		x.Type(key)
		x.Expect("Success rate is 0 percent (0/")
		x.Expect("#")
		x.Type("traceroute 10.13.0.77 timeout 60\r")
		x.Expect("Tracing the route to")
		x.Type(key)
		x.Expect("#")
	}
	return out
}

func TestARPAndCounters(t *testing.T) {
	t.Parallel()
	b := newBranch(t)
	b.expect("ping 10.13.0.3 repeat 1 timeout 1", "(1/1)")
	link := sh(t, b.host, "ip -o link show eth1")
	m := regexp.MustCompile(`ether (..):(..):(..):(..):(..):(..)`).FindStringSubmatch(link)
	row := fmt.Sprintf("Internet  10.13.0.3               0   %s%s.%s%s.%s%s  ARPA   GigabitEthernet0/1\n", m[1], m[2], m[3], m[4], m[5], m[6])
	if out := b.c.Exec("show arp"); !strings.Contains(out, row) || !strings.Contains(out, "Internet  10.13.0.1               -   ") {
		t.Errorf("no %sin\n%s", row, out)
	}
	b.c.Exec("ping 10.13.0.77 repeat 1 timeout 0")
	if out := b.c.Exec("show ip arp 10.13.0.77"); !strings.Contains(out, "Internet  10.13.0.77              0   Incomplete      ARPA") {
		t.Errorf("of nobody:\n%s", out)
	}
	b.configure("arp 10.13.0.88 0200.0000.0088 arpa")
	if out := sh(t, b.r, "ip -4 neighbour show 10.13.0.88"); !strings.Contains(out, "dev eth1 lladdr 02:00:00:00:00:88 PERMANENT") {
		t.Errorf("arp 10.13.0.88: %s", out)
	}
	if out := b.c.Exec("show arp 10.13.0.88"); !strings.Contains(out, "Internet  10.13.0.88              -   0200.0000.0088  ARPA   \n") {
		t.Errorf("show arp:\n%s", out)
	}
	b.c.Exec("clear arp-cache")
	if out := sh(t, b.r, "ip -4 neighbour show 10.13.0.77 dev eth1; ip -4 neighbour show 10.13.0.3 dev eth1"); strings.Contains(out, "lladdr") {
		t.Errorf("after clear arp-cache:\n%s", out)
	}
	b.c.Kill() // what the last router pinned is known again
	b.c.Start()
	b.configure("interface GigabitEthernet0/1", "ip address 10.13.0.1 255.255.255.0", "no shutdown")
	if out := sh(t, b.r, "ip -4 neighbour show nud permanent"); strings.Contains(out, "10.13.0.88") {
		t.Errorf("a killed router's entry stays: %s", out)
	}
	b.expect("ping 10.13.0.3 repeat 1 timeout 1", "(1/1)")

	sent := func() int {
		t.Helper()
		m := regexp.MustCompile(`(\d+) packets output`).FindStringSubmatch(b.c.Exec("show interfaces g0/1"))
		n, _ := strconv.Atoi(m[1])
		return n
	}
	before := sent()
	b.c.Exec("ping 10.13.0.3 repeat 20")
	if after := sent(); after < before+20 {
		t.Errorf("%d packets output, %d after twenty more", before, after)
	}
	if out := b.c.Exec("show interfaces g0/1"); !strings.Contains(out, "  Last input 00:00:0") || !strings.Contains(out, "Hardware is Linux link eth1, address is") || !strings.Contains(out, "  Full Duplex, 10000Mbps") {
		t.Errorf("show interfaces:\n%s", out)
	}
	b.c.Exec("clear counters g0/1")
	if after := sent(); after >= 20 {
		t.Errorf("%d packets output after clear counters", after)
	}
	b.expect("show logging", "%CLEAR-5-COUNTERS: Clear counter on interface GigabitEthernet0/1 by ")
	if out := b.c.Exec("show interfaces g0/1"); !strings.Contains(out, `counters 00:00:0`) {
		t.Errorf("show interfaces:\n%s", out)
	}
	// The load of the last five seconds comes into an average over 30.
	b.configure("interface GigabitEthernet0/1", "load-interval 30")
	sh(t, b.host, "ping -q -f -c 4000 -s 1000 10.13.0.1")
	wait(t, "a rate", 12*time.Second, func() bool {
		m := regexp.MustCompile(`30 second input rate (\d+) bits/sec, (\d+) packets/sec`).FindStringSubmatch(b.c.Exec("show interfaces g0/1"))
		return m != nil && m[1] != "0" && m[2] != "0"
	})
}

// The router's own probes take the way of the crypto map. The far end of the tunnel would answer
// from its outside address, in clear, which the access list does not name: that hop stays dark.
func TestTracerouteThroughTunnel(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.left.Exec("ping 20.1.1.2 source 10.1.1.1 repeat 2")
	out := u.left.Exec("traceroute 20.1.1.2 source 10.1.1.1 timeout 1 probe 1")
	if !regexp.MustCompile(`\n  1  \* \n  2 20\.1\.1\.2 \d+ msec\n$`).MatchString(out) {
		t.Errorf("traceroute:\n%s", out)
	}
	n := kinds(u.wire.frames())
	if n["ESP"] == 0 {
		t.Errorf("nothing is encrypted: %v", n)
	}
	for kind := range n {
		if strings.Contains(kind, "> 20.1.1.2") {
			t.Errorf("a probe left in clear: %s", kind)
		}
	}
}
