package dataplane

import (
	"cmp"
	"net/netip"

	"conft/internal/acl"
)

// Policy is the security policy database (RFC 4301, section 4.4.1): for each
// crypto link the entries of the crypto map on it, in sequence order. It is
// immutable once given to SetPolicy.
type Policy struct {
	Links []Link
}

// Link is one interface with a crypto map.
type Link struct {
	Interface string     // IOS name, the key of Attach and SA.Interface
	SAs       string     // the set of SAs, "" for one of its own: links that name the same share theirs
	Local     netip.Addr // the interface's address; source of ICMP errors
	MTU       int        // of IPv4 packets on the outside link
	DF        DFBit      // of outer headers
	// FragmentAfter leaves packets that are too long whole and lets what comes of
	// them be fragmented, for the peer to put together.
	FragmentAfter bool
	Entries       []Entry
}

func (l *Link) sas() string { return cmp.Or(l.SAs, l.Interface) }

// DFBit says what the DF bit of an outer header in tunnel mode is (RFC 4301, section
// 8.1).
type DFBit uint8

// The zero value is the default.
const (
	DFCopy  DFBit = iota // that of the inner header
	DFClear              // not set, and that of the inner header is overridden
	DFSet
)

// outer is the DF bit around a packet whose own is inner.
func (d DFBit) outer(inner bool) bool { return d == DFSet || d == DFCopy && inner }

// Entry is one crypto map entry. An entry whose access list is missing or that
// has no peer is incomplete and is not given.
type Entry struct {
	Map string
	Seq int
	ACL *acl.List
}

// FlowKey names one traffic flow: the proxies of one entry on one interface, or
// of the links that share a set of SAs. It is what one block of `show crypto ipsec sa` shows.
type FlowKey struct {
	Interface string
	Map       string
	Seq       int
	Selector  acl.Selector
}

// Acquire asks for an SA for a flow: a packet matched the policy and there was
// none to protect it.
type Acquire struct {
	Flow FlowKey
}
