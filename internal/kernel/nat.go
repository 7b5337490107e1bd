package kernel

import (
	"net/netip"
	"slices"

	"conft/internal/acl"
	"conft/internal/packet"
)

// NAT is the network address translation that is wanted. Only what goes from an
// inside link to an outside link, or back, is translated. The TUN of a crypto link
// is its link once more: what comes out of it arrived there encrypted.
type NAT struct {
	Inside, Outside []string     // Linux links
	Own             []netip.Addr // the router's on inside links: what it sends from them is as if it came in there
	Static          []NATStatic  // in the order of look-up
	Mapped          []NATDynamic // static ones with a route map, as far as they give a host its address; after Static
	Dynamic         []NATDynamic // likewise; static ones come first
	Timeouts        NATTimeouts
	Trace           bool // tell WatchNAT about every packet
}

// NATStatic is a translation that is always there. With Outside it is that of an
// outside host, whose Global address is known inside as Local.
type NATStatic struct {
	Outside               bool
	Protocol              uint8 // with ports; 0 for the whole address
	Local, Global         netip.Prefix
	LocalPort, GlobalPort uint16
	NoAlias               bool // the router does not answer for Global, for Local with Outside
	Inward                bool // only what comes from the outside; one of Mapped has the rest
}

// NATHost is an inside host that has a translation of its own.
type NATHost struct {
	Protocol   uint8        // with ports; 0 for the whole address
	Local      netip.Prefix // the zero value: any host
	Port       uint16
	GlobalPort uint16
}

// NATDynamic gives what its clauses select one of the addresses First to Last.
type NATDynamic struct {
	Name        string // unique: "list 102"
	Host        NATHost
	Clauses     []NATClause
	First, Last netip.Addr // the zero value: there are none, and nothing is translated
	Own         bool       // an address of the router's own: IKE's ports are taken
	// Pool is the name of the addresses of which each host has one to itself, "" where they
	// are shared. With Back outside hosts can begin connections to who has one.
	Pool string
	Back bool
}

// NATClause is an entry of a route map. A packet that one of the lists permits, or
// any where there are none, and that leaves by one of the links, or any, is
// translated or, unless Permit, is left to the next translation. All others are
// for the next clause.
type NATClause struct {
	Permit bool
	Match  bool // by Lists, which may permit nothing
	Lists  []NATList
	Out    []string
}

// NATList is an access list by its name.
type NATList struct {
	Name  string
	Rules []acl.Entry
}

// NATTimeouts are in seconds.
type NATTimeouts struct{ Any, TCP, FinRst, Syn, UDP, ICMP uint32 }

// on reports whether there is anything to translate.
func (n *NAT) on() bool {
	return len(n.Inside) > 0 && len(n.Outside) > 0 && len(n.Static)+len(n.Dynamic) > 0
}

// selects reports whether a translation applies to a packet, wherever it leaves.
func (d *NATDynamic) selects(p *packet.Parsed) bool {
	if !d.First.IsValid() || !d.Host.is(p) {
		return false
	}
	for _, c := range d.Clauses {
		if !c.Match || slices.ContainsFunc(c.Lists, func(l NATList) bool { return permits(l.Rules, p) }) {
			return c.Permit
		}
	}
	return false
}

// is reports whether a packet is from the host.
func (h *NATHost) is(p *packet.Parsed) bool {
	return !h.Local.IsValid() || h.Local.Contains(acl.IPv4(p.Src)) && (h.Protocol == 0 || h.Protocol == p.Protocol && h.Port == p.SrcPort)
}

func permits(rules []acl.Entry, p *packet.Parsed) bool {
	l := acl.List{Entries: rules}
	i := l.Match(p)
	return i >= 0 && rules[i].Action == acl.Permit
}
