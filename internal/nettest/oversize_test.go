package nettest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"

	"golang.org/x/sys/unix"
)

// jumbo is what the LANs of a wideTunnel carry.
const jumbo = 9100

// plainOn is what fits in one ESP packet with AES-CBC and HMAC-SHA1-96 on a path.
func plainOn(path int) int { return (path-20-8-16-12)/16*16 - 2 }

// wideTunnel is a tunnel between LANs of 9,100 octets over a path of which the far link
// carries less than the near one:
//
//	a ==9100== r1 --1500-- r2 --1400-- r3 ==9100== b
func wideTunnel(t *testing.T, e ends) *tunnel {
	t.Helper()
	u := newTunnel(t, e)
	for host, router := range map[*netns.NS]*netns.NS{u.a: u.r1, u.b: u.r3} {
		sh(t, router, fmt.Sprintf("ip link set eth1 mtu %d", jumbo))
		sh(t, host, fmt.Sprintf("ip link set eth0 mtu %d", jumbo))
	}
	// Not the MTU of r2's link, which is also that of what it receives.
	sh(t, u.r2, "ip route replace 23.23.23.0/24 dev eth1 proto kernel scope link src 23.23.23.2 mtu 1400")
	u.up(t, u.a, "20.1.1.2")
	return u
}

// ladder are lengths of whole packets from 29 to 9,000 octets: all around the places
// where something changes, and some between.
func ladder() (list []int) {
	edges := []int{29, 576, plainOn(1400), plainOn(1500), 1400, 1500, 1500 + plainOn(1400), 2 * plainOn(1400), 2*plainOn(1400) - 20, 4500, 9000}
	for n := 29; n <= 9000; n++ {
		near := n%487 == 0
		for _, at := range edges {
			near = near || n >= at-2 && n <= at+2
		}
		if near {
			list = append(list, n)
		}
	}
	return list
}

// everySize sends packets of all lengths of the ladder; told is the MTU that the sender
// of one is told, 0 for a packet that arrives.
func everySize(t *testing.T, u *tunnel, df bool, told func(size int) int) {
	t.Helper()
	unlearn(t, u)
	p := newProber(t, u.a, "10.1.1.2", df)
	for _, size := range ladder() {
		want := told(size)
		if want == 0 {
			if r := p.echo("20.1.1.2", size-28, 3*time.Second); !r.arrived {
				t.Fatalf("%d octets, DF %v: %+v", size, df, r)
			}
			continue
		}
		wait(t, fmt.Sprintf("an MTU of %d for %d octets", want, size), 3*time.Second, func() bool {
			r := p.echo("20.1.1.2", size-28, 100*time.Millisecond)
			if r.arrived || r.mtu != 0 && r.mtu != want {
				t.Fatalf("%d octets, DF %v: %+v, want to be told %d", size, df, r, want)
			}
			return r.mtu == want
		})
	}
}

// unlearn makes host a forget what it was told, else it fragments by that.
func unlearn(t *testing.T, u *tunnel) {
	t.Helper()
	sh(t, u.a, "ip route flush cache")
}

func none(int) int { return 0 }

// Packets of every size arrive, whole or in fragments, or their senders learn what fits:
// on the link, and on a path that turns out to carry less.
func TestOversize(t *testing.T) {
	t.Parallel()
	u := wideTunnel(t, ends{})
	everySize(t, u, false, none)

	// The first packet that is too long for the path is lost on it, and the router told.
	p := newProber(t, u.a, "10.1.1.2", true)
	if r := p.echo("20.1.1.2", plainOn(1500)-28, 300*time.Millisecond); r.arrived || r.mtu != 0 {
		t.Errorf("the first packet: %+v", r)
	}
	mtus := fmt.Sprintf("plaintext mtu %d, path mtu 1400, ip mtu 1500, ip mtu idb GigabitEthernet0/0", plainOn(1400))
	if sa := u.left.Exec("show crypto ipsec sa"); !strings.Contains(sa, mtus) {
		t.Errorf("%q is not in\n%s", mtus, sa)
	}
	if log := u.left.Exec("show logging"); !strings.Contains(log, "IPSEC(adjust_mtu): adjusting path mtu from 1500 to 1400,") {
		t.Error("debug crypto ipsec does not show that the path MTU was adjusted")
	}
	everySize(t, u, true, func(size int) int {
		switch {
		case size <= plainOn(1400):
			return 0
		case size <= 1500:
			return plainOn(1400)
		}
		return 1500 // the link itself says so first
	})
	// A new SA knows what the old one has learnt, for the path is the same.
	u.left.Exec("configure terminal", "interface GigabitEthernet0/0", "crypto ipsec df-bit clear", "end")
	fits := func(size int) int {
		if size <= 1500 {
			return 0
		}
		return 1500
	}
	everySize(t, u, true, fits)
	everySize(t, u, false, none)

	u.left.Exec("configure terminal", "crypto ipsec fragmentation after-encryption", "end")
	u.wire.frames()
	everySize(t, u, false, none)
	everySize(t, u, true, fits)
	fragments := 0
	for _, f := range u.wire.frames() {
		if p := f.ip(); p != nil && p[9] == unix.IPPROTO_ESP && binary.BigEndian.Uint16(p[6:])&0x3fff != 0 {
			fragments++
		}
	}
	if fragments == 0 {
		t.Error("no fragments of ESP packets on the wire")
	}

	u.left.Exec("configure terminal", "interface GigabitEthernet0/0", "crypto ipsec df-bit set", "end")
	unlearn(t, u)
	if r := newProber(t, u.a, "10.1.1.2", false).echo("20.1.1.2", 1472, 200*time.Millisecond); r.arrived {
		t.Error("an ESP packet with DF was fragmented")
	}
	drops := u.left.Exec("show crypto engine connections dropped-packet")
	if !strings.Contains(drops, "output DF set and too big") || strings.Contains(drops, "output DF set and too big                    0") {
		t.Errorf("no drop is counted:\n%s", drops)
	}
}

