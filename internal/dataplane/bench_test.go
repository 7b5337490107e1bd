package dataplane

import (
	"net/netip"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/packet"
	"conft/internal/suite"
)

// benchSize is a full TCP segment for a path MTU of 1500.
const benchSize = 1400

// pipeTUN gives out the same packet until it has given out all, and counts what
// is written to it.
type pipeTUN struct {
	fakeTUN
	packet  []byte
	work    chan int // batches to give out
	written chan int
}

func (t *pipeTUN) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	select {
	case n := <-t.work:
		for i := range n {
			sizes[i] = copy(bufs[i][offset:], t.packet)
		}
		return n, nil
	case <-t.done:
		return 0, errFakeClosed
	}
}

func (t *pipeTUN) Write(bufs [][]byte, _ int) (int, error) {
	select {
	case t.written <- len(bufs):
		return len(bufs), nil
	case <-t.done:
		return 0, errFakeClosed
	}
}

// pipeSocket moves batches of octets in buffers of its own.
type pipeSocket struct {
	fakeSocket
	peer *pipeSocket
	full chan *pipeBatch
	free chan *pipeBatch
}

type pipeBatch struct {
	n    int
	size [128]int
	data [128][2048]byte
}

func newPipeSockets() (a, b *pipeSocket) {
	mk := func() *pipeSocket {
		s := &pipeSocket{full: make(chan *pipeBatch, 4), free: make(chan *pipeBatch, 4)}
		s.done = make(chan struct{})
		for range 4 {
			s.free <- &pipeBatch{}
		}
		return s
	}
	a, b = mk(), mk()
	a.peer, b.peer = b, a
	return a, b
}

func (s *pipeSocket) Send(list []Datagram) (int, error) {
	var b *pipeBatch
	select {
	case b = <-s.peer.free:
	case <-s.done:
		return 0, errFakeClosed
	}
	for i, d := range list {
		b.size[i] = copy(b.data[i][:], d.Buf)
	}
	b.n = len(list)
	s.peer.full <- b
	return len(list), nil
}

func (s *pipeSocket) Receive(list []Datagram) (int, error) {
	select {
	case b := <-s.full:
		for i := range b.n {
			list[i].N = copy(list[i].Buf, b.data[i][:b.size[i]])
		}
		n := b.n
		s.free <- b
		return n, nil
	case <-s.done:
		return 0, errFakeClosed
	}
}

func (s *pipeSocket) BatchSize() int { return 128 }

type silence struct{}

func (silence) Emit(debug.Event) {}

func quiet(e Socket) Options {
	return Options{ESP: e, Hub: silence{}, Acquire: func(Acquire) {}, VolumeExpired: func(uint32, bool) {},
		IKE: func(_, _ netip.AddrPort, _ []byte) {}}
}

// pipe is two paths that one flow crosses, with nothing but copies at the edges.
func pipe(b testing.TB, s testSuite) (in, out *pipeTUN, done func()) {
	return crowdedPipe(b, s, 0)
}

// crowdedPipe is pipe with so many other SAs, ten for each entry of the crypto map, all
// of which come before those of the flow.
func crowdedPipe(b testing.TB, s testSuite, others int) (in, out *pipeTUN, done func()) {
	e1, e3 := newPipeSockets()
	p1, p3 := New(quiet(e1)), New(quiet(e3))
	tun := func() *pipeTUN {
		t := &pipeTUN{work: make(chan int, 1), written: make(chan int, 16)}
		t.done = make(chan struct{})
		t.packet = testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.TCP, df: true, size: benchSize}.bytes()
		return t
	}
	in, out = tun(), tun()
	p1.Attach(outside, in)
	p3.Attach(outside, out)
	n := &testNet{r1: &router{Path: p1}, r3: &router{Path: p3}, suite: s, spi: 0x1000}
	lists := crowd(others)
	n.policy(lists...)
	for i, l := range lists {
		for j := range l.Entries {
			n.connect(b, 10*(i+1), l.Entries[j].Selector())
		}
	}
	return in, out, func() { p1.Close(); p3.Close() }
}

