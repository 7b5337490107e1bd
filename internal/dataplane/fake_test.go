package dataplane

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"

	"conft/debug"
	"conft/esp"
	"conft/internal/acl"
	"conft/internal/packet"
	"conft/internal/suite"
)

// fakeTUN is a TUN in memory: the test puts batches in and takes packets out.
type fakeTUN struct {
	in   chan [][]byte
	out  chan []byte
	done chan struct{}
	once sync.Once
}

func newFakeTUN() *fakeTUN {
	return &fakeTUN{in: make(chan [][]byte, 64), out: make(chan []byte, 4096), done: make(chan struct{})}
}

var errFakeClosed = errors.New("closed")

func (t *fakeTUN) Read(bufs [][]byte, sizes []int, offset int) (int, error) {
	select {
	case batch := <-t.in:
		for i, p := range batch {
			sizes[i] = copy(bufs[i][offset:], p)
		}
		return len(batch), nil
	case <-t.done:
		return 0, errFakeClosed
	}
}

func (t *fakeTUN) Write(bufs [][]byte, offset int) (int, error) {
	for i, b := range bufs {
		select {
		case t.out <- append([]byte(nil), b[offset:]...):
		case <-t.done:
			return i, errFakeClosed
		}
	}
	return len(bufs), nil
}

func (t *fakeTUN) BatchSize() int { return 128 }
func (t *fakeTUN) Close() error   { t.once.Do(func() { close(t.done) }); return nil }

// fakeSocket delivers what it sends to its peer, unless tamper says otherwise.
type fakeSocket struct {
	peer   *fakeSocket
	in     chan Datagram
	done   chan struct{}
	once   sync.Once
	mu     sync.Mutex
	tamper func(Datagram) []Datagram // guarded by mu
	sent   []Datagram                // guarded by mu
}

func newFakeSockets() (a, b *fakeSocket) {
	a = &fakeSocket{in: make(chan Datagram, 4096), done: make(chan struct{})}
	b = &fakeSocket{in: make(chan Datagram, 4096), done: make(chan struct{}), peer: a}
	a.peer = b
	return a, b
}

func (s *fakeSocket) setTamper(f func(Datagram) []Datagram) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tamper = f
}

// arrivingTTL is what the way has left of the TTL of the outer header.
const arrivingTTL = 61

func (s *fakeSocket) Send(list []Datagram) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, d := range list {
		select {
		case <-s.done:
			return i, errFakeClosed
		default:
		}
		d.Buf = append([]byte(nil), d.Buf...)
		s.sent = append(s.sent, d)
		out := []Datagram{d}
		if s.tamper != nil {
			out = s.tamper(d)
		}
		for _, d := range out {
			s.peer.in <- Datagram{Buf: d.Buf, Local: d.Remote, Remote: d.Local, TOS: d.TOS, TTL: arrivingTTL}
		}
	}
	return len(list), nil
}

func (s *fakeSocket) Receive(list []Datagram) (int, error) {
	put := func(i int, d Datagram) {
		list[i].N, list[i].Local, list[i].Remote = copy(list[i].Buf, d.Buf), d.Local, d.Remote
		list[i].TOS, list[i].TTL = d.TOS, d.TTL
	}
	select {
	case d := <-s.in:
		put(0, d)
	case <-s.done:
		return 0, errFakeClosed
	}
	for n := 1; n < len(list); n++ {
		select {
		case d := <-s.in:
			put(n, d)
		default:
			return n, nil
		}
	}
	return len(list), nil
}

func (s *fakeSocket) BatchSize() int { return 64 }
func (s *fakeSocket) Close() error   { s.once.Do(func() { close(s.done) }); return nil }

// router is one Path with what it asked for.
type router struct {
	*Path
	tun     *fakeTUN
	others  []*fakeTUN
	esp     *fakeSocket
	udp     *fakeSocket
	mu      sync.Mutex
	asked   []Acquire
	expired []expiry
	events  []string
	ike     []string
	moved   []move
	inside  netip.Addr // the router's towards all hosts but itself
	quiet   bool       // towards them
}

