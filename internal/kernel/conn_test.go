package kernel

import (
	"bytes"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"conft/internal/nstest"
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// ends opens the same socket in two namespaces: a is 192.0.2.1 and 192.0.2.11, b 192.0.2.2.
func ends(t *testing.T, open func() (*Conn, error)) (a, b *Conn, peer netns) {
	t.Helper()
	peer = newNetns(t)
	cable(t, netns{}, "wan0", "192.0.2.1/24", peer, "eth0", "192.0.2.2/24")
	configure(t, "wan0", "192.0.2.11/24")
	var err error
	a, err = open()
	must(t, err)
	peer.do(t, func() {
		b, err = open()
		must(t, err)
	})
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b, peer
}

func addrPort(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// collect receives n datagrams into buffers of that size.
func collect(t *testing.T, c *Conn, n, size int) (all []packet.Datagram) {
	t.Helper()
	for len(all) < n {
		d := make([]packet.Datagram, 7) // fewer than come joined
		for i := range d {
			d[i].Buf = make([]byte, size)
		}
		got, err := c.Receive(d)
		must(t, err)
		all = append(all, d[:got]...)
	}
	return all
}

func TestReplyLeavesFromTheAddressThatWasAsked(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	for name, c := range map[string]struct {
		open func() (*Conn, error)
		port uint16
	}{
		"UDP 500":     {func() (*Conn, error) { return (&Kernel{}).ListenUDP(500) }, 500},
		"UDP 4500":    {func() (*Conn, error) { return (&Kernel{}).ListenUDP(4500) }, 4500},
		"protocol 50": {(&Kernel{}).ListenESP, 0},
	} {
		a, b, _ := ends(t, c.open)
		at := func(ip string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(ip), c.port) }
		_, err := b.Send([]packet.Datagram{{Buf: []byte("who is there?"), Local: at("192.0.2.2"), Remote: at("192.0.2.11"), TOS: 0xb8}})
		must(t, err)
		q := collect(t, a, 1, 100)[0]
		if string(q.Buf[:q.N]) != "who is there?" || q.Local != at("192.0.2.11") || q.Remote != at("192.0.2.2") {
			t.Errorf("%s: question %q from %s to %s", name, q.Buf[:q.N], q.Remote, q.Local)
		}
		_, err = a.Send([]packet.Datagram{{Buf: []byte("me"), Local: q.Local, Remote: q.Remote}})
		must(t, err)
		if r := collect(t, b, 1, 100)[0]; string(r.Buf[:r.N]) != "me" || r.Remote != at("192.0.2.11") {
			t.Errorf("%s: answer %q from %s", name, r.Buf[:r.N], r.Remote)
		}
		must(t, (linkDel{[]string{"wan0"}}).do(nil))
		must(t, a.Close())
		must(t, a.Close())
		if _, err := a.Receive(make([]packet.Datagram, 1)); !errors.Is(err, os.ErrClosed) {
			t.Errorf("%s: receive on a closed socket: %v", name, err)
		}
		ended := make(chan error, 1)
		go func() {
			_, err := b.Receive(make([]packet.Datagram, 1))
			ended <- err
		}()
		for !waitsIn(t, unix.SYS_RECVMMSG) {
			select {
			case err := <-ended:
				t.Fatalf("%s: a receive does not wait, but ends with %v", name, err)
			default:
				runtime.Gosched()
			}
		}
		must(t, b.Close())
		select {
		case err := <-ended:
			if !errors.Is(err, os.ErrClosed) {
				t.Errorf("%s: the socket was closed and a receive ended with %v", name, err)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s: the socket was closed and a receive goes on", name)
		}
	}
}

// A message that is too long arrives cut, so that IKE can count it.
func TestLongDatagramArrivesCut(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, _ := ends(t, func() (*Conn, error) { return (&Kernel{}).ListenUDP(500) })
	for _, size := range []int{1200, 100, 100} {
		_, err := b.Send([]packet.Datagram{{Buf: make([]byte, size), Local: addrPort("192.0.2.2:500"), Remote: addrPort("192.0.2.1:500")}})
		must(t, err)
	}
	for i, q := range collect(t, a, 2, 1001)[:2] {
		if q.N != []int{1001, 100}[i] || q.Remote != addrPort("192.0.2.2:500") {
			t.Errorf("datagram %d from %s has %d octets", i, q.Remote, q.N)
		}
	}
}

// waitsIn reports whether a thread of this process sleeps in that system call.
func waitsIn(t *testing.T, call int) bool {
	t.Helper()
	threads, err := filepath.Glob("/proc/self/task/*/syscall")
	must(t, err)
	for _, f := range threads {
		b, _ := os.ReadFile(f) // the thread may have ended
		if strings.HasPrefix(string(b), strconv.Itoa(call)+" ") {
			return true
		}
	}
	return false
}

// However the kernel joins datagrams, they arrive one by one, whole, in order.
func TestJoinedDatagramsArriveOneByOne(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, _ := ends(t, func() (*Conn, error) { return (&Kernel{}).ListenUDP(4500) })
	if !a.gso || b.gro == nil {
		t.Skip("this kernel does not join datagrams")
	}
	var sent []packet.Datagram
	for i, size := range []int{1400, 1400, 1400, 700, 1400, 1, 1400, 1400, 300, 300, 400, 1400, 1400, 1400, 1400, 1400} {
		sent = append(sent, packet.Datagram{Buf: bytes.Repeat([]byte{byte(i)}, size), Local: addrPort("192.0.2.1:4500"), Remote: addrPort("192.0.2.2:4500")})
	}
	n, err := a.Send(sent)
	if n != len(sent) || err != nil {
		t.Errorf("sent %d: %v", n, err)
	}
	for i, got := range collect(t, b, len(sent), 1500) {
		if !bytes.Equal(got.Buf[:got.N], sent[i].Buf) {
			t.Errorf("datagram %d: %d octets of %d, want %d of %d", i, got.N, got.Buf[0], len(sent[i].Buf), i)
		}
	}
	// One that cannot be sent does not keep back the others.
	bad := []packet.Datagram{sent[0], {Buf: sent[1].Buf, Local: sent[0].Local, Remote: addrPort("203.0.113.1:4500")}, sent[2]}
	if n, err := a.Send(bad); n != 2 || !errors.Is(err, unix.ENETUNREACH) {
		t.Errorf("sent %d, %v; want 2, no route", n, err)
	}
	for i, got := range collect(t, b, 2, 1500) {
		if got.Buf[0] != byte(2*i) {
			t.Errorf("datagram %d behind an unsendable one is %d", i, got.Buf[0])
		}
	}
}

// Larger than the path allows leaves in fragments and arrives whole.
func TestLargeDatagramArrivesWhole(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, _ := ends(t, (&Kernel{}).ListenESP)
	big := bytes.Repeat([]byte("0123456789abcdef"), 250)
	_, err := a.Send([]packet.Datagram{{Buf: big, Local: addrPort("192.0.2.1:0"), Remote: addrPort("192.0.2.2:0")}})
	must(t, err)
	// What does not fit into the buffer is no packet of ours: it is not delivered.
	if got := collect(t, b, 1, 5000)[0]; !bytes.Equal(got.Buf[:got.N], big) {
		t.Errorf("%d octets arrived, want %d", got.N, len(big))
	}
	_, err = a.Send([]packet.Datagram{
		{Buf: big, Local: addrPort("192.0.2.1:0"), Remote: addrPort("192.0.2.2:0")},
		{Buf: []byte("small"), Local: addrPort("192.0.2.1:0"), Remote: addrPort("192.0.2.2:0")}})
	must(t, err)
	if got := collect(t, b, 1, 1000)[0]; string(got.Buf[:got.N]) != "small" {
		t.Errorf("behind a packet that is too long came %d octets", got.N)
	}
}

func TestSendAndReceiveDoNotAllocate(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	for _, port := range []uint16{0, 500, 4500} {
		a, b, _ := ends(t, func() (*Conn, error) {
			if port == 0 {
				return (&Kernel{}).ListenESP()
			}
			return (&Kernel{}).ListenUDP(port)
		})
		out, in := make([]packet.Datagram, 8), make([]packet.Datagram, 8)
		for i := range out {
			out[i] = packet.Datagram{Buf: make([]byte, 1000), TOS: 0x10, DF: i/3%2 == 1,
				Local:  netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), port),
				Remote: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.2"), port)}
			in[i].Buf = make([]byte, 1500)
		}
		round := func() {
			_, err := a.Send(out)
			must(t, err)
			for n := 0; n < len(out); {
				got, err := b.Receive(in)
				must(t, err)
				n += got
			}
		}
		if n := testing.AllocsPerRun(100, round); n != 0 {
			t.Errorf("port %d: %v allocations for 8 datagrams", port, n)
		}
		must(t, (linkDel{[]string{"wan0"}}).do(nil))
	}
}

func BenchmarkUDP4500(b *testing.B) {
	c, err := (&Kernel{}).ListenUDP(4500)
	if err != nil {
		b.Skip(err)
	}
	defer c.Close()
	d := make([]packet.Datagram, 40)
	for i := range d {
		d[i] = packet.Datagram{Buf: make([]byte, 1400), Local: addrPort("127.0.0.1:4500"), Remote: addrPort("127.0.0.1:4500")}
	}
	in := make([]packet.Datagram, batchSize)
	for i := range in {
		in[i].Buf = make([]byte, 2048)
	}
	b.SetBytes(int64(len(d) * 1400))
	for b.Loop() {
		if _, err := c.Send(d); err != nil {
			b.Fatal(err)
		}
		for n := 0; n < len(d); {
			got, err := c.Receive(in)
			if err != nil {
				b.Fatal(err)
			}
			n += got
		}
	}
}
