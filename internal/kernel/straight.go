package kernel

import (
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"

	"conft/internal/packet"

	"github.com/google/nftables"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// straight sends runs of ESP packets through a ring, by what routing and ARP have said.
// It asks before each run whether anything has changed since, and leaves to the usual
// socket whatever is not plain: no neighbour known, longer than the MTU, a mark of
// quality of service, a rule of somebody's firewall. So the kernel's own tables decide
// where packets go at any time. It belongs to who holds Conn.txMu.
type straight struct {
	ring    *ring
	changes *changes
	route   *netlink.Handle
	rules   *nftables.Conn
	hops    map[tunnelEnds]*nextHop
	ruled   bool                        // rules look at what leaves
	asked   bool                        // ruled has been found out
	lists   *atomic.Pointer[outFilters] // of the kernel
	known   *outFilters                 // that the above and the hops are of
}

// tunnelEnds are the addresses of a tunnel.
type tunnelEnds struct{ local, remote netip.Addr }

// nextHop is where the packets of one tunnel go next. A zero link is for none that they could
// go to straight.
type nextHop struct {
	link  int
	via   netip.Addr // the neighbour
	ether [etherLen]byte
	mtu   int
	until time.Time
	list  *outFilter // of the link, nil for none
	entry int        // of list, that lets the packets by
}

const (
	// straightRun is the number of packets from which on a run is worth a frame each;
	// fewer go faster, and as fresh, the usual way.
	straightRun = 8
	// hopLife is how long a hop is used. Then some packets go the usual way, where the
	// kernel makes sure that the neighbour is still there.
	hopLife = time.Second
	maxHops = 1024
)

// newStraight returns nil where the kernel cannot do it.
func newStraight(lists *atomic.Pointer[outFilters]) *straight {
	s := &straight{hops: map[tunnelEnds]*nextHop{}, lists: lists}
	var err error
	if s.ring, err = newRing(); err != nil {
		return nil
	}
	if s.changes, err = newChanges(); err != nil {
		s.close()
		return nil
	}
	if s.route, err = netlink.NewHandle(unix.NETLINK_ROUTE); err != nil {
		s.close()
		return nil
	}
	if s.rules, err = nftables.New(nftables.AsLasting()); err != nil {
		s.close()
		return nil
	}
	return s
}

// close is for a straight that may be half made or nil.
func (s *straight) close() {
	if s == nil {
		return
	}
	s.ring.close()
	if s.changes != nil {
		s.changes.close()
	}
	if s.route != nil {
		s.route.Close()
	}
	if s.rules != nil {
		s.rules.CloseLasting()
	}
}

// send sends what it can of the first datagrams and returns how many those were.
func (s *straight) send(d []packet.Datagram) int {
	if s == nil || len(d) < straightRun {
		return 0
	}
	first := &d[0]
	if !plainService(first.TOS) {
		return 0
	}
	n := 1
	for n < len(d) && d[n].Remote == first.Remote && d[n].Local == first.Local && plainService(d[n].TOS) {
		n++
	}
	if n < straightRun {
		return 0
	}
	h := s.hop(tunnelEnds{first.Local.Addr(), first.Remote.Addr()})
	if h == nil {
		return 0
	}
	for i := range n {
		if length := ipHeaderLen + len(d[i].Buf); length > h.mtu || !s.ring.fits(length) {
			n = i
			break
		}
	}
	n = s.ring.send(h, d[:n])
	if h.list != nil {
		h.list.passed[h.entry].Add(uint64(n))
	}
	return n
}

// plainService reports whether the kernel gives packets of that TOS no priority.
func plainService(tos uint8) bool { return tos&0x1e == 0 }

// hop returns where packets between these ends go, or nil.
func (s *straight) hop(e tunnelEnds) *nextHop {
	s.changes.routes(s)
	s.changes.rules(s)
	if lists := s.lists.Load(); lists != s.known {
		s.known, s.asked = lists, false
		clear(s.hops)
	}
	if s.known != nil && s.known.changing {
		return nil
	}
	now := time.Now()
	h := s.hops[e]
	switch {
	case h == nil:
		if h = s.find(e); h == nil {
			h = &nextHop{}
		}
		if len(s.hops) >= maxHops {
			clear(s.hops)
		}
		h.until = now.Add(hopLife)
		s.hops[e] = h
	case now.After(h.until):
		delete(s.hops, e)
		return nil
	}
	if h.link == 0 || s.sifted() {
		return nil
	}
	return h
}

// find asks the kernel for the route and the neighbour.
func (s *straight) find(e tunnelEnds) *nextHop {
	if !e.local.Is4() || !e.remote.Is4() || s.ring.memory == nil && s.ring.open() != nil {
		return nil
	}
	routes, err := s.route.RouteGetWithOptions(e.remote.AsSlice(), &netlink.RouteGetOptions{SrcAddr: e.local.AsSlice(), Mark: markEngine})
	if err != nil || len(routes) != 1 {
		return nil
	}
	r := &routes[0]
	if r.Type != unix.RTN_UNICAST || r.Encap != nil || r.Via != nil {
		return nil
	}
	h := &nextHop{link: r.LinkIndex, via: e.remote}
	if r.Gw != nil {
		h.via, _ = netip.AddrFromSlice(r.Gw.To4())
	}
	link, err := s.route.LinkByIndex(r.LinkIndex)
	if err != nil {
		return nil
	}
	a := link.Attrs()
	if a.EncapType != "ether" || len(a.HardwareAddr) != 6 || a.Flags&net.FlagUp == 0 || a.RawFlags&unix.IFF_NOARP != 0 {
		return nil
	}
	if h.list = s.known.of(a.Name); h.list != nil {
		ok := false
		if h.entry, ok = h.list.passes(e); !ok {
			return nil
		}
	}
	h.mtu = a.MTU // that of the route may be what anybody has said by ICMP
	neighbours, err := s.route.NeighList(r.LinkIndex, unix.AF_INET)
	if err != nil {
		return nil
	}
	for i := range neighbours {
		b := &neighbours[i]
		if at, _ := netip.AddrFromSlice(b.IP.To4()); at == h.via && b.State&neighbourKnown != 0 && len(b.HardwareAddr) == 6 {
			copy(h.ether[0:], b.HardwareAddr)
			copy(h.ether[6:], a.HardwareAddr)
			h.ether[12], h.ether[13] = unix.ETH_P_IP>>8, unix.ETH_P_IP&0xff
			return h
		}
	}
	return nil
}

// neighbourKnown are the states in which the kernel sends to the address it has.
const neighbourKnown = netlink.NUD_REACHABLE | netlink.NUD_STALE | netlink.NUD_DELAY | netlink.NUD_PROBE | netlink.NUD_PERMANENT

// sifted reports whether rules other than the engine's own look at what leaves.
func (s *straight) sifted() bool {
	if !s.asked {
		s.ruled, s.asked = s.findRules(), true
	}
	return s.ruled
}

// sparing are the chains of ours that let the engine's packets by.
var sparing = []string{chainSend, chainLeave, chainSilence, chainTranslated, chainProtected}

func (s *straight) findRules() bool {
	if legacyTables() {
		return true
	}
	chains, err := s.rules.ListChains()
	if err != nil {
		return true
	}
	for _, c := range chains {
		if c.Hooknum == nil || c.Type == nftables.ChainTypeNAT { // what is not tracked is not translated
			continue
		}
		switch c.Table.Family {
		case nftables.TableFamilyIPv4, nftables.TableFamilyINet:
		default:
			continue
		}
		if *c.Hooknum != *nftables.ChainHookOutput && *c.Hooknum != *nftables.ChainHookPostrouting {
			continue
		}
		if c.Table.Name == tableName && (slices.Contains(sparing, c.Name) || c.Name == chainFilterOut && s.known != nil && len(s.known.byLink) > 0) {
			continue // of the lists each hop has its own entry
		}
		rules, err := s.rules.GetRules(c.Table, c)
		if err != nil || len(rules) > 0 || c.Policy != nil && *c.Policy == nftables.ChainPolicyDrop {
			return true
		}
	}
	return false
}
