package nettest

import (
	"bytes"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"

	"golang.org/x/sys/unix"
)

// unsaid is how many ICMP errors a router has kept back.
func unsaid(c *Conft) int {
	m := regexp.MustCompile(`output ICMP error about a decrypted packet +(\d+)`).FindStringSubmatch(c.Exec("show crypto engine connections dropped-packet"))
	if m == nil {
		return -1
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// What came through the tunnel is not quoted in clear by an ICMP error about it: of the far
// router, whose outside address the access list does not name, or of a router behind it. An
// error that the access list names goes through the tunnel.
//
//	a 10.1.1.2 ─ r1 ═══ r3 ─ b 20.1.1.2 and 50.0.0.1, which prohibits 20.1.1.200
func TestErrorsAboutDecryptedPackets(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.transit(t)
	sh(t, u.b, `sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratemask=0 net.ipv4.conf.all.send_redirects=0; ip addr add 50.0.0.1/32 dev lo
		ip route add prohibit 20.1.1.200; ip route add 10.1.1.0/24 via 20.1.1.1 src 50.0.0.1`)
	sh(t, u.r3, `sysctl -qw net.ipv4.icmp_ratemask=0`)
	u.right.Exec("configure terminal", "ip route 20.1.1.200 255.255.255.255 20.1.1.2", "end")
	u.up(t, u.a, "20.1.1.2")

	send := func(ttl int, to string) {
		t.Helper()
		sendTTL(t, u.a, ttl, netip.MustParseAddrPort(to), []byte(guarded))
	}
	look := func(what string) (tunnel int) {
		t.Helper()
		for _, f := range u.wire.frames() {
			if bytes.Contains(f.data, []byte(guarded)) {
				t.Errorf("%s: on the wire in clear, %s: %x", what, f.kind(), f.data)
			}
			if f.link == "eth1" && !f.out && f.kind() == "ESP" {
				tunnel++
			}
		}
		return tunnel
	}
	look("before")
	for i, to := range []struct {
		what, addr string
		ttl        int
	}{{"its time to live ends at r3", "20.1.1.2:33434", 2}, {"a router behind r3 prohibits it", "20.1.1.200:33434", 9}} {
		send(to.ttl, to.addr)
		wait(t, "the error that is kept back: "+to.what, 5*time.Second, func() bool { return unsaid(u.right) == i+1 })
		look(to.what)
	}
	// A host that answers from an address of the list is heard of through the tunnel.
	send(9, "20.1.1.2:33434")
	wait(t, "the error of the host", 5*time.Second, func() bool { return look("port unreachable") > 0 })

	// With a list that names the router the hop is seen.
	u.left.Exec("configure terminal", "access-list 100 permit ip 10.1.1.0 0.0.0.255 host 23.23.23.3", "end")
	u.right.Exec("configure terminal", "access-list 100 permit ip host 23.23.23.3 10.1.1.0 0.0.0.255", "end")
	u.up(t, u.a, "23.23.23.3")
	look("with the other list")
	out := u.left.Exec("traceroute 20.1.1.2 source 10.1.1.1 timeout 1 probe 1")
	if !strings.Contains(out, "\n  1 23.23.23.3 ") {
		t.Errorf("traceroute:\n%s", out)
	}
	look("traceroute")
	if n := unsaid(u.right); n != 2 {
		t.Errorf("%d errors were kept back, want 2", n)
	}
}

// sendTTL sends one datagram with that time to live.
func sendTTL(t testing.TB, ns *netns.NS, ttl int, to netip.AddrPort, data []byte) {
	t.Helper()
	err := ns.Do(func() error {
		c, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(to))
		if err != nil {
			return err
		}
		defer c.Close()
		raw, err := c.SyscallConn()
		if err != nil {
			return err
		}
		raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, ttl) })
		if err == nil {
			_, err = c.Write(data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
