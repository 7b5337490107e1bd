package kernel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"testing"

	"conft/internal/acl"
	"conft/internal/nstest"
	"conft/internal/packet"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// burst sends 45 numbered ESP packets of that size and says whether they went straight.
func burst(t *testing.T, a *Conn, size int) (n int, straight bool, err error) {
	t.Helper()
	d := make([]packet.Datagram, 45)
	for i := range d {
		d[i] = packet.Datagram{Buf: bytes.Repeat([]byte{byte(i)}, size), Local: addrPort("192.0.2.1:0"), Remote: addrPort("192.0.2.2:0")}
	}
	before := a.straight.ring.next
	n, err = a.Send(d)
	return n, a.straight.ring.next != before, err
}

// arrive takes a burst and wants it whole and in order.
func arrive(t *testing.T, b *Conn, size int) {
	t.Helper()
	for i, d := range collect(t, b, 45, 2000) {
		if !bytes.Equal(d.Buf[:d.N], bytes.Repeat([]byte{byte(i)}, size)) {
			t.Fatalf("packet %d: %d octets of %d", i, d.N, d.Buf[0])
		}
		if d.Local != addrPort("192.0.2.2:0") || d.Remote != addrPort("192.0.2.1:0") {
			t.Fatalf("packet %d from %s to %s", i, d.Remote, d.Local)
		}
	}
}

// straightEnds are ends between which bursts go straight.
func straightEnds(t *testing.T) (a, b *Conn, peer netns) {
	t.Helper()
	a, b, peer = ends(t, (&Kernel{}).ListenESP)
	if a.straight == nil {
		t.Skip("this kernel has no packet ring for sending")
	}
	goesStraight(t, a, b)
	return a, b, peer
}

// goesStraight sends until the kernel knows the neighbour.
func goesStraight(t *testing.T, a, b *Conn) {
	t.Helper()
	for range 20 {
		n, straight, err := burst(t, a, 1400)
		if must(t, err); n != 45 {
			t.Fatalf("sent %d of 45", n)
		}
		if arrive(t, b, 1400); straight {
			return
		}
	}
	t.Fatal("no burst went straight")
}

func wanLink(t *testing.T, name string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(name)
	must(t, err)
	return l
}

// What goes straight has whole IP headers, each with an identification of its own.
func TestStraightPacketsHaveProperHeaders(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, peer := straightEnds(t)
	w := tap(t, peer, "eth0")
	if _, straight, _ := burst(t, a, 1400); !straight {
		t.Fatal("the burst did not go straight")
	}
	arrive(t, b, 1400)
	seen := map[uint16]bool{}
	for _, p := range w.arrived(t, 45) {
		if length := binary.BigEndian.Uint16(p[2:]); p[0] != 0x45 || int(length) != len(p) || len(p) != 1420 || p[8] != 64 || p[9] != unix.IPPROTO_ESP {
			t.Errorf("header % x of %d octets", p[:20], len(p))
		}
		if packet.Checksum(p[:20]) != 0 {
			t.Errorf("header % x: wrong checksum", p[:20])
		}
		seen[binary.BigEndian.Uint16(p[4:])] = true
	}
	if len(seen) != 45 {
		t.Errorf("45 packets have %d identifications", len(seen))
	}
	if n := testing.AllocsPerRun(20, func() {
		burst := make45(t)
		a.Send(burst)
	}) - testing.AllocsPerRun(20, func() { make45(t) }); n > 0 {
		t.Errorf("%v allocations for 45 packets that go straight", n)
	}
}

func make45(*testing.T) []packet.Datagram {
	d := make([]packet.Datagram, 45)
	buf := make([]byte, 1000)
	for i := range d {
		d[i] = packet.Datagram{Buf: buf, Local: addrPort("192.0.2.1:0"), Remote: addrPort("192.0.2.2:0")}
	}
	return d
}

