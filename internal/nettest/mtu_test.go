package nettest

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"conft/internal/netns"

	"golang.org/x/sys/unix"
)

// segment is the largest segment that an end of a connection sends.
func segment(t *testing.T, c net.Conn) (n int) {
	t.Helper()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err == nil {
		raw.Control(func(fd uintptr) { n, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// segments connects two namespaces by TCP and returns the largest segment of each side.
func segments(t *testing.T, from, to *netns.NS, src, dst string) (near, far int) {
	t.Helper()
	at := netip.MustParseAddrPort(dst)
	l := listen(t, to, at)
	defer l.Close()
	c, err := dial(from, netip.MustParseAddrPort(src), at)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return segment(t, c), segment(t, s)
}

// The MTU lines of an interface hold for what is protected and for what is not, and are
// shown where IOS shows them.
func TestMTULines(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.transit(t)
	u.up(t, u.a, "20.1.1.2")
	on := func(lines ...string) {
		u.left.Exec(append([]string{"configure terminal", "interface GigabitEthernet0/0"}, append(lines, "end")...)...)
	}
	told := func(to string, size, want int) {
		t.Helper()
		p := newProber(t, u.a, "10.1.1.2", true)
		if r := p.echo(to, size-28, 3*time.Second); r.mtu != want {
			t.Errorf("%d octets with DF to %s: %+v, want an MTU of %d", size, to, r, want)
		}
	}
	on("ip mtu 1300")
	told("20.1.1.2", 1300, plainOn(1300))
	told("12.12.12.2", 1400, 1300)
	shown := u.left.Exec("show crypto ipsec sa", "show ip interface GigabitEthernet0/0", "show interfaces GigabitEthernet0/0", "show running-config interface GigabitEthernet0/0")
	for _, want := range []string{
		fmt.Sprintf("plaintext mtu %d, path mtu 1300, ip mtu 1300, ip mtu idb GigabitEthernet0/0", plainOn(1300)),
		"  MTU is 1300 bytes", "  MTU 1500 bytes, BW", "\n ip mtu 1300\n",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is not in\n%s", want, shown)
		}
	}
	on("no ip mtu", "mtu 1450")
	wait(t, "the MTU of the link", 5*time.Second, func() bool {
		return strings.Contains(u.left.Exec("show crypto ipsec sa"), fmt.Sprintf("plaintext mtu %d, path mtu 1450, ip mtu 1450", plainOn(1450)))
	})
	told("20.1.1.2", 1450, plainOn(1450))
	told("12.12.12.2", 1460, 1450)
	if shown := u.left.Exec("show interfaces GigabitEthernet0/0"); !strings.Contains(shown, "  MTU 1450 bytes, BW") {
		t.Errorf("the MTU is not in\n%s", shown)
	}

	// Time stamps take 12 octets of each segment.
	const stamps = 12
	on("no mtu", "ip tcp adjust-mss 1000")
	for _, x := range []struct {
		from, to *netns.NS
		src, dst string
	}{
		{u.a, u.b, "10.1.1.2:0", "20.1.1.2:4000"}, // SYN before encryption, its answer after decryption
		{u.b, u.a, "20.1.1.2:0", "10.1.1.2:4000"},
		{u.a, u.r2, "10.1.1.2:0", "12.12.12.2:4000"}, // in clear
	} {
		if near, far := segments(t, x.from, x.to, x.src, x.dst); near != 1000-stamps || far != 1000-stamps {
			t.Errorf("%s to %s: segments of %d and %d octets", x.src, x.dst, near, far)
		}
	}
	on("ip tcp adjust-mss 1460") // more than the hosts on the LAN of r3 offer when their link is small
	sh(t, u.b, "ip link set eth0 mtu 1200")
	if near, far := segments(t, u.a, u.b, "10.1.1.2:0", "20.1.1.2:4001"); near != 1200-40-stamps || far != 1200-40-stamps {
		t.Errorf("segments of %d and %d octets: the size was raised", near, far)
	}
	if out, err := u.left.Try("configure terminal", "interface Loopback0", "mtu 1400", "end"); err == nil || !strings.Contains(out, "% Interface Loopback0 does not support user settable mtu.") {
		t.Errorf("mtu of a loopback: %v\n%s", err, out)
	}
}

// DSCP, congestion and time to live cross the tunnel as RFC 6040 and RFC 4301, section
// 5.1.2, have it.
func TestTOSAndTTL(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.up(t, u.a, "20.1.1.2")
	// r2 is congested: what can say so is marked, and what has DSCP 10 is marked though
	// it cannot.
	sh(t, u.r2, `nft add table ip t; nft add chain ip t f '{ type filter hook forward priority 0; }'
nft add rule ip t f ip protocol esp ip ecn != not-ect ip ecn set ce
nft add rule ip t f ip protocol esp ip dscp 10 ip ecn set ce`)
	seen := capture(t, u.b, "eth0")
	send := func(tos int) {
		t.Helper()
		err := u.a.Do(func() error {
			d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
				c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, tos) })
				return err
			}}
			c, err := d.Dial("udp4", "20.1.1.2:9")
			if err != nil {
				return err
			}
			defer c.Close()
			_, err = c.Write([]byte(secret))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	arrived := func() (p []byte) {
		wait(t, "a packet at b", 3*time.Second, func() bool {
			for _, f := range seen.frames() {
				if ip := f.ip(); ip != nil && ip[9] == unix.IPPROTO_UDP && !f.out {
					p = ip
				}
			}
			return p != nil
		})
		return p
	}
	u.wire.frames()
	for _, x := range []struct{ sent, outer, inner int }{
		{0xb8, 0xb8, 0xb8},             // not capable
		{0xb8 | 2, 0xb8 | 2, 0xb8 | 3}, // ECT(0), met congestion
		{0xb8 | 1, 0xb8 | 1, 0xb8 | 3}, // ECT(1)
		{0xb8 | 3, 0xb8 | 3, 0xb8 | 3}, // CE
	} {
		send(x.sent)
		p := arrived()
		if int(p[1]) != x.inner {
			t.Errorf("sent with TOS %#x, arrived with %#x, want %#x", x.sent, p[1], x.inner)
		}
		if p[8] != 62 {
			t.Errorf("time to live %d behind two routers, want 62", p[8])
		}
		first := true
		for _, f := range u.wire.frames() {
			if ip := f.ip(); ip != nil && f.link == "eth0" && ip[9] == unix.IPPROTO_ESP && ip[12] == 12 && first {
				if first = false; int(ip[1]) != x.outer || ip[8] != 64 {
					t.Errorf("sent with TOS %#x, outer TOS %#x and time to live %d, want %#x and 64", x.sent, ip[1], ip[8], x.outer)
				}
				if df := binary.BigEndian.Uint16(ip[6:]) & 0x4000; df != binary.BigEndian.Uint16(p[6:])&0x4000 {
					t.Errorf("the outer DF bit is %#x", df)
				}
			}
		}
		if first {
			t.Error("no ESP on the wire")
		}
	}
	send(10 << 2)
	wait(t, "the drop to be counted", 5*time.Second, func() bool {
		return strings.Contains(u.right.Exec("show crypto engine connections dropped-packet"), "input ECN of a packet not capable            1")
	})
}
