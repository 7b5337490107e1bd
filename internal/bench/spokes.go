package bench

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/internal/netns"
	"conft/internal/suite"
)

// The hub of the measurements of IKE and the network of its spokes, which are all in one
// namespace behind one next hop.
var (
	hubAddr    = netip.MustParseAddr("192.0.2.1")
	farAddr    = netip.MustParseAddr("192.0.2.2")
	spokesNet  = netip.MustParsePrefix("100.64.0.0/16")
	hubsLAN    = netip.MustParsePrefix("20.1.1.0/24")
	spokesPool = 1 << 16
)

// star is a hub and a namespace with the addresses of all spokes.
type star struct{ hub, far *netns.NS }

func newStar() (s *star, err error) {
	s = &star{}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.hub, err = netns.New("hub"); err != nil {
		return s, err
	}
	if s.far, err = netns.New("spokes"); err != nil {
		return s, err
	}
	return s, errorOf(netns.Connect(s.hub, "eth0", s.far, "eth0"),
		s.far.Address("eth0", netip.PrefixFrom(farAddr, 30)),
		s.far.Do(func() error {
			lo, err := netlink.LinkByName("lo")
			if err != nil {
				return err
			}
			if err := netlink.LinkSetUp(lo); err != nil {
				return err
			}
			return netlink.RouteAdd(&netlink.Route{LinkIndex: lo.Attrs().Index, Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST,
				Dst: &net.IPNet{IP: spokesNet.Addr().AsSlice(), Mask: net.CIDRMask(spokesNet.Bits(), 32)}})
		}))
}

func (s *star) close() {
	for _, ns := range []*netns.NS{s.hub, s.far} {
		if ns != nil {
			ns.Close()
		}
	}
}

// spokes negotiate with the hub: each is an IKE engine with an address of its own and a
// data plane that carries nothing. They share their sockets, and one goroutine.
type spokes struct {
	group  suite.Group
	plain  *net.UDPConn // port 500
	encap  *net.UDPConn // port 4500
	come   chan arrival
	active map[netip.Addr]*spoke

	// Of a core: for all the spokes' negotiations but for the system calls that send, and
	// for the public-key part of it.
	engine, arithmetic time.Duration
	sending            time.Duration // since the input that is handled came
}

type arrival struct {
	local, remote netip.AddrPort
	data          []byte
}

// spoke is one of them. It implements ike.IPsec and ike.Hub.
type spoke struct {
	core  *ike.Core
	local netip.Addr
	up    bool // has SAs that it may use
}

func newSpokes(s *star, g suite.Group) (*spokes, error) {
	p := &spokes{group: g, come: make(chan arrival, 1024), active: make(map[netip.Addr]*spoke)}
	err := s.far.Do(func() (err error) {
		for port, at := range map[int]**net.UDPConn{500: &p.plain, 4500: &p.encap} {
			if *at, err = net.ListenUDP("udp4", &net.UDPAddr{Port: port}); err != nil {
				return err
			}
			raw, err := (*at).SyscallConn()
			if err != nil {
				return err
			}
			if e := raw.Control(func(fd uintptr) {
				err = errors.Join(unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_PKTINFO, 1), unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20))
			}); errors.Join(e, err) != nil {
				return errors.Join(e, err)
			}
		}
		return nil
	})
	if err != nil {
		p.close()
		return nil, fmt.Errorf("bench: %w", err)
	}
	go p.receive(p.plain, 500)
	go p.receive(p.encap, 4500)
	return p, nil
}

func (p *spokes) close() {
	for _, c := range []*net.UDPConn{p.plain, p.encap} {
		if c != nil {
			c.Close()
		}
	}
}

// receive passes on what comes, with the address it was sent to, until the socket is closed.
func (p *spokes) receive(c *net.UDPConn, port uint16) {
	b, oob := make([]byte, 1<<16), make([]byte, 256)
	for {
		n, m, _, from, err := c.ReadMsgUDPAddrPort(b, oob)
		if err != nil {
			return
		}
		list, err := unix.ParseSocketControlMessage(oob[:m])
		if err != nil || len(list) != 1 || len(list[0].Data) < 12 {
			continue
		}
		data := b[:n]
		if port == 4500 {
			if n < 4 || binary.BigEndian.Uint32(data) != 0 { // ESP, or a keepalive
				continue
			}
			data = data[4:]
		}
		to := netip.AddrFrom4([4]byte(list[0].Data[8:12])) // struct in_pktinfo, ipi_addr
		p.come <- arrival{netip.AddrPortFrom(to, port), netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), slices.Clone(data)}
	}
}

func (p *spokes) send(local, remote netip.AddrPort, datagram []byte) error {
	c := p.plain
	if local.Port() == 4500 {
		c = p.encap
	}
	oob := unix.PktInfo4(&unix.Inet4Pktinfo{Spec_dst: local.Addr().As4()})
	start := onCore()
	_, _, err := c.WriteMsgUDPAddrPort(datagram, oob, remote)
	p.sending += onCore() - start
	return err
}

