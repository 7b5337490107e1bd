package nettest

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"

	"conft/internal/netns"

	"golang.org/x/sys/unix"
)

// watch looks at what passes over links of a namespace, both ways. The queues of its
// sockets keep the frames until the test asks, so what was answered is there.
type watch struct {
	t     testing.TB
	links map[string]int // to the socket
}

// frame is one Ethernet frame as it passed.
type frame struct {
	link string
	out  bool // it left the namespace
	data []byte
}

// everyLink stands for all links that a namespace has or will have.
const everyLink = ""

// capture begins to look at the links.
func capture(t testing.TB, ns *netns.NS, links ...string) *watch {
	t.Helper()
	w := &watch{t: t, links: map[string]int{}}
	for _, l := range links {
		err := ns.Do(func() error {
			index := 0
			if l != everyLink {
				i, err := net.InterfaceByName(l)
				if err != nil {
					return err
				}
				index = i.Index
			}
			fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
			if err != nil {
				return err
			}
			w.links[l] = fd
			if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 256<<20); err != nil {
				return err
			}
			return unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: index})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, fd := range w.links {
			unix.Close(fd)
		}
	})
	return w
}

func htons(v uint16) uint16 { return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v)) }

// frames returns what has passed since the last call.
func (w *watch) frames() (list []frame) {
	w.t.Helper()
	buf := make([]byte, 1<<16)
	for link, fd := range w.links {
		for {
			n, from, err := unix.Recvfrom(fd, buf, 0)
			if err != nil {
				break // all is read
			}
			ll, ok := from.(*unix.SockaddrLinklayer)
			list = append(list, frame{link, ok && ll.Pkttype == unix.PACKET_OUTGOING, slices.Clone(buf[:n])})
		}
		if s, err := unix.GetsockoptTpacketStats(fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err != nil || s.Drops > 0 {
			w.t.Fatalf("the capture of %s is not complete: %v, %v", link, s, err)
		}
	}
	return list
}

// send puts a frame on a link again.
func (w *watch) send(link string, data []byte) {
	w.t.Helper()
	if _, err := unix.Write(w.links[link], data); err != nil {
		w.t.Fatal(err)
	}
}

// ip returns the IPv4 packet in a frame, nil when it is something else.
func (f frame) ip() []byte {
	if len(f.data) < 34 || binary.BigEndian.Uint16(f.data[12:]) != unix.ETH_P_IP {
		return nil
	}
	return f.data[14:]
}

// esp returns the ESP packet in a frame from its SPI on, nil when there is none.
func (f frame) esp() []byte {
	if p := f.ip(); p != nil && p[9] == unix.IPPROTO_ESP {
		return p[20:binary.BigEndian.Uint16(p[2:])]
	}
	return nil
}

// kind says what a frame carries: "ESP", "AH", "IKE", or addresses and protocol of
// anything else; "" when it is not IPv4. Fragments behind the first, which have no ports,
// are said to be such.
func (f frame) kind() string {
	p := f.ip()
	switch {
	case p == nil:
		return ""
	case p[9] == unix.IPPROTO_ESP:
		return "ESP"
	case p[9] == unix.IPPROTO_AH:
		return "AH"
	case binary.BigEndian.Uint16(p[6:])&0x1fff != 0:
		return fmt.Sprintf("%v > %v protocol %d, later fragment", netip.AddrFrom4([4]byte(p[12:])), netip.AddrFrom4([4]byte(p[16:])), p[9])
	case p[9] == unix.IPPROTO_UDP && binary.BigEndian.Uint16(p[20:]) == 500 && binary.BigEndian.Uint16(p[22:]) == 500:
		return "IKE"
	}
	return fmt.Sprintf("%v > %v protocol %d", netip.AddrFrom4([4]byte(p[12:])), netip.AddrFrom4([4]byte(p[16:])), p[9])
}

// kinds counts the frames of each kind.
func kinds(list []frame) map[string]int {
	n := map[string]int{}
	for _, f := range list {
		if k := f.kind(); k != "" {
			n[k]++
		}
	}
	return n
}

// protected fails the test unless only ESP, AH and IKE have passed since the last look.
func (w *watch) protected() []frame {
	w.t.Helper()
	list := w.frames()
	for k, n := range kinds(list) {
		if k != "ESP" && k != "AH" && k != "IKE" {
			w.t.Errorf("%d packets in clear on the wire: %s", n, k)
		}
	}
	return list
}
