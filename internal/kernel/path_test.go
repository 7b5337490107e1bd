package kernel

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"conft/internal/acl"
	"conft/internal/nstest"
	"conft/internal/packet"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// The namespaces of these tests; r1 is the process's own.
//
//	hostA 10.1.1.2 -- lan0 10.1.1.1 [r1] wan0 12.12.12.1 -- wan0 12.12.12.3 [r3] lan0 20.1.1.1 -- hostB 20.1.1.2
type lab struct {
	hostA, r1, r3, hostB netns
	k1, k3               *Kernel
	e1, e3               *engine
	d1, d3               Desired
}

const lost = 200 * time.Millisecond // a packet in these namespaces takes far less

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{hostA: newNetns(t), r3: newNetns(t), hostB: newNetns(t)}
	cable(t, l.r1, "lan0", "", l.hostA, "eth0", "10.1.1.2/24")
	cable(t, l.r1, "wan0", "", l.r3, "wan0", "")
	cable(t, l.r3, "lan0", "", l.hostB, "eth0", "20.1.1.2/24")
	defaultRoute(t, l.hostA, "10.1.1.1")
	defaultRoute(t, l.hostB, "20.1.1.1")
	l.d1 = router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.3", acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})
	l.k1 = l.start(t, l.r1, l.d1)
	l.e1 = startEngine(t, l.k1, "crypto1", "12.12.12.1", "12.12.12.3")
	l.d3 = router("12.12.12.3", "20.1.1.1", "10.1.1.0/24", "12.12.12.1",
		acl.Entry{Src: network("20.1.1.0/24"), Dst: network("10.1.1.0/24")},
		acl.Entry{Src: network("20.1.1.0/24"), Dst: network("12.12.12.1/32")})
	l.k3 = l.start(t, l.r3, l.d3)
	l.r3.do(t, func() { l.e3 = startEngine(t, l.k3, "crypto1", "12.12.12.3", "12.12.12.1") })
	t.Cleanup(func() { l.e1.stop(); l.e3.stop() })
	return l
}

func (l *lab) start(t *testing.T, n netns, d Desired) (k *Kernel) {
	t.Helper()
	n.do(t, func() {
		var err error
		k, err = Open()
		must(t, err)
		must(t, k.Apply(d))
	})
	return k
}

// router is the desired state of r1 or r3.
func router(wan, lan, remote, peer string, rules ...acl.Entry) Desired {
	return Desired{
		Links: []Link{
			{Name: "wan0", Alias: "GigabitEthernet0/0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix(wan + "/24")}},
			{Name: "lan0", Alias: "GigabitEthernet0/1", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix(lan + "/24")}},
		},
		Routes: []Route{{Prefix: netip.MustParsePrefix(remote), Via: netip.MustParseAddr(peer)}},
		Crypto: []CryptoLink{{Link: "wan0", TUN: "crypto1", Selectors: []Selector{{Name: "CMAP 10", Rules: rules}}}},
	}
}

// network turns a prefix into base and wildcard.
func network(s string) acl.Addr {
	p := netip.MustParsePrefix(s)
	b := p.Masked().Addr().As4()
	return acl.Addr{
		Base:     uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]),
		Wildcard: uint32(uint64(1)<<(32-p.Bits()) - 1),
	}
}

func TestForwardedAndLocalPacketsAreProtected(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	w := tap(t, l.r3, "wan0")
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("host A to host B: %v", r)
	}
	if r := ping(t, l.r1, "10.1.1.1", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("r1's LAN address to host B: %v", r)
	}
	if r := ping(t, l.hostA, "", "20.1.1.2", 4000, time.Second); r != PingReply {
		t.Errorf("fragments from host A to host B: %v", r)
	}
	if r := ping(t, l.r1, "10.1.1.1", "20.1.1.2", 4000, time.Second); r != PingReply {
		t.Errorf("fragments from r1 to host B: %v", r)
	}
	const want = 2*1 + 2*5 // of three fragments, the two full ones do not fit in ESP
	seen := w.arrived(t, want)
	if n := clearPackets(seen); n != 0 || len(seen) != want {
		t.Errorf("%d of %d packets in clear", n, len(seen))
	}
	c, err := l.k1.Counters()
	if err != nil || c["wan0"].Matched[0][0] != 1+1+3+1 {
		t.Errorf("counters %+v, %v; want 6 matches: of what arrives each fragment counts, of the router's own each datagram", c, err)
	}
	// What the list does not permit goes in clear.
	if r := ping(t, l.r1, "12.12.12.1", "12.12.12.3", 100, time.Second); r != PingReply {
		t.Errorf("r1 to r3: %v", r)
	}
	if n := clearPackets(w.arrived(t, 1)); n != 1 {
		t.Errorf("%d packets in clear, want 1", n)
	}
}

