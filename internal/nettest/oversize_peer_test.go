package nettest

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"conft/internal/netns"
)

// fragmented reports whether fragments of a protocol from an address are among frames.
func fragmented(list []frame, protocol uint8, from string) bool {
	src := netip.MustParseAddr(from)
	for _, f := range list {
		if p := f.ip(); p != nil && p[9] == protocol && netip.AddrFrom4([4]byte(p[12:])) == src && binary.BigEndian.Uint16(p[6:])&0x3fff != 0 {
			return true
		}
	}
	return false
}

// long sends packets of up to 9,000 octets from one host to the other; they arrive.
func long(t *testing.T, from *netns.NS, src, dst string) {
	t.Helper()
	p := newProber(t, from, src, false)
	for _, size := range []int{1300, 1400, 1472, 3000, 8972} {
		if r := p.echo(dst, size, 5*time.Second); !r.arrived {
			t.Errorf("%s to %s: %d octets: %+v", src, dst, size, r)
		}
	}
}

// strongSwan opens what arrives in fragments, and what it sends is fragmented on the way.
func TestOversizeStrongSwan(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	wire := capture(t, c.r2, "eth0")
	StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
	})
	r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	c.ping(t, c.a, "20.1.1.2")
	wire.frames()
	long(t, c.a, "10.1.1.2", "20.1.1.2")
	if fragmented(wire.frames(), 17, "12.12.12.1") {
		t.Error("what leaves r1 is fragmented after encryption")
	}
	r.Exec("configure terminal", "crypto ipsec fragmentation after-encryption", "end")
	sh(t, c.r3, "ip route replace default via 23.23.23.2 mtu 1200")
	long(t, c.a, "10.1.1.2", "20.1.1.2")
	long(t, c.b, "20.1.1.2", "10.1.1.2")
	list := wire.frames()
	if !fragmented(list, 17, "12.12.12.1") || !fragmented(list, 17, "23.23.23.3") {
		t.Error("what the routers send is not in fragments")
	}

	// A path that carries less is found out in UDP, too.
	r.Exec("configure terminal", "no crypto ipsec fragmentation", "end")
	sh(t, c.r2, "ip route replace 23.23.23.0/24 dev eth1 proto kernel scope link src 23.23.23.2 mtu 1300")
	p := newProber(t, c.a, "10.1.1.2", true)
	if got := p.echo("20.1.1.2", 1350, 300*time.Millisecond); got.arrived || got.mtu != 0 {
		t.Errorf("the first packet that is too long: %+v", got)
	}
	if got, want := p.echo("20.1.1.2", 1350, 3*time.Second), plainOn(1300-8); got.mtu != want {
		t.Errorf("the second one: %+v, want an MTU of %d", got, want)
	}
}

// oversizeKernelPeer is that for a tunnel with a Linux kernel, whose ESP is protocol 50,
// and which fragments after encryption itself.
func oversizeKernelPeer(t *testing.T, l *kernelPeerLab, r *Conft) {
	l.wire.frames()
	long(t, l.hostA, "10.1.1.2", "20.1.1.2")
	if list := l.wire.frames(); fragmented(list, 50, "12.12.12.1") {
		t.Error("what conft sends is fragmented after encryption")
	}
	r.Exec("configure terminal", "crypto ipsec fragmentation after-encryption", "end")
	long(t, l.hostA, "10.1.1.2", "20.1.1.2")
	long(t, l.hostB, "20.1.1.2", "10.1.1.2")
	list := l.wire.frames()
	for _, from := range []string{"12.12.12.1", "12.12.12.2"} {
		if !fragmented(list, 50, from) {
			t.Errorf("what %s sends is not in fragments", from)
		}
	}
}

// A peer that compares ports refuses fragments that have none. With after-encryption a
// datagram that came in fragments is encrypted whole, and passes.
func TestPortSelectedFragmentsStrongSwan(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24[udp/6000]", RemoteTS: "10.1.1.0/24[udp]",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
	})
	r := c.tunnel(t, []string{"encryption aes", "group 2"}, "esp-aes esp-sha-hmac")
	r.Exec("configure terminal", "no access-list 100", "access-list 100 permit udp 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255 eq 6000",
		"crypto ipsec fragmentation after-encryption", "end")
	at := listenUDP(t, c.b, "20.1.1.2:6000")
	from := listenUDP(t, c.a, "10.1.1.2:6001")
	long := bytes.Repeat([]byte("port 6000"), 450)
	wait(t, "a datagram of 4,050 octets", 40*time.Second, func() bool {
		if _, err := from.WriteToUDPAddrPort(long, netip.MustParseAddrPort("20.1.1.2:6000")); err != nil {
			t.Fatal(err)
		}
		at.SetReadDeadline(time.Now().Add(time.Second))
		buf := make([]byte, 8192)
		n, _, err := at.ReadFromUDPAddrPort(buf)
		return err == nil && bytes.Equal(buf[:n], long)
	})
}