func BenchmarkPath(b *testing.B) {
	for _, s := range []testSuite{
		{"gcm-128", suite.ESPGCM16, 128, suite.AuthNone},
		{"aes-128-sha", suite.ESPAES, 128, suite.HMACSHA},
		{"aes-256-sha256", suite.ESPAES, 256, suite.HMACSHA256},
		{"3des-md5", suite.ESP3DES, 0, suite.HMACMD5},
	} {
		b.Run(s.name, func(b *testing.B) {
			in, out, done := pipe(b, s)
			defer done()
			stream(b, in, out)
		})
	}
}

// "10,000 SAs slow one flow by under 10 %": with a thousand entries of the crypto map that
// they belong to. µs/SA is what it took to install each.
func BenchmarkManySAs(b *testing.B) {
	for _, others := range []int{0, 1000, 10000} {
		start := time.Now()
		in, out, done := crowdedPipe(b, testSuite{"gcm-128", suite.ESPGCM16, 128, suite.AuthNone}, others)
		each := time.Since(start) / time.Duration(2*others+2)
		b.Run(strconv.Itoa(others), func(b *testing.B) {
			stream(b, in, out)
			b.ReportMetric(float64(each.Microseconds()), "µs/SA")
		})
		done()
	}
}

// stream sends b.N packets through the pipe.
func stream(b *testing.B, in, out *pipeTUN) {
	b.SetBytes(benchSize)
	b.ReportAllocs()
	const batch, inFlight = 45, 8
	flying, sent, arrived := 0, 0, 0
	round := func(n int) {
		for sent, arrived = 0, 0; arrived < n; {
			for sent < n && flying < inFlight*batch {
				k := min(batch, n-sent)
				in.work <- k
				sent, flying = sent+k, flying+k
			}
			k := <-out.written
			arrived, flying = arrived+k, flying-k
		}
	}
	round(8 * 128) // every batch has been made
	b.ResetTimer()
	round(b.N)
}

// "No allocation per packet": the functions of every stage, over a whole batch.
func TestNothingAllocates(t *testing.T) {
	for _, s := range suites {
		synctest.Test(t, func(t *testing.T) { nothingAllocates(t, s) })
	}
}

func nothingAllocates(t *testing.T, s testSuite) {
	e1, e3 := newFakeSockets()
	p1, p3 := New(quiet(e1)), New(quiet(e3))
	defer p1.Close()
	defer p3.Close()
	n := &testNet{r1: &router{Path: p1}, r3: &router{Path: p3}, suite: s, spi: 0x1000}
	n.policy(&acl.List{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}})
	n.up(t, func(a, _ *SA) { a.PathMTU = 1000 })
	sink := &pipeTUN{written: make(chan int, 1)}
	d := newDevice(p1, p1.links[outside], sink)
	p3.links[outside].dev.Store(newDevice(p3, p3.links[outside], sink))
	r := newReceiver(p3, e3)
	out, in := newOutBatch(4), newInBatch(8)
	defer p3.links[outside].dev.Store(nil)
	defer out.release()
	defer in.release()
	packets := [][]byte{
		ping.bytes(),
		testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, size: 1500}.bytes(), // two fragments
		testPacket{src: "10.9.9.9", dst: "20.1.1.1", protocol: packet.UDP}.bytes(),             // no policy
	}
	synctest.Wait() // the paths have started: their readers have made a batch each
	if a := testing.AllocsPerRun(50, func() {
		for i, p := range packets {
			d.protect(out, out.slots[i], copy(out.slots[i][Headroom:], p))
		}
		out.process()
		for i := range out.packets {
			p := &out.packets[i]
			in.datagrams[i].N = copy(in.datagrams[i].Buf, p.buf[p.off:p.off+p.n])
			r.accept(in, i)
		}
		in.process()
		r.finish(in)
		if got := <-sink.written; got != 3 {
			t.Fatalf("%d packets, want 3", got)
		}
		out.packets, out.used = out.packets[:0], 0
	}); a != 0 {
		t.Errorf("%s: %v allocations", s.name, a)
	}
}
