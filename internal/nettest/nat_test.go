package nettest

import (
	"io"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// The translation that r1 does in these tests, beside the tunnel between 10.1.1.0/24
// and 20.1.1.0/24:
//
//	a 10.1.1.2 ─ r1 12.12.12.1 ─ r2 12.12.12.2, 23.23.23.2 ─ r3 ─ b 20.1.1.2
//	             └ inside, outside
//
// r2 is a host of the Internet: it knows no way to 10.1.1.0/24.

// mirrors answers each TCP connection to an address with the address that it came
// from, as the server sees it.
func mirrors(t *testing.T, ns *netns.NS, at string) {
	t.Helper()
	l := listen(t, ns, netip.MustParseAddrPort(at))
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			io.WriteString(c, c.RemoteAddr().String())
			c.Close()
		}
	}()
}

// seen is the address that a mirror sees a client at, "" when it cannot be reached.
func seen(t *testing.T, ns *netns.NS, from, to string) string {
	t.Helper()
	var c net.Conn
	err := ns.Do(func() (err error) {
		d := net.Dialer{Timeout: 3 * time.Second}
		if from != "" {
			d.LocalAddr = net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from))
		}
		c, err = d.Dial("tcp4", to)
		return err
	})
	if err != nil {
		t.Logf("%s to %s: %v", from, to, err)
		return ""
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(3 * time.Second))
	b, _ := io.ReadAll(c)
	return string(b)
}

func wantLines(t *testing.T, out string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !regexp.MustCompile("(?m)^" + l + "$").MatchString(out) {
			t.Errorf("no line %q in\n%s", l, out)
		}
	}
}

