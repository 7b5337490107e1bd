package kernel

import (
	"context"
	"maps"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"conft/internal/packet"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// netns is a further network namespace. The zero value is the process's own.
type netns struct{ fd int }

func newNetns(t *testing.T) netns {
	t.Helper()
	var n netns
	onThread(t, 0, func() {
		must(t, unix.Unshare(unix.CLONE_NEWNET))
		var err error
		n.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		must(t, err)
	})
	n.do(t, func() {
		lo, err := netlink.LinkByName("lo")
		must(t, err)
		must(t, netlink.LinkSetUp(lo))
	})
	return n
}

// do runs f with its thread in the namespace.
func (n netns) do(t *testing.T, f func()) {
	t.Helper()
	onThread(t, n.fd, f)
}

// onThread runs f on a thread of its own that ends with it, so that the
// namespace f leaves it in does no harm.
func onThread(t *testing.T, fd int, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked: the thread is thrown away
		if fd != 0 {
			if err := unix.Setns(fd, unix.CLONE_NEWNET); err != nil {
				t.Error(err)
				return
			}
		}
		f()
	}()
	<-done
	if t.Failed() {
		t.FailNow()
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// cable joins two namespaces and gives both ends an address.
func cable(t *testing.T, a netns, aName, aAddr string, b netns, bName, bAddr string) {
	t.Helper()
	a.do(t, func() {
		v := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: aName}, PeerName: bName}
		if b.fd != 0 {
			v.PeerNamespace = netlink.NsFd(b.fd)
		}
		must(t, netlink.LinkAdd(v))
		configure(t, aName, aAddr)
	})
	b.do(t, func() { configure(t, bName, bAddr) })
}

func configure(t *testing.T, name, addr string) {
	t.Helper()
	l, err := netlink.LinkByName(name)
	must(t, err)
	if addr != "" {
		a, err := netlink.ParseAddr(addr)
		must(t, err)
		must(t, netlink.AddrAdd(l, a))
	}
	must(t, netlink.LinkSetUp(l))
}

func defaultRoute(t *testing.T, n netns, via string) {
	t.Helper()
	n.do(t, func() {
		must(t, netlink.RouteAdd(&netlink.Route{Gw: net.ParseIP(via)}))
	})
}

// engine is the least thing that can stand in for the data plane: it turns the
// octets of the packets around and sends them as protocol 50.
type engine struct {
	tun  TUN
	conn *Conn
	wg   sync.WaitGroup
}

func startEngine(t *testing.T, k *Kernel, tun, local, remote string) *engine {
	t.Helper()
	e := &engine{tun: k.TUN(tun)}
	var err error
	e.conn, err = k.ListenESP()
	must(t, err)
	from := netip.AddrPortFrom(netip.MustParseAddr(local), 0)
	to := netip.AddrPortFrom(netip.MustParseAddr(remote), 0)
	e.wg.Go(func() { e.seal(from, to) })
	e.wg.Go(e.open)
	return e
}

func (e *engine) stop() {
	e.tun.Close()
	e.conn.Close()
	e.wg.Wait()
}

func (e *engine) seal(from, to netip.AddrPort) {
	const room = 64
	bufs, sizes := buffers(e.tun.BatchSize()), make([]int, e.tun.BatchSize())
	for {
		n, err := e.tun.Read(bufs, sizes, room)
		if err != nil {
			return
		}
		d := make([]packet.Datagram, n)
		for i := range d {
			p := bufs[i][room-8 : room+sizes[i]]
			copy(p, "\x00\x00\x10\x01\x00\x00\x00\x01")
			flip(p[8:])
			d[i] = packet.Datagram{Buf: p, Local: from, Remote: to}
		}
		e.conn.Send(d)
	}
}

func (e *engine) open() {
	d := make([]packet.Datagram, e.conn.BatchSize())
	for i, b := range buffers(len(d)) {
		d[i].Buf = b
	}
	for {
		n, err := e.conn.Receive(d)
		if err != nil {
			return
		}
		var out [][]byte
		for _, p := range d[:n] {
			flip(p.Buf[8:p.N])
			b := make([]byte, 64+p.N-8, 1<<16)
			copy(b[64:], p.Buf[8:p.N])
			out = append(out, b)
		}
		e.tun.Write(out, 64)
	}
}

func flip(b []byte) {
	for i := range b {
		b[i] ^= 0x5a
	}
}

func buffers(n int) [][]byte {
	bufs := make([][]byte, n)
	for i := range bufs {
		bufs[i] = make([]byte, 1<<16)
	}
	return bufs
}

