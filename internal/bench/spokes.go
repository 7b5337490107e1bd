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
	behindNet  = netip.MustParsePrefix("20.2.0.0/16") // of which each spoke has a part
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
	s.far, err = newCloud(s.hub, "eth0")
	return s, err
}

// newCloud makes the namespace of the spokes, behind the link of a router whose address
// there is hubAddr.
func newCloud(router *netns.NS, link string) (*netns.NS, error) {
	far, err := netns.New("spokes")
	if err != nil {
		return nil, err
	}
	err = errorOf(netns.Connect(router, link, far, "eth0"),
		far.Address("eth0", netip.PrefixFrom(farAddr, 30)), far.Default(hubAddr),
		far.Do(func() error {
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
	if err != nil {
		far.Close()
		return nil, err
	}
	return far, nil
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
	kind
	plain  *net.UDPConn // port 500
	encap  *net.UDPConn // port 4500
	come   chan arrival
	active map[netip.Addr]*spoke
	idle   []*spoke    // have told the hub that they end
	out    []departure // what the engines have sent since the input that is handled came

	// Of a core, for all the spokes' negotiations: public-key arithmetic, and the rest of
	// what the engines do.
	arithmetic, rest time.Duration
	watch            stopwatch
}

// kind is what all of some spokes have in common.
type kind struct {
	hub   netip.Addr
	lan   netip.Prefix // the hub's, to which a spoke's flows go
	flows int          // of a spoke, each from an address of its own
	group suite.Group
}

type arrival struct {
	local, remote netip.AddrPort
	data          []byte
}

type departure struct {
	local, remote netip.AddrPort
	datagram      []byte
}

// spoke is one of them. It implements ike.IPsec and ike.Hub.
type spoke struct {
	core  *ike.Core
	local netip.Addr
	n     int           // its number
	ahead time.Duration // of the time of day

	asked, up int // flows that it has asked for SAs for, and that have them
}

func (s *spoke) handle(in ike.Input) []ike.Job { return s.core.Handle(time.Now().Add(s.ahead), in) }

func newSpokes(far *netns.NS, k kind) (*spokes, error) {
	p := &spokes{kind: k, come: make(chan arrival, 1024), active: make(map[netip.Addr]*spoke)}
	err := far.Do(func() (err error) {
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

// send implements ike.Options.Send: what is sent leaves when the engine is done, for the
// kernel's work on it is not the engine's.
func (p *spokes) send(local, remote netip.AddrPort, datagram []byte) error {
	p.out = append(p.out, departure{local, remote, datagram})
	return nil
}

// depart sends what the engines have sent. What gets lost they send again.
func (p *spokes) depart() {
	for _, d := range p.out {
		c := p.plain
		if d.local.Port() == 4500 {
			c = p.encap
		}
		c.WriteMsgUDPAddrPort(d.datagram, unix.PktInfo4(&unix.Inet4Pktinfo{Spec_dst: d.local.Addr().As4()}), d.remote)
	}
	clear(p.out)
	p.out = p.out[:0]
}

// begin has the spoke n ask for its tunnel.
func (p *spokes) begin(n int) {
	if len(p.idle) == 0 {
		s := &spoke{}
		s.core = ike.NewCore(ike.Options{Rand: rand.Reader, Send: p.send, IPsec: s, Hub: s})
		p.idle = append(p.idle, s)
	}
	s := p.idle[0]
	p.idle = p.idle[1:]
	s.n, s.local, s.asked, s.up = n, numbered(spokesNet, n), 0, 0
	p.active[s.local] = s
	tunnel := exchange.Tunnel{Map: "M", Seq: 10, Interface: "eth0", Local: s.local, Peers: []netip.Addr{p.hub},
		Transforms:  []exchange.TransformSet{{Transform: suite.ESPAES, KeyBits: 128, Auth: suite.HMACSHA}},
		LifeSeconds: 3600, LifeKilobytes: 4608000}
	for i := range p.flows {
		tunnel.Selectors = append(tunnel.Selectors, p.selector(s, i))
	}
	s.handle(ike.SetPolicy{Policy: &exchange.Policy{
		Proposals: []exchange.ISAKMPProposal{{Priority: 10, Encryption: suite.AES, KeyBits: 128, Hash: suite.SHA256, Group: p.group, Auth: exchange.PreShared, LifeSeconds: 86400}},
		Keys:      []exchange.PresharedKey{{Prefix: netip.PrefixFrom(p.hub, 32), Secret: []byte("cisco123")}},
		Tunnels:   []exchange.Tunnel{tunnel},
	}})
	p.ask(s)
}

// ask has a spoke ask for the SAs of its next flows, so many at once.
func (p *spokes) ask(s *spoke) {
	for ; s.asked < min(p.flows, s.up+atOnce); s.asked++ {
		p.do(s, ike.Acquire{Acquire: exchange.Acquire{Flow: exchange.Flow{Interface: "eth0", Map: "M", Seq: 10, Selector: p.selector(s, s.asked)}}})
	}
}

// selector is the flow i of a spoke.
func (p *spokes) selector(s *spoke, i int) exchange.Selector {
	return exchange.Selector{Local: exchange.Proxy{Prefix: netip.PrefixFrom(numbered(behindNet, s.n*p.flows+i), 32)}, Remote: exchange.Proxy{Prefix: p.lan}}
}

// numbered is the address n of a network of 16 bits.
func numbered(net netip.Prefix, n int) netip.Addr {
	base := net.Addr().As4()
	return netip.AddrFrom4([4]byte{base[0], base[1], byte(n >> 8), byte(n)})
}

// end ends a spoke's tunnel and tells the hub. Minutes later nothing is left of it, and the
// spoke may begin anew: no router's engine begins its life with each negotiation.
func (p *spokes) end(s *spoke) {
	s.handle(ike.ClearSA{})
	s.handle(ike.ClearISAKMP{})
	s.ahead += 5 * time.Minute
	s.handle(ike.Tick{})
	p.depart()
	p.forget(s)
	p.idle = append(p.idle, s)
}

// forget leaves a spoke's tunnel to the hub.
func (p *spokes) forget(s *spoke) { delete(p.active, s.local) }

// do hands a spoke an input and does the slow work that follows at once. With pre-shared
// keys that is Diffie-Hellman and nothing else.
func (p *spokes) do(s *spoke, in ike.Input) {
	p.watch.lap()
	jobs := s.handle(in)
	for len(jobs) > 0 {
		p.rest += p.watch.lap()
		result := jobs[0].Run()
		p.arithmetic += p.watch.lap()
		jobs = append(jobs[1:], s.handle(result)...)
	}
	p.rest += p.watch.lap()
	p.depart()
}

// negotiate brings tunnels up, so many at once, until more says no; it returns how many
// came up. Each spoke has an address of its own, and done is told of it.
func (p *spokes) negotiate(ctx context.Context, atOnce int, more func(begun int) bool, done func(*spoke)) (up int, err error) {
	runtime.LockOSThread() // for the watch
	defer runtime.UnlockOSThread()
	p.watch = newStopwatch()
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
			before := s.up
			p.do(s, ike.Datagram{Local: a.local, Remote: a.remote, Data: a.data})
			if s.up == before {
				continue
			}
			last = time.Now()
			if p.ask(s); s.up == p.flows {
				up++
				done(s)
			}
		case now := <-tick.C:
			for _, s := range p.active {
				if at, ok := s.core.Deadline(); ok && !at.After(now.Add(s.ahead)) {
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
func (s *spoke) Enable(uint32)                          { s.up++ }
func (s *spoke) Remove(uint32)                          {}
func (s *spoke) Move(uint32, netip.AddrPort)            {}
func (s *spoke) Traffic(uint32) (none exchange.Traffic) { return none }
func (s *spoke) Shelter(exchange.Flow) error            { return nil }
func (s *spoke) Release(exchange.Flow)                  {}
func (s *spoke) Emit(debug.Event)                       {}
func (s *spoke) On(debug.Flag) bool                     { return false }
func (s *spoke) Watches(netip.Addr) bool                { return true }
