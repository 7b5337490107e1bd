package kernel

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// linkGroup marks the links that conft makes as loopback interfaces ("conf"), leavingGroup
// those of them that are about to be deleted.
const (
	linkGroup    = 0x636f6e66
	leavingGroup = linkGroup + 1
)

// LinkState is one link as it is now.
type LinkState struct {
	Name    string
	Alias   string
	Index   int
	MAC     net.HardwareAddr
	Kind    string // "device", "veth", "vlan", …
	Up      bool   // administrative state
	Carrier bool
	Port    bool // of a bridge or bond
	MTU     int
	Addrs   []netip.Prefix
	RX, TX  Traffic
	Detail  LinkDetail

	room  int  // packets that may wait to be sent
	made  bool // by conft, here or in an earlier process
	proto map[netip.Prefix]bool
}

// Traffic counts what crossed a link in one direction.
type Traffic struct{ Packets, Bytes, Errors, Drops uint64 }

// LinkDetail says what the errors of a link are made of, and counts multicasts.
type LinkDetail struct {
	Multicast                                 uint64
	Length, CRC, Frame, Overrun, Missed       uint64 // received
	Underrun, Aborted, Carrier, Window, Pulse uint64 // sent
	Collisions                                uint64
}

// Found are the addresses that were not put there by conft, now or in a process
// that was killed: those to adopt.
func (l *LinkState) Found() (found []netip.Prefix) {
	for _, p := range l.Addrs {
		if !l.proto[p] {
			found = append(found, p)
		}
	}
	return found
}

// state is what planning needs to know of the namespace.
type state struct {
	links   []LinkState // but lo
	loUp    bool
	routes  []destination     // of ours
	pins    []pinned          // of ours
	limits  []ipLimit         // routes that an IP MTU may stand in
	mtus    map[string]int    // what they were, of links that have another now
	tuns    []string          // of this process
	filters map[string]string // by link: the TUN its filter feeds, "" when that is of another process
	manner  manner            // of the rules
	table   string            // our nftables rules as text; "?" when they are of another process or changed
	sysctl  map[string]string // by path below /proc/sys
	named   map[linkAddr]bool // addresses that some Desired has named
	nat     string            // what the translations in the kernel were made by; "?" when by another process
	aliases []alias           // of ours
	made    *composed         // rules, last; nil for none
}

type linkAddr struct {
	link   string
	prefix netip.Prefix
}

func (s *state) link(name string) *LinkState {
	for i := range s.links {
		if s.links[i].Name == name {
			return &s.links[i]
		}
	}
	return nil
}

// read takes stock. Kernel.mu is held.
func (k *Kernel) read() (*state, error) {
	s := &state{filters: map[string]string{}, sysctl: map[string]string{}, named: k.named, mtus: k.mtus, manner: k.manner, made: &k.made}
	var err error
	if s.table, err = k.tableText(); err != nil {
		return nil, err
	}
	if s.table == "?" {
		k.translates = "?"
	}
	s.manner.others = k.others || legacyTables()
	if err := k.readAgain(s); err != nil {
		return nil, err
	}
	for i := range s.links {
		l := &s.links[i]
		if l.made {
			continue // nothing leaves by it
		}
		has, err := hasFilter(l.Index)
		if err != nil {
			return nil, fmt.Errorf("kernel: tc filter show dev %s: %w", l.Name, err)
		}
		if f := k.filters[l.Name]; has {
			s.filters[l.Name] = ""
			if t := s.link(f.tun); f.link == l.Index && t != nil && t.Index == f.index {
				s.filters[l.Name] = f.tun
			}
		}
	}
	s.readSwitches("ipv4/ip_forward", "ipv4/ip_early_demux", "ipv4/conf/*/rp_filter", "ipv4/conf/*/send_redirects", "ipv4/conf/*/accept_local",
		"ipv4/conf/all/accept_source_route", "ipv4/conf/*/promote_secondaries", "ipv4/conf/*/ignore_routes_with_linkdown", "ipv6/conf/*/disable_ipv6")
	return s, nil
}