// The first burst after a change in the kernel's tables goes where they say now.
func TestStraightPacketsFollowTheKernelsTables(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, peer := straightEnds(t)
	next := func(what string, size int) {
		t.Helper()
		n, _, err := burst(t, a, size)
		if n != 45 || err != nil {
			t.Fatalf("%s: sent %d of 45: %v", what, n, err)
		}
		arrive(t, b, size)
	}

	mac := net.HardwareAddr{2, 0, 0, 0, 0, 9}
	peer.do(t, func() { must(t, netlink.LinkSetHardwareAddr(wanLink(t, "eth0"), mac)) })
	must(t, netlink.NeighSet(&netlink.Neigh{LinkIndex: wanLink(t, "wan0").Attrs().Index, Family: unix.AF_INET,
		IP: net.IPv4(192, 0, 2, 2), HardwareAddr: mac, State: netlink.NUD_REACHABLE}))
	next("neighbour at another address", 1400)
	goesStraight(t, a, b)

	must(t, netlink.LinkSetMTU(wanLink(t, "wan0"), 1000))
	next("smaller MTU", 1400)
	must(t, netlink.LinkSetMTU(wanLink(t, "wan0"), 1500))
	next("MTU as before", 1400)
	goesStraight(t, a, b)

	cable(t, netns{}, "wan1", "198.51.100.1/24", peer, "eth1", "198.51.100.2/24")
	goesStraight(t, a, b)
	w := tap(t, peer, "eth1")
	detour := &netlink.Route{Dst: &net.IPNet{IP: net.IPv4(192, 0, 2, 2), Mask: net.CIDRMask(32, 32)}, Gw: net.IPv4(198, 51, 100, 2)}
	must(t, netlink.RouteAdd(detour))
	next("route by another link", 1400)
	esp := 0
	for _, p := range w.arrived(t, 45) {
		if p[9] == unix.IPPROTO_ESP {
			esp++
		}
	}
	if esp != 45 {
		t.Errorf("after the change of the route %d of 45 packets took it", esp)
	}
	must(t, netlink.RouteDel(detour))
	next("route as before", 1400)
	goesStraight(t, a, b)

	must(t, netlink.LinkSetDown(wanLink(t, "wan0")))
	if n, _, err := burst(t, a, 1400); n != 0 || err == nil {
		t.Errorf("with the link down %d packets were sent, %v", n, err)
	}
	must(t, netlink.LinkSetUp(wanLink(t, "wan0")))
	next("link up again", 1400)
	goesStraight(t, a, b)
}

// A rule that somebody adds for what leaves is obeyed from the next packet on.
func TestStraightPacketsObeyNewRules(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, peer := straightEnds(t)
	w := tap(t, peer, "eth0")
	c := &nftables.Conn{}
	table := c.AddTable(&nftables.Table{Name: "firewall", Family: nftables.TableFamilyINet})
	out := c.AddChain(&nftables.Chain{Name: "out", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityFilter})
	must(t, c.Flush())
	goesStraight(t, a, b) // an empty chain looks at nothing
	w.arrived(t, 45)
	c.AddRule(&nftables.Rule{Table: table, Chain: out, Exprs: join(protocol(50), verdict(expr.VerdictDrop)).exprs})
	must(t, c.Flush())
	if n, _, err := burst(t, a, 1400); n != 0 || !errors.Is(err, unix.EPERM) {
		t.Errorf("behind a rule that drops ESP %d packets were sent, %v", n, err)
	}
	if all := w.arrived(t, 0); len(all) != 0 {
		t.Errorf("%d packets passed a rule that drops them", len(all))
	}
	c.DelTable(table)
	must(t, c.Flush())
	goesStraight(t, a, b)
}