// onCore is how long this thread has been on a core: on a machine that others use the time
// of day tells how busy they are.
func onCore() time.Duration {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) // cannot fail
	return time.Duration(t.Nano())
}

// begin has the spoke of an address ask for its tunnel.
func (p *spokes) begin(n int) {
	base := spokesNet.Addr().As4()
	local := netip.AddrFrom4([4]byte{base[0], base[1], byte(n >> 8), byte(n)})
	s := &spoke{local: local}
	s.core = ike.NewCore(ike.Options{Rand: rand.Reader, Send: p.send, IPsec: s, Hub: s})
	p.active[local] = s
	flow := exchange.Selector{Local: exchange.Proxy{Prefix: netip.PrefixFrom(local, 32)}, Remote: exchange.Proxy{Prefix: hubsLAN}}
	s.core.Handle(time.Now(), ike.SetPolicy{Policy: &exchange.Policy{
		Proposals: []exchange.ISAKMPProposal{{Priority: 10, Encryption: suite.AES, KeyBits: 128, Hash: suite.SHA256, Group: p.group, Auth: exchange.PreShared, LifeSeconds: 86400}},
		Keys:      []exchange.PresharedKey{{Prefix: netip.PrefixFrom(hubAddr, 32), Secret: []byte("cisco123")}},
		Tunnels: []exchange.Tunnel{{Map: "M", Seq: 10, Interface: "eth0", Local: local, Peers: []netip.Addr{hubAddr},
			Transforms:  []exchange.TransformSet{{Transform: suite.ESPAES, KeyBits: 128, Auth: suite.HMACSHA}},
			LifeSeconds: 3600, LifeKilobytes: 4608000, Selectors: []exchange.Selector{flow}}},
	}})
	p.do(s, ike.Acquire{Acquire: exchange.Acquire{Flow: exchange.Flow{Interface: "eth0", Map: "M", Seq: 10, Selector: flow}}})
}

// end forgets a spoke; tell says so to the hub.
func (p *spokes) end(s *spoke, tell bool) {
	if tell {
		s.core.Handle(time.Now(), ike.ClearSA{})
		s.core.Handle(time.Now(), ike.ClearISAKMP{})
	}
	delete(p.active, s.local)
}

// do hands a spoke an input and does the slow work that follows at once. With pre-shared
// keys that is Diffie-Hellman and nothing else.
func (p *spokes) do(s *spoke, in ike.Input) {
	start := onCore()
	p.sending = 0
	jobs := s.core.Handle(time.Now(), in)
	for len(jobs) > 0 {
		at := onCore()
		result := jobs[0].Run()
		p.arithmetic += onCore() - at
		jobs = append(jobs[1:], s.core.Handle(time.Now(), result)...)
	}
	p.engine += onCore() - start - p.sending
}

// negotiate brings tunnels up, so many at once, until more says no; it returns how many
// came up. Each spoke has an address of its own, and done is told of it.
func (p *spokes) negotiate(ctx context.Context, atOnce int, more func(begun int) bool, done func(*spoke)) (up int, err error) {
	runtime.LockOSThread() // for onCore
	defer runtime.UnlockOSThread()
	begun := 0
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last := time.Now()
	for {
		for len(p.active) < atOnce && more(begun) {
			p.begin(begun % spokesPool)
			begun++
		}
		if len(p.active) == 0 {
			return up, nil
		}
		select {
		case <-ctx.Done():
			return up, ctx.Err()
		case a := <-p.come:
			s := p.active[a.local.Addr()]
			if s == nil {
				continue
			}
			p.do(s, ike.Datagram{Local: a.local, Remote: a.remote, Data: a.data})
			if s.up {
				up, last = up+1, time.Now()
				done(s)
			}
		case now := <-tick.C:
			for _, s := range p.active {
				if at, ok := s.core.Deadline(); ok && !at.After(now) {
					p.do(s, ike.Tick{})
				}
			}
			if now.Sub(last) > 30*time.Second {
				return up, fmt.Errorf("bench: after %d tunnels no further one came up", up)
			}
		}
	}
}

func (s *spoke) Install(p exchange.SAPair) error        { return nil }
func (s *spoke) Enable(uint32)                          { s.up = true }
func (s *spoke) Remove(uint32)                          {}
func (s *spoke) Move(uint32, netip.AddrPort)            {}
func (s *spoke) Traffic(uint32) (none exchange.Traffic) { return none }
func (s *spoke) Shelter(exchange.Flow) error            { return nil }
func (s *spoke) Release(exchange.Flow)                  {}
func (s *spoke) Emit(debug.Event)                       {}
func (s *spoke) On(debug.Flag) bool                     { return false }
func (s *spoke) Watches(netip.Addr) bool                { return true }
