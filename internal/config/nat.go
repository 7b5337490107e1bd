package config

import (
	"cmp"
	"slices"
)

// NATSide is the side of the router that an interface is on, for translation.
type NATSide uint8

const (
	NATNone NATSide = iota
	NATInside
	NATOutside
)

// NAT is address translation. The lists are nil when they are empty.
type NAT struct {
	Timeouts NATTimeouts
	Pools    []*NATPool   // by name
	Sources  []NATSource  // `ip nat inside source list`, then `route-map`, by name
	Static   []*NATStatic // of inside addresses, then of outside ones
}

// NATTimeouts are the `ip nat translation …timeout` lines, in seconds; 0 for the
// default.
type NATTimeouts struct{ Any, TCP, FinRst, Syn, UDP, ICMP uint32 }

// NATTimeoutDefaults are IOS's.
var NATTimeoutDefaults = NATTimeouts{Any: 86400, TCP: 86400, FinRst: 60, Syn: 60, UDP: 300, ICMP: 60}

// NATPool is one `ip nat pool`.
type NATPool struct {
	Name        string
	First, Last uint32
	Mask        uint32
	ByLength    bool // the mask was given as prefix-length
}

// NATSource is one `ip nat inside source list|route-map`. It is known by List or
// RouteMap, of which it has one, and uses Pool or Interface.
type NATSource struct {
	List, RouteMap  string
	Pool, Interface string
	Overload        bool
}

// NATStatic is one `ip nat inside|outside source static`. Interface stands in place
// of Global. Mask is that of a network, 0 for a host.
type NATStatic struct {
	Outside               bool
	Protocol              uint8 // TCP or UDP, with ports; 0 for whole addresses
	Local, Global         uint32
	LocalPort, GlobalPort uint16
	Interface             string
	Mask                  uint32
	ByLength              bool // the mask was given as a prefix length
	Extendable, NoAlias   bool
	AddRoute              bool   // as a line says; outside hosts are routed by their own addresses anyhow
	RouteMap              string // what of the inside host is translated, all if none
}

// RouteMap is all entries of one name, sorted by Seq.
type RouteMap struct {
	Name    string
	Entries []*RouteMapEntry
}

// RouteMapEntry is one `route-map NAME permit|deny SEQ`.
type RouteMapEntry struct {
	Seq         int
	Deny        bool
	Description string
	Lists       []string // match ip address
	Interfaces  []string // match interface
}

// Action is the keyword of the entry.
func (e *RouteMapEntry) Action() string {
	if e.Deny {
		return "deny"
	}
	return "permit"
}

// Pool finds a pool.
func (n *NAT) Pool(name string) *NATPool {
	for _, p := range n.Pools {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// AddPool puts a pool at its place; one of the same name is replaced.
func (n *NAT) AddPool(p *NATPool) {
	at, found := slices.BinarySearchFunc(n.Pools, p, func(a, b *NATPool) int { return cmp.Compare(a.Name, b.Name) })
	if !found {
		n.Pools = slices.Insert(n.Pools, at, p)
	}
	n.Pools[at] = p
}

// AddSource puts a translation at its place, which is also that of its look-up; one
// of the same list or route map is replaced.
func (n *NAT) AddSource(s NATSource) {
	at, found := slices.BinarySearchFunc(n.Sources, s, func(a, b NATSource) int {
		return cmp.Or(cmp.Compare(a.RouteMap, b.RouteMap), compareNumbers(a.List, b.List))
	})
	if !found {
		n.Sources = slices.Insert(n.Sources, at, s)
	}
	n.Sources[at] = s
}

// compareNumbers orders numbers as such and before names.
func compareNumbers(a, b string) int {
	numeric := func(s string) bool { return s != "" && s[0] <= '9' }
	if numeric(a) && numeric(b) {
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b) // digits come before letters
}

// AddStatic puts a translation at its place: those with ports, which are the more
// particular, first.
func (n *NAT) AddStatic(s *NATStatic) {
	at, _ := slices.BinarySearchFunc(n.Static, s, compareStatic)
	n.Static = slices.Insert(n.Static, at, s)
}

func compareStatic(a, b *NATStatic) int {
	rank := func(s *NATStatic) (n int) {
		for _, later := range []bool{s.Outside, s.Protocol == 0, s.Mask != 0} {
			if n *= 2; later {
				n++
			}
		}
		return n
	}
	return cmp.Or(
		rank(a)-rank(b), cmp.Compare(b.Mask, a.Mask),
		cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Local, b.Local), cmp.Compare(a.LocalPort, b.LocalPort),
		compareInterfaces(a.Interface, b.Interface), cmp.Compare(a.Global, b.Global), cmp.Compare(a.GlobalPort, b.GlobalPort), cmp.Compare(a.RouteMap, b.RouteMap))
}

func (n *NAT) clone() NAT {
	d := *n
	d.Pools = cloneAll(n.Pools, func(*NATPool) {})
	d.Sources = slices.Clone(n.Sources)
	d.Static = cloneAll(n.Static, func(*NATStatic) {})
	return d
}

// RouteMap finds a route map.
func (c *Config) RouteMap(name string) *RouteMap {
	for _, m := range c.RouteMaps {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// AddRouteMapEntry finds or makes an entry of a route map. A new one permits.
func (c *Config) AddRouteMapEntry(name string, seq int) *RouteMapEntry {
	m := c.RouteMap(name)
	if m == nil {
		m = &RouteMap{Name: name}
		at, _ := slices.BinarySearchFunc(c.RouteMaps, m, func(a, b *RouteMap) int { return cmp.Compare(a.Name, b.Name) })
		c.RouteMaps = slices.Insert(c.RouteMaps, at, m)
	}
	e := &RouteMapEntry{Seq: seq}
	at, found := slices.BinarySearchFunc(m.Entries, e, func(a, b *RouteMapEntry) int { return a.Seq - b.Seq })
	if !found {
		m.Entries = slices.Insert(m.Entries, at, e)
	}
	return m.Entries[at]
}

func cloneRouteMap(m *RouteMap) {
	m.Entries = cloneAll(m.Entries, func(e *RouteMapEntry) {
		e.Lists = slices.Clone(e.Lists)
		e.Interfaces = slices.Clone(e.Interfaces)
	})
}
