package nettest

import (
	"errors"
	"net"
	"testing"

	"golang.org/x/sys/unix"

	"conft/internal/netns"
)

// Capture collects the IPv4 packets that pass a link in either direction. The
// socket's queue keeps them until the test asks, so a packet that was answered is
// certainly there.
type Capture struct {
	t  testing.TB
	fd int
}

// StartCapture captures until the end of the test.
func StartCapture(t testing.TB, ns *netns.NS, link string) *Capture {
	t.Helper()
	c := &Capture{t: t}
	const all = unix.ETH_P_ALL << 8 // in network order; ETH_P_IP would miss what the link sends
	err := ns.Do(func() error {
		i, err := net.InterfaceByName(link)
		if err != nil {
			return err
		}
		if c.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0); err != nil {
			return err
		}
		t.Cleanup(func() { unix.Close(c.fd) })
		return errors.Join(
			unix.SetsockoptInt(c.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20),
			unix.Bind(c.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: i.Index}))
	})
	if err != nil {
		t.Fatalf("capture on %s in %s: %v", link, ns.Name, err)
	}
	return c
}

// Packets returns the packets since the last call.
func (c *Capture) Packets() [][]byte {
	c.t.Helper()
	var packets [][]byte
	for {
		b := make([]byte, 65536)
		n, from, err := unix.Recvfrom(c.fd, b, 0)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return packets
		case errors.Is(err, unix.EINTR):
		case err != nil:
			c.t.Fatal("capture: ", err)
		case n >= 20 && from.(*unix.SockaddrLinklayer).Protocol == unix.ETH_P_IP>>8:
			packets = append(packets, b[:n:n])
		}
	}
}

// protocols counts packets by their IP protocol.
func protocols(packets [][]byte) map[byte]int {
	n := map[byte]int{}
	for _, p := range packets {
		n[p[9]]++
	}
	return n
}