// Overload for the Internet, exemption for the tunnel by a route map: the classic
// branch router.
func TestNATOverload(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	p := newProber(t, u.a, "10.1.1.2", false)
	if r := p.echo("12.12.12.2", 56, 200*time.Millisecond); r.arrived {
		t.Fatal("r2 knows the way to the inside")
	}
	u.wire.frames()
	u.left.Exec("configure terminal",
		"access-list 102 deny ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255", "access-list 102 permit ip 10.1.1.0 0.0.0.255 any",
		"route-map NONAT permit 10", "match ip address 102", "exit",
		"ip nat inside source route-map NONAT interface GigabitEthernet0/0 overload",
		"ip nat inside source static tcp 10.1.1.2 80 interface GigabitEthernet0/0 8080",
		"interface GigabitEthernet0/0", "ip nat outside", "interface GigabitEthernet0/1", "ip nat inside", "end", "debug ip nat")

	// The connection that was untranslated until now is translated, too.
	if r := p.echo("12.12.12.2", 56, 3*time.Second); !r.arrived {
		t.Errorf("a host that had begun before: %+v", r)
	}
	mirrors(t, u.r2, "23.23.23.2:7000")
	if got := seen(t, u.a, "10.1.1.2:5000", "23.23.23.2:7000"); got != "12.12.12.1:5000" {
		t.Errorf("r2 sees %q", got)
	}
	// IKE's own port is not given to a host, whose answers would be lost.
	udp(t, u.a, u.r2, netip.MustParseAddrPort("23.23.23.2:4500"), 100)
	// From outside, to a port of the router's address and to the router itself.
	mirrors(t, u.a, "10.1.1.2:80")
	if got := seen(t, u.r2, "12.12.12.2:6000", "12.12.12.1:8080"); got != "12.12.12.2:6000" {
		t.Errorf("the inside server sees %q", got)
	}
	reach(t, u.r2, "12.12.12.1")

	// What goes through the tunnel is not translated.
	u.up(t, u.a, "20.1.1.2")
	mirrors(t, u.b, "20.1.1.2:7000")
	if got := seen(t, u.a, "10.1.1.2:5001", "20.1.1.2:7000"); got != "10.1.1.2:5001" {
		t.Errorf("b sees %q through the tunnel", got)
	}
	for _, f := range u.wire.frames() {
		if k := f.kind(); strings.Contains(k, "20.1.1.2") || strings.HasPrefix(k, "10.1.1.") {
			t.Errorf("on the wire: %s", k)
		}
	}

	out := u.left.Exec("show ip nat translations")
	wantLines(t, out, `Pro Inside global      Inside local       Outside local      Outside global`,
		`icmp 12\.12\.12\.1:(\d+) +10\.1\.1\.2:\d+ +12\.12\.12\.2:\d+ +12\.12\.12\.2:\d+`,
		`tcp 12\.12\.12\.1:5000    10\.1\.1\.2:5000      23\.23\.23\.2:7000    23\.23\.23\.2:7000`,
		`tcp 12\.12\.12\.1:8080    10\.1\.1\.2:80        12\.12\.12\.2:6000    12\.12\.12\.2:6000`,
		`tcp 12\.12\.12\.1:8080    10\.1\.1\.2:80        ---                ---`)
	if strings.Contains(out, "20.1.1.2") {
		t.Errorf("the tunnel's are translated:\n%s", out)
	}
	wantLines(t, u.left.Exec("show ip nat translations verbose"), `    create 00:00:\d\d, use 00:00:\d\d timeout:60000, left 00:\d\d:\d\d, Map-Id\(In\): 1,`)
	wantLines(t, u.left.Exec("show ip nat statistics"), `Total active translations: 5 \(1 static, 4 dynamic; 5 extended\)`,
		`GigabitEthernet0/0`, `Hits: [1-9]\d*  Misses: 4`, `\[Id: 1\] route-map NONAT interface GigabitEthernet0/0 refcount 3`)
	wantLines(t, u.left.Exec("show access-lists 102"), `    10 deny ip .* \(\d+ match(es)?\)`, `    20 permit ip .* \(3 matches\)`)
	wait(t, "the lines of debug ip nat", 5*time.Second, func() bool {
		log := u.left.Exec("show logging")
		return regexp.MustCompile(`: NAT: s=10\.1\.1\.2->12\.12\.12\.1, d=23\.23\.23\.2 \[\d+\]`).MatchString(log) &&
			regexp.MustCompile(`: NAT\*: s=23\.23\.23\.2, d=12\.12\.12\.1->10\.1\.1\.2 \[\d+\]`).MatchString(log) &&
			regexp.MustCompile(`: NAT: s=12\.12\.12\.2, d=12\.12\.12\.1->10\.1\.1\.2 \[\d+\]`).MatchString(log)
	})
	u.left.Exec("undebug all", "clear ip nat translation *")
	wantLines(t, u.left.Exec("show ip nat statistics"), `Total active translations: 1 \(1 static, 0 dynamic; 1 extended\)`, `Expired translations: 0`)

	// Nothing of it stays behind.
	if r := p.echo("12.12.12.2", 56, 3*time.Second); !r.arrived {
		t.Error("no answer after the translations were cleared")
	}
	u.left.Close()
	if out := sh(t, u.r1, "nft list tables; ip route show table local proto 207; cat /proc/net/nf_conntrack 2>/dev/null | grep mark=[1-9] || true"); strings.TrimSpace(out) != "" {
		t.Errorf("left behind:\n%s", out)
	}
}

// debug ip nat has the packets of a connection that is refused, which has ended before they
// can be looked at, and ICMP errors with who sent them.
func TestDebugNATOfWhatEndsAtOnce(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.left.Exec("configure terminal", "access-list 102 permit ip 10.1.1.0 0.0.0.255 any", "ip nat inside source list 102 interface GigabitEthernet0/0 overload",
		"interface GigabitEthernet0/0", "ip nat outside", "interface GigabitEthernet0/1", "ip nat inside", "end", "debug ip nat")
	seen(t, u.a, "10.1.1.2:5000", "23.23.23.2:9")
	sh(t, u.a, "ping -c 1 -W 5 -t 2 23.23.23.3 || true")
	want := []string{
		": NAT: s=10.1.1.2->12.12.12.1, d=23.23.23.2 [", ": NAT*: s=23.23.23.2, d=12.12.12.1->10.1.1.2 [",
		": NAT: s=10.1.1.2->12.12.12.1, d=23.23.23.3 [", ": NAT*: s=12.12.12.2, d=12.12.12.1->10.1.1.2 [",
	}
	wait(t, "the lines of debug ip nat", 10*time.Second, func() bool {
		log := u.left.Exec("show logging")
		return !slices.ContainsFunc(want, func(l string) bool { return !strings.Contains(log, l) })
	})
}

