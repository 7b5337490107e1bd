package kernel

import (
	"bytes"
	"encoding/binary"
	"net"
	"testing"
	"time"

	"conft/internal/nstest"
	"conft/internal/packet"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

func TestOuterHeaderOfUDP(t *testing.T) {
	if nstest.Alone(t) {
		outerHeader(t, func() (*Conn, error) { return (&Kernel{}).ListenUDP(4500) }, ":4500")
	}
}

func TestOuterHeaderOfESP(t *testing.T) {
	if nstest.Alone(t) {
		outerHeader(t, (&Kernel{}).ListenESP, ":0")
	}
}

// What a datagram says of its outer header is in the packet, and what the header said
// of congestion is in the datagram that arrives.
func outerHeader(t *testing.T, open func() (*Conn, error), port string) {
	t.Helper()
	a, b, peer := ends(t, open)
	seen := tap(t, peer, "eth0")
	var send []packet.Datagram
	for i := range 12 {
		d := packet.Datagram{Buf: bytes.Repeat([]byte{byte(i + 1)}, 400), Local: addrPort("192.0.2.1" + port), Remote: addrPort("192.0.2.2" + port)}
		d.TOS, d.DF = 0xb8|uint8(i%4), i/3%2 == 1
		if i >= 10 {
			d.Buf, d.DF, d.Long = bytes.Repeat([]byte{byte(i + 1)}, 4000), false, true
		}
		send = append(send, d)
	}
	if n, err := a.Send(send); n != len(send) || err != nil {
		t.Fatalf("sent %d, %v", n, err)
	}
	for i, d := range collect(t, b, len(send), 5000) {
		if !bytes.Equal(d.Buf[:d.N], send[i].Buf) || d.TOS != send[i].TOS || d.TTL != 64 {
			t.Errorf("datagram %d: %d octets, TOS %#x, TTL %d, want %d, %#x and 64", i, d.N, d.TOS, d.TTL, len(send[i].Buf), send[i].TOS)
		}
	}
	var ids []uint16
	frames := seen.arrived(t, 10+2*3)
	for i, p := range frames {
		frag := binary.BigEndian.Uint16(p[6:])
		if i < 10 {
			if df := frag&0x4000 != 0; df != send[i].DF || frag&0x3fff != 0 {
				t.Errorf("packet %d has the fragment field %#x, want DF %v", i, frag, send[i].DF)
			}
			if !send[i].DF {
				ids = append(ids, binary.BigEndian.Uint16(p[4:]))
			}
		} else if frag&0x4000 != 0 || frag&0x3fff == 0 {
			t.Errorf("packet %d is no fragment that may be fragmented again: %#x", i, frag)
		}
	}
	for i := range ids {
		for j := range i {
			if ids[i] == ids[j] {
				t.Errorf("two packets without DF have the identification %#x", ids[i])
			}
		}
	}
}

// believes makes the kernel believe that a path carries 600 octets, which anybody can: nobody
// checks what ICMP says of an echo reply.
func believes(t *testing.T, peer netns) {
	t.Helper()
	quoted := []byte{0x45, 0, 5, 0, 0, 1, 0x40, 0, 64, unix.IPPROTO_ICMP, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0}
	msg := append([]byte{3, 4, 0, 0, 0, 0, 600 >> 8, 600 & 0xff}, quoted...)
	binary.BigEndian.PutUint16(msg[2:], packet.Checksum(msg))
	peer.do(t, func() {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
		must(t, err)
		defer unix.Close(fd)
		must(t, unix.Sendto(fd, msg, 0, &unix.SockaddrInet4{Addr: [4]byte{192, 0, 2, 1}}))
	})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		routes, err := netlink.RouteGet(net.IPv4(192, 0, 2, 2))
		if must(t, err); len(routes) == 1 && routes[0].MTU == 600 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the kernel does not believe it: %v", routes)
		}
	}
}

// What ICMP has made the kernel believe of a path neither fragments what leaves nor keeps it
// from going straight: the engine knows what the path carries.
func TestBelievedMTUOfUDP(t *testing.T) {
	if nstest.Alone(t) {
		a, _, peer := ends(t, func() (*Conn, error) { return (&Kernel{}).ListenUDP(4500) })
		believedMTU(t, a, peer, ":4500")
	}
}

func TestBelievedMTUOfESP(t *testing.T) {
	if nstest.Alone(t) {
		a, b, peer := straightEnds(t)
		believedMTU(t, a, peer, ":0")
		collect(t, b, 4, 2000)
		clear(a.straight.hops)
		goesStraight(t, a, b)
	}
}

func believedMTU(t *testing.T, a *Conn, peer netns, port string) {
	t.Helper()
	believes(t, peer)
	seen := tap(t, peer, "eth0")
	var send []packet.Datagram
	for i := range 4 {
		send = append(send, packet.Datagram{Buf: make([]byte, 1400), Local: addrPort("192.0.2.1" + port), Remote: addrPort("192.0.2.2" + port), DF: i%2 == 1})
	}
	if n, err := a.Send(send); n != len(send) || err != nil {
		t.Fatalf("sent %d, %v", n, err)
	}
	for i, p := range seen.arrived(t, len(send)) {
		if len(p) < 1400 || binary.BigEndian.Uint16(p[6:])&0x3fff != 0 {
			t.Fatalf("packet %d left as %d octets, fragment field %#x", i, len(p), binary.BigEndian.Uint16(p[6:]))
		}
	}
}