type move struct {
	spi    uint32
	remote netip.AddrPort
}

type expiry struct {
	spi  uint32
	hard bool
}

func (r *router) Emit(e debug.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, string(e.AppendLine(nil, debug.IOS12)))
}

func newRouter(esp, udp *fakeSocket) *router { return newRouterWhole(esp, udp, nil) }

func newRouterWhole(esp, udp *fakeSocket, whole Socket) *router {
	r := &router{tun: newFakeTUN(), esp: esp, udp: udp}
	r.Path = New(Options{
		ESP: esp, UDP: udp, AH: whole, Hub: r, Cores: 2, // so that one batch can overtake another
		IKE: func(_, remote netip.AddrPort, d []byte) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.ike = append(r.ike, remote.String()+" "+string(d))
		},
		Toward: func(host netip.Addr) (netip.Addr, bool) {
			r.mu.Lock()
			defer r.mu.Unlock()
			if host == r.inside {
				return netip.Addr{}, false
			}
			return r.inside, r.quiet
		},
		Acquire: func(a Acquire) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.asked = append(r.asked, a)
		},
		Moved: func(spi uint32, remote netip.AddrPort) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.moved = append(r.moved, move{spi, remote})
		},
		VolumeExpired: func(spi uint32, hard bool) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.expired = append(r.expired, expiry{spi, hard})
		},
	})
	r.Attach(outside, r.tun)
	return r
}

// drops returns the reasons that counted.
func (r *router) dropped() map[string]uint64 {
	m := make(map[string]uint64)
	for _, c := range r.Counters() {
		if c.Value != 0 {
			m[c.Name] = c.Value
		}
	}
	return m
}

// anotherTUN makes a TUN beside the first.
func (r *router) anotherTUN() *fakeTUN {
	r.others = append(r.others, newFakeTUN())
	return r.others[len(r.others)-1]
}

// received takes the packets that have come out of the TUN.
func (r *router) received() (list [][]byte) {
	for {
		select {
		case p := <-r.tun.out:
			list = append(list, p)
		default:
			return list
		}
	}
}

// net is the two ends of a tunnel, 10.1.1.0/24 - r1 === r3 - 20.1.1.0/24.
type testNet struct {
	r1, r3 *router
	suite  testSuite
	udp    bool
	spi    uint32
}

const outside = "GigabitEthernet0/0"

var (
	addr1 = netip.MustParseAddr("12.12.12.1")
	addr3 = netip.MustParseAddr("23.23.23.3")
)

// inNet runs a test in a bubble, with both routers and their policy but no SA.
func inNet(t *testing.T, f func(t *testing.T, n *testNet)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := newNet()
		defer n.close()
		f(t, n)
	})
}

func newNet(lists ...*acl.List) *testNet {
	e1, e3 := newFakeSockets()
	u1, u3 := newFakeSockets()
	n := &testNet{r1: newRouter(e1, u1), r3: newRouter(e3, u3), suite: suites[0], spi: 0x1000}
	if len(lists) == 0 {
		lists = []*acl.List{{Entries: []acl.Entry{{Src: lan1, Dst: lan3}}}}
	}
	n.policy(lists...)
	return n
}

func (n *testNet) close() {
	n.r1.Close()
	n.r3.Close()
}

var (
	lan1 = acl.Addr{Base: 0x0a010100, Wildcard: 0xff}
	lan3 = acl.Addr{Base: 0x14010100, Wildcard: 0xff}
)

// policy gives r1 one crypto map entry for each list, and r3 their mirrors.
func (n *testNet) policy(lists ...*acl.List) {
	p1, p3 := &Policy{}, &Policy{}
	l1 := Link{Interface: outside, Local: addr1, MTU: 1500}
	l3 := Link{Interface: outside, Local: addr3, MTU: 1500}
	for i, l := range lists {
		m := &acl.List{}
		for _, e := range l.Entries {
			m.Entries = append(m.Entries, e.Mirror())
		}
		l1.Entries = append(l1.Entries, Entry{"cisco", 10 * (i + 1), l})
		l3.Entries = append(l3.Entries, Entry{"cisco", 10 * (i + 1), m})
	}
	p1.Links, p3.Links = []Link{l1}, []Link{l3}
	n.r1.SetPolicy(p1)
	n.r3.SetPolicy(p3)
}