// readAgain takes stock of what changes of something else may have changed. It is not the
// rules, of which there are many, nor the filters and the switches, which planning keeps;
// those of connection tracking come with the first rule that needs it.
func (k *Kernel) readAgain(s *state) error {
	lo, err := net.InterfaceByIndex(1)
	if err != nil {
		return fmt.Errorf("kernel: ip link show lo: %w", err)
	}
	s.loUp = lo.Flags&net.FlagUp != 0
	s.tuns, s.nat = slices.Sorted(maps.Keys(k.tuns)), k.translates
	if s.links, err = links(); err != nil {
		return err
	}
	list, err := mainTable()
	if err != nil {
		return err
	}
	s.routes, s.limits = ownRoutes(s, list), ipLimits(s, list)
	if s.pins, err = ownPins(s); err != nil {
		return err
	}
	s.readSwitches("netfilter/nf_conntrack_*time*")
	s.aliases, err = aliases(s)
	return err
}

// links lists all links of the namespace but lo.
func links() ([]LinkState, error) {
	list, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("kernel: ip link show: %w", err)
	}
	addrs, err := addresses()
	if err != nil {
		return nil, fmt.Errorf("kernel: ip address show: %w", err)
	}
	var all []LinkState
	for _, l := range list {
		a := l.Attrs()
		if a.Flags&net.FlagLoopback != 0 {
			continue
		}
		ls := LinkState{
			Name: a.Name, Alias: a.Alias, Index: a.Index, MAC: a.HardwareAddr, Kind: l.Type(),
			Up: a.Flags&net.FlagUp != 0, Carrier: a.RawFlags&unix.IFF_LOWER_UP != 0, MTU: a.MTU, Port: a.MasterIndex != 0,
			room: a.TxQLen, made: a.Group == linkGroup || a.Group == leavingGroup, proto: map[netip.Prefix]bool{},
		}
		if ls.made {
			ls.Carrier = true // a bridge without ports has none, and needs none
		}
		if st := a.Statistics; st != nil {
			ls.RX = Traffic{st.RxPackets, st.RxBytes, st.RxErrors, st.RxDropped}
			ls.TX = Traffic{st.TxPackets, st.TxBytes, st.TxErrors, st.TxDropped}
			ls.Detail = LinkDetail{
				Multicast: st.Multicast, Length: st.RxLengthErrors, CRC: st.RxCrcErrors, Frame: st.RxFrameErrors,
				Overrun: st.RxFifoErrors + st.RxOverErrors, Missed: st.RxMissedErrors,
				Underrun: st.TxFifoErrors, Aborted: st.TxAbortedErrors, Carrier: st.TxCarrierErrors, Window: st.TxWindowErrors,
				Pulse: st.TxHeartbeatErrors, Collisions: st.Collisions,
			}
		}
		for _, ad := range addrs {
			if ad.index == a.Index {
				ls.Addrs = append(ls.Addrs, ad.prefix)
				ls.proto[ad.prefix] = ad.ours
			}
		}
		all = append(all, ls)
	}
	slices.SortFunc(all, func(a, b LinkState) int { return a.Index - b.Index })
	return all, nil
}

// prefix turns the netlink package's network, nil for the default route, round.
func prefix(n *net.IPNet) netip.Prefix {
	if n == nil {
		return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
	}
	ip, _ := netip.AddrFromSlice(n.IP.To4())
	bits, _ := n.Mask.Size()
	return netip.PrefixFrom(ip, bits)
}

// tableText is the text of the rules in the kernel, as far as they are the
// ones this process put there.
func (k *Kernel) tableText() (string, error) {
	now, err := generation()
	if err != nil {
		return "", fmt.Errorf("kernel: nft monitor: %w", err)
	}
	if now == k.seen {
		return k.text, nil
	}
	present, others, err := tables()
	if err != nil {
		return "", fmt.Errorf("kernel: nft list tables: %w", err)
	}
	k.others = others
	if !present {
		k.rules, k.text = nil, ""
	} else if _, err := k.rules.counts(); err != nil || len(k.rules) == 0 {
		k.rules, k.text, k.seen, k.guards = nil, "", 0, true
		return "?", nil
	}
	k.seen = now
	return k.text, nil
}

const procSys = "/proc/sys/"

// readSwitches reads switches that planning may want to turn, by patterns below net.
func (s *state) readSwitches(patterns ...string) {
	for _, pattern := range patterns {
		match, _ := filepath.Glob(procSys + "net/" + pattern)
		for _, f := range match {
			if b, err := os.ReadFile(f); err == nil {
				s.sysctl[strings.TrimPrefix(f, procSys)] = strings.TrimSpace(string(b))
			}
		}
	}
}