// IOS translates before it encrypts: the list must name the translated address.
func TestACLSeesAddressesAfterSourceNAT(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	sourceNAT(t, "wan0", "10.1.1.2", "12.12.12.1")
	l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{{Src: network("12.12.12.1/32"), Dst: network("20.1.1.0/24")}}
	must(t, l.k1.Apply(l.d1))
	w := tap(t, l.r3, "wan0")
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("translated ping: %v", r)
	}
	seen := w.arrived(t, 1)
	if n := clearPackets(seen); n != 0 || len(seen) != 1 {
		t.Errorf("%d of %d packets in clear", n, len(seen))
	}
	// With a list of the untranslated addresses nothing matches.
	l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")}}
	must(t, l.k1.Apply(l.d1))
	ping(t, l.hostA, "", "20.1.1.2", 100, lost)
	if n := clearPackets(w.arrived(t, 1)); n != 1 {
		t.Errorf("%d packets in clear, want the one that the list does not match", n)
	}
}

// Only the first fragment has the ports; the packet is put together before the list sees it.
func TestPortConditionMatchesAllFragments(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{someUDP}
	must(t, l.k1.Apply(l.d1))
	protectsByPort(t, l)
}

var someUDP = acl.Entry{Protocol: 17, Src: acl.Any, Dst: acl.Any, DstPort: acl.Ports{Op: acl.PortRange, Low: 7000, High: 7009}}

// protectsByPort checks that what R1 sends in fragments, its own and host A's, is protected
// where someUDP matches it and nowhere else.
func protectsByPort(t *testing.T, l *lab) {
	t.Helper()
	w := tap(t, l.r3, "wan0")
	sendUDP(t, l.hostA, "20.1.1.2:7007", 4000)
	sendUDP(t, l.r1, "20.1.1.2:7000", 4000)
	seen := w.arrived(t, 2*5)
	if n := clearPackets(seen); n != 0 || len(seen) != 2*5 {
		t.Errorf("%d of %d packets in clear", n, len(seen))
	}
	sendUDP(t, l.hostA, "20.1.1.2:7010", 4000)
	if n := clearPackets(w.arrived(t, 3)); n != 3 {
		t.Errorf("%d packets in clear, want the 3 fragments to the other port", n)
	}
}

// Several ports of an entry are a set in the kernel, also after the rules are replaced.
func TestSeveralPortsInTheKernel(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	for name, c := range map[string]struct {
		op        acl.PortOp
		protected []int
		clear     []int
	}{
		"eq":  {acl.PortEq, []int{7000, 7005, 7009}, []int{7001}},
		"neq": {acl.PortNeq, []int{7001}, []int{7000, 7005, 7009}},
	} {
		l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{{Protocol: 17, Src: acl.Any, Dst: acl.Any,
			DstPort: acl.Ports{Op: c.op, Low: 7000, More: 2, Also: [9]uint16{7009, 7005}}}}
		must(t, l.k1.Apply(l.d1))
		w := tap(t, l.r3, "wan0")
		for _, port := range c.protected {
			sendUDP(t, l.hostA, fmt.Sprintf("20.1.1.2:%d", port), 100)
		}
		if n := clearPackets(w.arrived(t, len(c.protected))); n != 0 {
			t.Errorf("%s: %d packets in clear", name, n)
		}
		for _, port := range c.clear {
			sendUDP(t, l.hostA, fmt.Sprintf("20.1.1.2:%d", port), 100)
		}
		if n := clearPackets(w.arrived(t, len(c.clear))); n != len(c.clear) {
			t.Errorf("%s: %d packets in clear, want %d", name, n, len(c.clear))
		}
	}
}

