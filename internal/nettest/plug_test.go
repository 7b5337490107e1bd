package nettest

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// A link that is plugged in while the router runs is an interface a moment later, as it was
// found; it goes without a trace where nobody has said anything of it. What has been configured
// waits for its link, which may be another one of the same name, and is in force when it is back;
// with a crypto map on it nothing protected has left in clear meanwhile or then.
//
//	a 10.0.0.2 ─ eth0 router eth1 ─ b 192.0.2.9, plugged in later
func TestLinkIsPluggedIn(t *testing.T) {
	t.Parallel()
	Root(t)
	need(t, "ip")
	a, r, b := Namespace(t, "a"), Namespace(t, "r"), Namespace(t, "b")
	Cable(t, a, "eth0", "10.0.0.2/24", r, "eth0", "")
	sh(t, a, "ip route add default via 10.0.0.1")
	c := StartConft(t, r, "GigabitEthernet0/0=eth0")
	c.Exec("configure terminal", "interface GigabitEthernet0/0", "ip address 10.0.0.1 255.255.255.0", "no shutdown", "end")
	brief := func() string { return c.Exec("show ip interface brief") }
	has := func(line string) func() bool {
		want := strings.Fields(line)
		return func() bool {
			for l := range strings.Lines(brief()) {
				if strings.Join(strings.Fields(l), " ") == strings.Join(want, " ") {
					return true
				}
			}
			return false
		}
	}
	absent := func() bool { return !strings.Contains(brief(), "GigabitEthernet0/1") }
	if !absent() {
		t.Fatal(brief())
	}
	const patience = 15 * time.Second

	// Somebody else's, who goes on with it: the router is told, and does nothing.
	Cable(t, r, "eth1", "", b, "eth0", "")
	sh(t, b, "ip link set eth0 up")
	wait(t, "the interface", patience, func() bool { return strings.Contains(brief(), "GigabitEthernet0/1") })
	sh(t, r, "ip link set eth1 up; ip addr add 203.0.113.7/24 dev eth1")
	wait(t, "its address", patience, func() bool { return strings.Contains(brief(), "203.0.113.7") })
	if out := sh(t, r, "ip -br addr show eth1"); !strings.Contains(out, "203.0.113.7") || !strings.Contains(out, "UP ") {
		t.Errorf("the router was at a link that is not its own: %s", out)
	}
	sh(t, r, "ip link del eth1")
	wait(t, "that it goes", patience, absent)
	if log := c.Exec("show logging"); !strings.Contains(log, "%LINK-3-UPDOWN: Interface GigabitEthernet0/1, changed state to up") {
		t.Errorf("not logged:\n%s", log)
	}

	// The router's own.
	plugIn := func() {
		t.Helper()
		Cable(t, r, "eth1", "", b, "eth0", "192.0.2.9/24")
		sh(t, b, "ip route replace 10.0.0.0/24 via 192.0.2.1")
	}
	plugIn()
	wait(t, "the interface", patience, func() bool { return !absent() })
	c.Exec("configure terminal", "interface GigabitEthernet0/1", "ip address 192.0.2.1 255.255.255.0", "no shutdown", "end")
	reach(t, a, "192.0.2.9")
	c.Exec("configure terminal", "access-list 101 permit icmp host 10.0.0.2 host 192.0.2.9", "crypto ipsec transform-set T esp-aes esp-sha-hmac", "exit",
		"crypto map M 10 ipsec-isakmp", "set peer 192.0.2.8", "set transform-set T", "match address 101", "exit",
		"interface GigabitEthernet0/1", "crypto map M", "end")
	p := newProber(t, a, "10.0.0.2", false)
	wire := capture(t, b, everyLink)
	for range 2 {
		sh(t, r, "ip link del eth1")
		wait(t, "that the line is down", patience, has("GigabitEthernet0/1 192.0.2.1 YES manual down down"))
		if r := p.echo("192.0.2.9", 56, 100*time.Millisecond); r.arrived {
			t.Fatal("answered without a link")
		}
		plugIn()
		wait(t, "that the line is up", patience, has("GigabitEthernet0/1 192.0.2.1 YES manual up up"))
		p.echo("192.0.2.9", 56, 300*time.Millisecond)
		if r := newProber(t, r, "192.0.2.1", false).echo("192.0.2.9", 56, 3*time.Second); !r.arrived {
			t.Error("what is not protected does not pass")
		}
		for _, f := range wire.frames() {
			if d := f.data; len(d) >= 34 && d[12] == 8 && d[13] == 0 && bytes.Equal(d[26:30], []byte{10, 0, 0, 2}) {
				t.Errorf("in clear on the link that is back: %x", d)
			}
		}
	}
	// And over a restart.
	c.Exec("write memory")
	c.Close()
	sh(t, r, "ip link del eth1")
	c.Start()
	plugIn()
	wait(t, "that the line is up", patience, has("GigabitEthernet0/1 192.0.2.1 YES NVRAM up up"))
}