// The crypto ACL is written with translated addresses: a pool and a static address
// that only the tunnel's peer knows. Both directions, and a static address that the
// router answers for on the outside network.
func TestNATBeforeCrypto(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	sh(t, u.a, "ip addr add 10.9.9.2/24 dev eth0; ip addr add 10.9.9.3/24 dev eth0; ip addr add 10.9.9.4/24 dev eth0")
	u.left.Exec("configure terminal", "interface GigabitEthernet0/1", "ip address 10.9.9.1 255.255.255.0 secondary", "ip nat inside",
		"interface GigabitEthernet0/0", "ip nat outside", "exit",
		"access-list 1 permit host 10.9.9.2",
		"ip nat pool VPN 10.1.1.100 10.1.1.101 prefix-length 24",
		"ip nat inside source list 1 pool VPN overload",
		"ip nat inside source static 10.9.9.3 10.1.1.33",
		"ip nat inside source static 10.9.9.4 12.12.12.44",
		"ip nat outside source static 20.1.1.2 10.9.9.200", "end")
	mirrors(t, u.b, "20.1.1.2:7000")
	var got string
	wait(t, "the tunnel", 20*time.Second, func() bool { got = seen(t, u.a, "10.9.9.2:0", "20.1.1.2:7000"); return got != "" })
	if !regexp.MustCompile(`^10\.1\.1\.10[01]:\d+$`).MatchString(got) {
		t.Errorf("b sees %q, want an address of the pool", got)
	}
	if got := seen(t, u.a, "10.9.9.3:5000", "20.1.1.2:7000"); got != "10.1.1.33:5000" {
		t.Errorf("b sees %q, want the static address", got)
	}
	// An outside host by its inside address.
	if got := seen(t, u.a, "10.9.9.3:5001", "10.9.9.200:7000"); got != "10.1.1.33:5001" {
		t.Errorf("b sees %q when it is called by its inside address", got)
	}
	// The host is told what fits, by its own address.
	if r := newProber(t, u.a, "10.9.9.2", true).echo("20.1.1.2", 1472, 3*time.Second); r.mtu == 0 || r.mtu >= 1500 {
		t.Errorf("too big for the tunnel: %+v", r)
	}
	// Decrypt, then translate.
	mirrors(t, u.a, "10.9.9.3:80")
	if got := seen(t, u.b, "20.1.1.2:6000", "10.1.1.33:80"); got != "10.9.9.200:6000" {
		t.Errorf("the inside server sees %q", got)
	}
	u.wire.protected()
	// In clear, r2 asks for the address on its own network.
	mirrors(t, u.a, "10.9.9.4:80")
	if got := seen(t, u.r2, "12.12.12.2:6000", "12.12.12.44:80"); got != "12.12.12.2:6000" {
		t.Errorf("the inside server sees %q from the outside network", got)
	}
	wantLines(t, u.left.Exec("show ip nat translations"),
		`tcp 10\.1\.1\.33:5000     10\.9\.9\.3:5000      20\.1\.1\.2:7000      20\.1\.1\.2:7000`,
		`tcp 10\.1\.1\.33:5001     10\.9\.9\.3:5001      10\.9\.9\.200:7000    20\.1\.1\.2:7000`,
		`tcp 10\.1\.1\.33:80       10\.9\.9\.3:80        10\.9\.9\.200:6000    20\.1\.1\.2:6000`,
		`--- 12\.12\.12\.44        10\.9\.9\.4           ---                ---`,
		`--- ---                ---                10\.9\.9\.200         20\.1\.1\.2`)

	// A router that was killed leaves the translation as it is, and the next one sweeps it.
	u.left.Kill()
	u.left.Start()
	wait(t, "the sweep", 5*time.Second, func() bool {
		return !strings.Contains(sh(t, u.r1, "ip route show table local proto 207; nft list ruleset"), "12.12.12.44")
	})
}