// Of our own rules only those that look at ESP keep it from going straight.
func TestStraightPacketsMeetOwnLists(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, _ := straightEnds(t)
	list := &acl.List{Entries: []acl.Entry{{Src: acl.Any, Dst: acl.Any}}}
	d := Desired{NAT: translating().NAT, Crypto: router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.3", acl.Entry{Src: network("10.1.1.0/24"), Dst: acl.Any}).Crypto}
	d.Crypto[0].Selectors[0].In, d.Crypto[0].Selectors[0].Out = list, list
	d.Filters = []Filter{{Link: "wan0", In: list, Quiet: true}}
	must(t, rules(&d, nil, manner{}).commit(nil))
	goesStraight(t, a, b)
	d.Filters[0].Out = list
	must(t, rules(&d, nil, manner{}).commit(nil))
	if n, straight, err := burst(t, a, 1400); n != 45 || straight || err != nil {
		t.Errorf("with a list for what leaves %d of 45 packets were sent, straight %v, %v", n, straight, err)
	}
	arrive(t, b, 1400)
}

// Where the list of the link lets all ESP of the tunnel by, it goes straight and is counted as
// ever; any other list keeps it on the usual way, from the next packet on.
func TestStraightPacketsAreCountedByTheList(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.Close() })
	a, b, _ := ends(t, k.ListenESP)
	if a.straight == nil {
		t.Skip("this kernel has no packet ring for sending")
	}
	other := acl.Entry{Action: acl.Deny, Protocol: 50, Src: acl.Any, Dst: network("198.51.100.0/24")}
	tcp := acl.Entry{Protocol: 6, Src: acl.Any, Dst: acl.Any}
	esp := acl.Entry{Protocol: 50, Src: network("192.0.2.1/32"), Dst: acl.Any}
	all := acl.Entry{Src: acl.Any, Dst: acl.Any}
	marked, logged, refused := esp, esp, esp
	marked.Service = acl.Service{DSCP: 8 + 1}
	logged.Log = true
	refused.Action = acl.Deny
	var list *acl.List
	apply := func(entries ...acl.Entry) {
		t.Helper()
		list = &acl.List{Name: "OUT", Entries: entries}
		must(t, k.Apply(Desired{Links: []Link{{Name: "wan0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("192.0.2.11/24")}}},
			Filters: []Filter{{Link: "wan0", Out: list}}}))
	}
	counted := func() uint64 {
		t.Helper()
		m, err := k.ListMatches()
		must(t, err)
		n := uint64(0)
		for i := range list.Entries {
			if list.Entries[i] == esp {
				n += m[0].Packets[i]
			}
		}
		return n
	}
	apply(other, tcp, esp)
	sent := uint64(0)
	for straight := false; !straight; sent += 45 {
		if sent > 900 {
			t.Fatal("no burst went straight")
		}
		var n int
		n, straight, err = burst(t, a, 1400)
		if must(t, err); n != 45 {
			t.Fatalf("sent %d of 45", n)
		}
		arrive(t, b, 1400)
	}
	if n := counted(); n != sent {
		t.Errorf("counted %d of %d packets", n, sent)
	}
	apply(tcp, esp, all) // the entry stays, with what it has counted
	if n := counted(); n != sent {
		t.Errorf("counted %d of %d packets after a change", n, sent)
	}
	apply(acl.Entry{Remark: "no rule"}, tcp, esp, all)
	if n := counted(); n != sent {
		t.Errorf("counted %d of %d packets after a change that changes no rule", n, sent)
	}
	for _, c := range []struct {
		name    string
		entries []acl.Entry
	}{{"what else they ask for", []acl.Entry{marked, all}}, {"a log", []acl.Entry{logged, all}}} {
		apply(c.entries...)
		n, straight, err := burst(t, a, 1400)
		if must(t, err); n != 45 || straight {
			t.Errorf("with entries for %s %d of 45 were sent, straight %v", c.name, n, straight)
		}
		arrive(t, b, 1400)
	}
	for _, c := range [][]acl.Entry{{refused, all}, {tcp}} {
		apply(c...)
		if n, straight, err := burst(t, a, 1400); n != 0 || straight || !errors.Is(err, unix.EPERM) {
			t.Errorf("against %v %d of 45 were sent, straight %v, %v", c, n, straight, err)
		}
	}
	apply(all)
	goesStraight(t, a, b)
}
