package kernel

import (
	"net/netip"

	"conft/internal/acl"
)

// Desired is the state of the namespace as the configuration wants it.
type Desired struct {
	Links   []Link
	Routes  []Route
	Behind  []Behind
	Pins    []Pin
	Crypto  []CryptoLink
	Filters []Filter
	NAT     NAT
}

// Filter says what may pass a link. Without a list everything may; the packets of the
// router's own are not looked at when they leave.
type Filter struct {
	Link    string
	In, Out *acl.List // nil for none
	Quiet   bool      // no ICMP message about what arrived here and may not pass
}

// Link is one interface. Addresses of a link that were never named in a
// Desired are not touched; one that was named and is no longer is removed.
type Link struct {
	Name     string         // Linux name
	Alias    string         // IOS name, kept in the link's alias
	Loopback bool           // not a device: created here, removed when no longer named
	Up       bool           // administrative state
	Addrs    []netip.Prefix // address with prefix length, primary first
	MTU      int            // of the link; 0 for what it is
	IPMTU    int            // of the IPv4 packets that leave, at most MTU; 0 for MTU
	MSS      int            // largest TCP segment of connections across the link; 0 for any
}

// Route is a static route. It enters the kernel while Via can be reached over
// a connected network (by way of other static routes, if need be) or Link is up, and
// while no better one to Prefix does. Routes of one Metric share the packets.
type Route struct {
	Prefix    netip.Prefix
	Via       netip.Addr // zero: directly connected over Link
	Link      string     // zero: found by Via
	Metric    int        // distance: the least is best
	Null      bool       // packets are answered with ICMP unreachable, instead of Via and Link
	Permanent bool       // stays when it leads nowhere; packets are answered as by Null
}

// CryptoLink is an outside link with a crypto map on it. Packets that leave by
// Link and match Selectors come out of the TUN instead; packets that arrive on
// Link in clear and match the mirror of Selectors are dropped and counted.
type CryptoLink struct {
	Link      string
	TUN       string
	Selectors []Selector

	own []netip.Addr // the router's addresses, while its rules are made
}

// Selector is the access list of one crypto map entry. The first entry of the
// list that matches decides: permit protects the packet, deny leaves it to the
// selectors after this one. A packet that no selector permits goes in clear.
type Selector struct {
	Name  string // unique within the link: "CMAP 10"
	Rules []acl.Entry
	List  string // name of their access list
	// In and Out are what else decrypted packets and those to be encrypted must be
	// permitted by, nil for nothing.
	In, Out *acl.List
}

// Counters are the packets counted on one crypto link since it was first
// named. They survive a change of the rules, Overflow does not survive the TUN.
type Counters struct {
	Matched  [][]uint64 // by selector, by rule: packets that leave and match it first
	Refused  [][]uint64 // likewise: packets that arrived in clear and should have been encrypted
	Blocked  uint64     // packets that should be protected while the way to the TUN was not there
	Unsaid   uint64     // ICMP errors about packets out of the TUN that would have left in clear
	Overflow uint64     // packets that the TUN had no room for
}
