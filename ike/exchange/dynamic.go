package exchange

import "net/netip"

// Flow is the traffic that a pair of IPsec SAs protects: a pair of proxies of one entry
// of a crypto map on an interface.
type Flow struct {
	Interface string
	Map       string
	Seq       int
	Selector  Selector
}

// Place returns the entry that the flow belongs to.
func (f Flow) Place() Place { return Place{f.Interface, f.Map, f.Seq} }

// Flow returns the traffic that the pair protects.
func (i SAInfo) Flow() Flow { return Flow{i.Interface, i.Map, i.Seq, i.Selector} }

// Admits reports whether a peer may have SAs under the entry. To a dynamic crypto map
// whoever has authenticated may come.
func (t *Tunnel) Admits(peer netip.Addr) bool { return t.Dynamic || t.HasPeer(peer) }

// Open reports whether the peer says which traffic is protected. The data plane learns of
// it by a Shelter.
func (t *Tunnel) Open() bool { return t.Dynamic && len(t.Selectors) == 0 }

// Covers reports whether SAs for the proxies may exist under the entry.
func (t *Tunnel) Covers(s Selector) bool {
	if t.Dynamic {
		for _, x := range t.Except {
			if x.Overlaps(s) {
				return false
			}
		}
	}
	if t.Open() {
		return s.plain()
	}
	for _, o := range t.Selectors {
		if o.Contains(s) {
			return true
		}
	}
	return false
}

// Towards returns the entry as it is for a peer that has SAs under it: that of a dynamic
// crypto map names no peer, but once one has come its SAs can be renewed from here.
func (t *Tunnel) Towards(peer netip.Addr) *Tunnel {
	if t == nil || !t.Dynamic {
		return t
	}
	u := *t
	u.Peers = []netip.Addr{peer}
	return &u
}

// plain reports whether an entry of an access list can say the same: one protocol for both
// sides, and ports only where the protocol has them.
func (s Selector) plain() bool {
	const tcp, udp = 6, 17
	p := s.Local.Protocol
	return p == s.Remote.Protocol && (p == tcp || p == udp || s.Local.Port == 0 && s.Remote.Port == 0)
}

// Overlaps reports whether some traffic is that of both.
func (s Selector) Overlaps(t Selector) bool {
	return s.Local.overlaps(t.Local) && s.Remote.overlaps(t.Remote)
}

func (p Proxy) overlaps(q Proxy) bool {
	return p.Prefix.Overlaps(q.Prefix) &&
		(p.Protocol == 0 || q.Protocol == 0 || p.Protocol == q.Protocol) &&
		(p.Port == 0 || q.Port == 0 || p.Port == q.Port)
}

// Shelter asks the data plane to take the traffic of an open tunnel under protection
// before its SAs exist: from then on it is dropped, and from Enable on protected. A
// Sheltered returns.
type Shelter struct {
	Node uint32
	Flow Flow
}

// Sheltered is the result of a Shelter.
type Sheltered struct {
	Node uint32
	Flow Flow
	Err  error
}

func (Shelter) action()  {}
func (Sheltered) event() {}