// A deny hands the packet to the next entry of the crypto map, and a change of
// the rules keeps the counters of those that stay.
func TestDenyGoesOnWithNextSelector(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	deny := acl.Entry{Action: acl.Deny, Src: network("10.1.1.2/32"), Dst: acl.Any}
	all := acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")}
	l.d1.Crypto[0].Selectors = []Selector{
		{Name: "CMAP 10", Rules: []acl.Entry{{Remark: "not for host A"}, deny, all}},
		{Name: "CMAP 20", Rules: []acl.Entry{all}},
	}
	must(t, l.k1.Apply(l.d1))
	w := tap(t, l.r3, "wan0")
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("by the second selector: %v", r)
	}
	l.d1.Crypto[0].Selectors = l.d1.Crypto[0].Selectors[:1]
	must(t, l.k1.Apply(l.d1))
	ping(t, l.hostA, "", "20.1.1.2", 100, lost)
	if seen := w.arrived(t, 2); len(seen) != 2 || clearPackets(seen) != 1 {
		t.Errorf("%d packets, %d in clear; want one of each", len(seen), clearPackets(seen))
	}
	c, err := l.k1.Counters()
	if err != nil || len(c["wan0"].Matched) != 1 || c["wan0"].Matched[0][1] != 2 || c["wan0"].Matched[0][2] != 0 {
		t.Errorf("counters %+v, %v; want 2 matches of the deny", c, err)
	}
}

func TestPacketsInClearAreDropped(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	d3 := router("12.12.12.3", "20.1.1.1", "10.1.1.0/24", "12.12.12.1")
	l.r3.do(t, func() { must(t, l.k3.Apply(d3)) })
	w := tap(t, l.hostA, "eth0")
	ping(t, l.hostB, "", "10.1.1.2", 100, lost)
	if n := len(w.arrived(t, 0)); n != 0 {
		t.Errorf("%d packets in clear came through", n)
	}
	c, err := l.k1.Counters()
	if err != nil || len(c["wan0"].Refused) != 1 || c["wan0"].Refused[0][0] != 1 {
		t.Errorf("counters %+v, %v; want 1 refused", c, err)
	}
	// Everything is to be encrypted, but for what carries it.
	l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{{Src: acl.Any, Dst: acl.Any}}
	must(t, l.k1.Apply(l.d1))
	ike, err := l.k1.ListenUDP(500)
	must(t, err)
	defer ike.Close()
	for _, size := range []int{100, 3000} { // in fragments, too
		sendUDP(t, l.r3, "12.12.12.1:500", size)
		if got := receive(t, ike); got.N != size || got.Remote.Addr().String() != "12.12.12.3" || got.Local.String() != "12.12.12.1:500" {
			t.Errorf("on UDP 500: %+v", got)
		}
	}
}

// By a source route a packet has another destination before the access lists and the entries
// of a crypto map than behind them. A machine that follows such routes does so no more.
func TestSourceRoutesAreNotFollowed(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	followSourceRoutes(t, "default")
	l := newLab(t)
	d3 := router("12.12.12.3", "20.1.1.1", "10.1.1.0/24", "12.12.12.1")
	l.r3.do(t, func() { must(t, l.k3.Apply(d3)) })
	w := tap(t, l.hostA, "eth0")
	l.r3.do(t, func() {
		_, err := l.k3.Ping(context.Background(), PingOptions{Src: netip.MustParseAddr("20.1.1.1"), Dst: netip.MustParseAddr("10.1.1.2"),
			Size: 100, Timeout: lost, Options: via(packet.OptionLoose, "12.12.12.1")})
		must(t, err)
	})
	if n := len(w.arrived(t, 0)); n != 0 {
		t.Errorf("%d packets came through by a source route", n)
	}
}

// What is for the engine is not translated by others' rules, though no entry of a crypto map
// names it.
func TestOthersTranslateNothingOfTheEngine(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{{Src: network("10.9.1.0/24"), Dst: network("20.9.1.0/24")}}
	must(t, l.k1.Apply(l.d1))
	destinationNAT(t, "wan0", "10.1.1.2")
	must(t, l.k1.Apply(l.d1))
	ike, err := l.k1.ListenUDP(500)
	must(t, err)
	defer ike.Close()
	sendUDP(t, l.r3, "12.12.12.1:500", 100)
	if got := receive(t, ike); got.N != 100 {
		t.Errorf("on UDP 500: %+v", got)
	}
}

