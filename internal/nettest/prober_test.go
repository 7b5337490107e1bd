package nettest

import (
	"bytes"
	"context"
	"encoding/binary"
	"net"
	"syscall"
	"testing"
	"time"

	"conft/internal/netns"

	"golang.org/x/sys/unix"
)

// prober sends echo requests of any size from a namespace.
type prober struct {
	t    testing.TB
	conn net.PacketConn
	id   uint16
	seq  uint16
}

// probe is what became of an echo request.
type probe struct {
	arrived bool
	mtu     int // of "fragmentation needed and DF set"; 0 when none came
	code    int // of another "destination unreachable", plus one
}

// newProber opens the socket. With df set every request has the DF bit, whatever
// the system has learnt about the path.
func newProber(t testing.TB, ns *netns.NS, from string, df bool) *prober {
	t.Helper()
	p := &prober{t: t}
	mode := unix.IP_PMTUDISC_DONT
	if df {
		mode = unix.IP_PMTUDISC_PROBE
	}
	err := ns.Do(func() (err error) {
		lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
			return c.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, mode)
			})
		}}
		conn, e := lc.ListenPacket(context.Background(), "ip4:icmp", from)
		if e != nil {
			return e
		}
		p.conn = conn
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.conn.Close() })
	p.id = uint16(time.Now().UnixNano() >> 10)
	return p
}

// echo sends one request of size octets of data and waits for what becomes of it.
func (p *prober) echo(to string, size int, limit time.Duration) (r probe) {
	p.t.Helper()
	p.seq++
	msg := binary.BigEndian.AppendUint16([]byte{8, 0, 0, 0}, p.id)
	msg = binary.BigEndian.AppendUint16(msg, p.seq)
	for i := range size {
		msg = append(msg, secret[(i+int(p.seq))%len(secret)])
	}
	binary.BigEndian.PutUint16(msg[2:], ^sum(msg))
	if _, err := p.conn.WriteTo(msg, &net.IPAddr{IP: net.ParseIP(to)}); err != nil {
		p.t.Fatalf("echo request of %d octets: %v", size, err)
	}
	p.conn.SetReadDeadline(time.Now().Add(limit))
	buf := make([]byte, 1<<16)
	for {
		n, _, err := p.conn.ReadFrom(buf)
		if err != nil {
			return probe{}
		}
		switch m := buf[:n]; {
		case n >= 8 && m[0] == 0 && bytes.Equal(m[4:], msg[4:]):
			return probe{arrived: true}
		case n >= 36 && m[0] == 3 && bytes.Equal(m[32:36], msg[4:8]): // quotes the request
			if m[1] == 4 {
				return probe{mtu: int(binary.BigEndian.Uint16(m[6:]))}
			}
			return probe{code: int(m[1]) + 1}
		}
	}
}

// reach waits until pings from a namespace are answered, and then none may be lost.
func reach(t testing.TB, from *netns.NS, to string) {
	t.Helper()
	// With a deadline of its own the program goes on until there is one answer, however late:
	// an emulated guest on a busy machine takes more than a second.
	var last error
	for end := time.Now().Add(40 * time.Second); ; <-time.After(100 * time.Millisecond) {
		if _, last = from.Output("ping", "-c1", "-w10", to); last == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal(last)
		}
	}
	answered(t, from, to, 5)
}

// answered sends n pings, a tenth of a second apart, and all must be answered. The program
// ping does not wait for the last answer longer than two of those before have taken.
func answered(t testing.TB, from *netns.NS, to string, n int) {
	t.Helper()
	p := newProber(t, from, "0.0.0.0", false)
	next := time.NewTicker(100 * time.Millisecond)
	defer next.Stop()
	for i := range n {
		if r := p.echo(to, 56, 10*time.Second); !r.arrived {
			t.Fatalf("ping %d of %d from %s to %s was lost: %+v", i+1, n, from.Name, to, r)
		}
		if i < n-1 {
			<-next.C
		}
	}
}

// secret is in the data of every packet that tests send, to be looked for where
// nobody should see it.
const secret = "nobody between the routers may read this; "

// sum is the Internet checksum (RFC 1071) before its complement.
func sum(b []byte) uint16 {
	var s uint32
	for i, c := range b {
		s += uint32(c) << (8 * (1 - i%2))
	}
	for s>>16 != 0 {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}