// A router on the way that lies about packets that were never sent changes nothing.
func TestForgedFragmentationNeeded(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.up(t, u.a, "20.1.1.2")
	msg := []byte{3, 4, 0, 0, 0, 0, 600 >> 8, 600 & 0xff,
		0x45, 0, 5, 0xd0, 0, 0, 0x40, 0, 63, unix.IPPROTO_ESP, 0, 0, 12, 12, 12, 1, 23, 23, 23, 3, 1, 2, 3, 4, 0, 0, 0, 1}
	binary.BigEndian.PutUint16(msg[2:], ^sum(msg))
	err := u.r2.Do(func() error {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.Sendto(fd, msg, 0, &unix.SockaddrInet4{Addr: [4]byte{12, 12, 12, 1}})
	})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, "the message to be counted", 5*time.Second, func() bool {
		return strings.Contains(u.left.Exec("show crypto engine connections dropped-packet"), "input fragmentation needed, not ours         1")
	})
	if sa := u.left.Exec("show crypto ipsec sa"); !strings.Contains(sa, "path mtu 1500,") {
		t.Errorf("the path MTU has changed:\n%s", sa)
	}
	// Nor does the kernel fall for it, which believes anybody.
	if r := newProber(t, u.a, "10.1.1.2", true).echo("20.1.1.2", plainMTU-28, 3*time.Second); !r.arrived {
		t.Errorf("a packet that fits: %+v", r)
	}
}

// A link behind the far router carries less than the tunnel: the sender is told by that router,
// through the tunnel, whose list names its inside address and not the outside one. Where the
// list does not protect ICMP there is no way to tell, and nothing is said in clear.
func TestFarLinkCarriesLess(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.transit(t)
	u.up(t, u.a, "20.1.1.2")
	u.right.Exec("configure terminal", "interface GigabitEthernet0/1", "ip mtu 1300", "end")
	u.wire.frames()
	p := newProber(t, u.a, "10.1.1.2", true)
	if r := p.echo("20.1.1.2", 1373, 5*time.Second); r.mtu != 1300 {
		t.Errorf("the sender is told %+v", r)
	}
	u.wire.protected()
	if n := unsaid(u.right); n != 0 {
		t.Errorf("%d errors were kept back", n)
	}
	list := func(protocol, a, b string) []string {
		return []string{"configure terminal", "no access-list 100", "access-list 100 permit " + protocol + " " + a + " 0.0.0.255 " + b + " 0.0.0.255", "end"}
	}
	u.left.Exec(list("udp", "10.1.1.0", "20.1.1.0")...)
	u.right.Exec(list("udp", "20.1.1.0", "10.1.1.0")...)
	wait(t, "an error that is kept back", 20*time.Second, func() bool {
		sendTTL(t, u.a, 9, netip.MustParseAddrPort("20.1.1.2:9"), append([]byte(guarded), make([]byte, 1350)...)) // Linux sets DF
		return unsaid(u.right) > 0
	})
	for _, f := range u.wire.frames() {
		if bytes.Contains(f.data, []byte(guarded)) {
			t.Errorf("on the wire in clear, %s: %x", f.kind(), f.data)
		}
	}
}