// "with the TUN gone or down 0 packets leaked"
func TestNothingLeaksWithoutTUN(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	w := tap(t, l.r3, "wan0")
	leak := func(when string) {
		t.Helper()
		ping(t, l.hostA, "", "20.1.1.2", 100, lost)
		ping(t, l.hostA, "", "20.1.1.2", 4000, lost)
		ping(t, l.r1, "10.1.1.1", "20.1.1.2", 100, lost)
		if n := clearPackets(w.arrived(t, 0)); n != 0 {
			t.Errorf("%s: %d packets in clear", when, n)
		}
	}
	must(t, (linkSet{"crypto1", false}).do(l.k1))
	leak("TUN down")
	must(t, l.k1.Apply(l.d1))
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("after the TUN came up again: %v", r)
	}
	l.e1.stop()
	w.arrived(t, 0)
	leak("TUN gone")
	must(t, l.k1.Apply(l.d1))
	l.e1 = startEngine(t, l.k1, "crypto1", "12.12.12.1", "12.12.12.3")
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("after the TUN was made again: %v", r)
	}
	w.arrived(t, 0)

	// Somebody renames the outside link while it is up, where the kernel lets them.
	wan, err := netlink.LinkByName("wan0")
	must(t, err)
	if err := netlink.LinkSetName(wan, "other0"); !errors.Is(err, unix.EBUSY) {
		must(t, err)
		if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
			t.Errorf("by a link that was renamed: %v", r)
		}
		if n := clearPackets(w.arrived(t, 1)); n != 0 {
			t.Errorf("by a link that was renamed: %d packets in clear", n)
		}
		must(t, netlink.LinkSetName(wan, "wan0"))
	}

	// The outside link goes and comes back without its filter.
	must(t, (linkDel{[]string{"wan0"}}).do(l.k1))
	cable(t, l.r1, "wan0", "12.12.12.1/24", l.r3, "wan0", "12.12.12.3/24")
	must(t, planned(t, l.k1, l.d1))
	w = tap(t, l.r3, "wan0")
	leak("other device of the same name")
	if c, err := l.k1.Counters(); err != nil || c["wan0"].Blocked == 0 {
		t.Errorf("counters %+v, %v; want packets blocked", c, err)
	}
	must(t, l.k1.Apply(l.d1))
	l.r3.do(t, func() { must(t, l.k3.Apply(l.d3)) })
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("with the new device: %v", r)
	}
}

// planned puts only the routes of d back.
func planned(t *testing.T, k *Kernel, d Desired) error {
	t.Helper()
	s, err := k.read()
	must(t, err)
	return k.perform(planRoutes(s, &d))
}

// Large segments enter the TUN as they are, and what comes out of it is joined
// again; the octets are the same.
func TestTCPCrossesWhole(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	sent := make([]byte, 8<<20)
	rand.Read(sent)
	var listener net.Listener
	l.hostB.do(t, func() {
		var err error
		listener, err = net.Listen("tcp4", "20.1.1.2:5001")
		must(t, err)
	})
	defer listener.Close()
	go l.hostA.do(t, func() {
		c, err := net.Dial("tcp4", "20.1.1.2:5001")
		must(t, err)
		defer c.Close()
		_, err = c.Write(sent)
		must(t, err)
	})
	c, err := listener.Accept()
	must(t, err)
	must(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d octets, or others: %v", len(got), len(sent), err)
	}
}

// A thousand entries are one transaction.
func TestLongAccessList(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	var rules []acl.Entry
	for i := range 1000 {
		rules = append(rules, acl.Entry{Protocol: 6, Src: network("10.1.1.0/24"), Dst: acl.Addr{Base: 0x1e000000 + uint32(i)}, DstPort: acl.Ports{Op: acl.PortEq, Low: 80}})
	}
	l.d1.Crypto[0].Selectors[0].Rules = append(rules, l.d1.Crypto[0].Selectors[0].Rules...)
	must(t, l.k1.Apply(l.d1))
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("by the last entry: %v", r)
	}
	c, err := l.k1.Counters()
	if err != nil || c["wan0"].Matched[0][1000] != 1 {
		t.Errorf("the last entry did not count: %v", err)
	}
}