// ping sends one echo request of size octets out of the namespace.
func ping(t *testing.T, n netns, src, dst string, size int, timeout time.Duration) (r PingResult) {
	t.Helper()
	o := PingOptions{Dst: netip.MustParseAddr(dst), Size: size, Timeout: timeout}
	if src != "" {
		o.Src = netip.MustParseAddr(src)
	}
	n.do(t, func() {
		out, err := (&Kernel{}).Ping(context.Background(), o)
		r = out.Result
		must(t, err)
	})
	return r
}

// wire captures what arrives on a link.
type wire struct {
	fd int
}

func tap(t *testing.T, n netns, link string) *wire {
	t.Helper()
	w := &wire{}
	n.do(t, func() {
		l, err := netlink.LinkByName(link)
		must(t, err)
		w.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, int(swap(unix.ETH_P_IP)))
		must(t, err)
		must(t, unix.Bind(w.fd, &unix.SockaddrLinklayer{Protocol: swap(unix.ETH_P_IP), Ifindex: l.Attrs().Index}))
	})
	t.Cleanup(func() { unix.Close(w.fd) })
	return w
}

// arrived returns the packets that came in since the last call: at least as
// many as wanted, if they come at all.
func (w *wire) arrived(t *testing.T, want int) (all [][]byte) {
	t.Helper()
	must(t, unix.SetsockoptTimeval(w.fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 5}))
	for {
		flags := unix.MSG_DONTWAIT
		if len(all) < want {
			flags = 0
		}
		buf := make([]byte, 1<<16)
		n, from, err := unix.Recvfrom(w.fd, buf, flags)
		if err == unix.EAGAIN {
			return all
		}
		must(t, err)
		if from.(*unix.SockaddrLinklayer).Pkttype != unix.PACKET_OUTGOING {
			all = append(all, buf[:n])
		}
	}
}

// clearPackets counts the packets that are neither ESP nor UDP 500 and 4500.
func clearPackets(all [][]byte) (n int) {
	for _, p := range all {
		if p[9] != unix.IPPROTO_ESP {
			n++
		}
	}
	return n
}

// sourceNAT gives what leaves by a link from an address another one.
func sourceNAT(t *testing.T, out, from, to string) {
	t.Helper()
	othersNAT(t, nftables.ChainHookPostrouting, nftables.ChainPriorityNATSource,
		join(linkName(expr.MetaKeyOIFNAME, out), addr("saddr", 12, network(from+"/32"))), expr.NATTypeSourceNAT, to)
}

// destinationNAT sends all that arrives by a link to a host behind the router.
func destinationNAT(t *testing.T, in, to string) {
	t.Helper()
	othersNAT(t, nftables.ChainHookPrerouting, nftables.ChainPriorityNATDest,
		linkName(expr.MetaKeyIIFNAME, in), expr.NATTypeDestNAT, to)
}

// othersNAT is a rule of somebody else.
func othersNAT(t *testing.T, hook *nftables.ChainHook, priority *nftables.ChainPriority, on rule, kind expr.NATType, to string) {
	t.Helper()
	c := &nftables.Conn{}
	tab := c.AddTable(&nftables.Table{Name: "nat", Family: nftables.TableFamilyIPv4})
	ch := c.AddChain(&nftables.Chain{Name: "nat", Table: tab, Type: nftables.ChainTypeNAT, Hooknum: hook, Priority: priority})
	ip := netip.MustParseAddr(to).As4()
	c.AddRule(&nftables.Rule{Table: tab, Chain: ch, Exprs: join(on, rule{"", []expr.Any{
		&expr.Immediate{Register: 1, Data: ip[:]},
		&expr.NAT{Type: kind, Family: unix.NFPROTO_IPV4, RegAddrMin: 1},
	}}).exprs})
	must(t, c.Flush())
}

func sendUDP(t *testing.T, n netns, to string, size int) {
	t.Helper()
	n.do(t, func() {
		c, err := net.Dial("udp4", to)
		must(t, err)
		defer c.Close()
		_, err = c.Write(make([]byte, size))
		must(t, err)
	})
}

// receive takes one datagram.
func receive(t *testing.T, c *Conn) packet.Datagram {
	t.Helper()
	d := []packet.Datagram{{Buf: make([]byte, 1<<16)}}
	defer time.AfterFunc(5*time.Second, func() { c.Close() }).Stop()
	_, err := c.Receive(d)
	must(t, err)
	return d[0]
}

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

func nobody() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
}