// connect installs SAs for a selector of r1's on both sides, and returns the
// inbound SPIs of r1 and r3.
func (n *testNet) connect(t testing.TB, seq int, s acl.Selector, change ...func(a, b *SA)) (uint32, uint32) {
	t.Helper()
	n.spi += 2
	in1, in3 := n.spi, n.spi+1
	k1, k3 := n.suite.keys(t, in1), n.suite.keys(t, in3)
	a := SA{Flow: FlowKey{outside, "cisco", seq, s}, InSPI: in1, OutSPI: in3, InKeys: k1, OutKeys: k3,
		Local: netip.AddrPortFrom(addr1, 0), Remote: netip.AddrPortFrom(addr3, 0), ConnID: 1}
	if n.udp {
		a.Local, a.Remote = netip.AddrPortFrom(addr1, 4500), netip.AddrPortFrom(addr3, 4500)
	}
	b := a
	b.InSPI, b.OutSPI, b.InKeys, b.OutKeys = in3, in1, k3, k1
	b.Local, b.Remote = a.Remote, a.Local
	b.Flow.Selector = acl.Selector{Local: s.Remote, Remote: s.Local}
	for _, f := range change {
		f(&a, &b)
	}
	if err := n.r1.Install(a); err != nil {
		t.Fatal(err)
	}
	if err := n.r3.Install(b); err != nil {
		t.Fatal(err)
	}
	return in1, in3
}

// up connects the flow of the default policy.
func (n *testNet) up(t testing.TB, change ...func(a, b *SA)) (uint32, uint32) {
	t.Helper()
	return n.connect(t, 10, (&acl.Entry{Src: lan1, Dst: lan3}).Selector(), change...)
}

type testSuite struct {
	name      string
	transform suite.Transform
	bits      int
	auth      suite.Auth
}

func (s testSuite) keys(t testing.TB, spi uint32) esp.Keys {
	t.Helper()
	e, a, err := esp.KeyLens(s.transform, s.bits, s.auth)
	if err != nil {
		t.Fatal(err)
	}
	k := make([]byte, e+a)
	for i := range k {
		k[i] = byte(spi) + byte(i)*7
	}
	return esp.Keys{Transform: s.transform, KeyBits: s.bits, Auth: s.auth, EncKey: k[:e], AuthKey: k[e:]}
}

// A packet of the tests: an IPv4 header, ports where the protocol has them, and
// a payload.
type testPacket struct {
	src, dst     string
	protocol     uint8
	sport, dport uint16
	df           bool
	tos          uint8
	size         int // of the whole packet; 0 for 84
}

func (p testPacket) bytes() []byte {
	if p.size == 0 {
		p.size = 84
	}
	b := make([]byte, p.size)
	for i := range b {
		b[i] = byte(i)
	}
	copy(b, []byte{0x45, p.tos, 0, 0, 0x12, 0x34, 0, 0, 64, p.protocol, 0, 0})
	binary.BigEndian.PutUint16(b[2:], uint16(p.size))
	if p.df {
		b[6] = 0x40
	}
	src, dst := netip.MustParseAddr(p.src).As4(), netip.MustParseAddr(p.dst).As4()
	copy(b[12:], src[:])
	copy(b[16:], dst[:])
	binary.BigEndian.PutUint16(b[10:], packet.Checksum(b[:20]))
	switch p.protocol {
	case packet.TCP, packet.UDP:
		binary.BigEndian.PutUint16(b[20:], p.sport)
		binary.BigEndian.PutUint16(b[22:], p.dport)
	case packet.ICMP:
		b[20], b[21] = 8, 0
	}
	return b
}

var ping = testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.ICMP}
