package acl

import "conft/internal/packet"

// Proxy is one side of a proxy identity: the addresses, protocol and port that
// quick mode negotiates for an SA. Port 0 stands for every port. Addr.Wildcard
// is the complement of the subnet mask that travels in the payload.
type Proxy struct {
	Addr     Addr
	Protocol uint8
	Port     uint16
}

// Selector is the pair of proxies of an SA, seen from this router. It is
// comparable and serves as the name of a traffic flow.
type Selector struct {
	Local, Remote Proxy
}

// Selector returns the proxy identities that the entry asks for. Quick mode has
// no word for several ports or their complement; as on IOS such an entry
// negotiates every port, while the list still decides what is sent.
func (e *Entry) Selector() Selector {
	return Selector{
		Local:  proxy(e.Src, e.Protocol, e.SrcPort),
		Remote: proxy(e.Dst, e.Protocol, e.DstPort),
	}
}

func proxy(a Addr, protocol uint8, p Ports) Proxy {
	x := Proxy{Addr: Addr{Base: a.Base &^ a.Wildcard, Wildcard: a.Wildcard}, Protocol: protocol}
	if p.Op == PortEq && p.More == 0 {
		x.Port = p.Low
	}
	return x
}

// Entry returns the entry of an access list that asks for the proxies. Both have one
// protocol.
func (s Selector) Entry() Entry {
	return Entry{Action: Permit, Protocol: s.Local.Protocol, Src: s.Local.Addr, Dst: s.Remote.Addr,
		SrcPort: onePort(s.Local.Port), DstPort: onePort(s.Remote.Port)}
}

func onePort(p uint16) Ports {
	if p == 0 {
		return Ports{}
	}
	return Ports{Op: PortEq, Low: p}
}

// Covers reports whether every packet of q is also one of p.
func (p Proxy) Covers(q Proxy) bool {
	return q.Addr.Wildcard&^p.Addr.Wildcard == 0 && p.Addr.Match(q.Addr.Base) &&
		(p.Protocol == ProtoIP || p.Protocol == q.Protocol) &&
		(p.Port == 0 || p.Port == q.Port)
}

// Covers reports whether both proxies of s cover those of t.
func (s Selector) Covers(t Selector) bool {
	return s.Local.Covers(t.Local) && s.Remote.Covers(t.Remote)
}

// MatchOutbound reports whether the packet goes from Local to Remote.
func (s *Selector) MatchOutbound(p *packet.Parsed) bool {
	return matchProxies(&s.Local, &s.Remote, p)
}

// MatchInbound reports whether the packet comes from Remote to Local.
func (s *Selector) MatchInbound(p *packet.Parsed) bool {
	return matchProxies(&s.Remote, &s.Local, p)
}

// A later fragment has no ports; it belongs to the flow when addresses and
// protocol agree (RFC 4301, section 7.1 allows it for one router's own flows;
// IOS does the same).
func matchProxies(src, dst *Proxy, p *packet.Parsed) bool {
	if !src.Addr.Match(p.Src) || !dst.Addr.Match(p.Dst) ||
		src.Protocol != ProtoIP && src.Protocol != p.Protocol {
		return false
	}
	if src.Port == 0 && dst.Port == 0 {
		return true
	}
	if !p.HasPorts {
		return p.FragmentOffset != 0
	}
	return (src.Port == 0 || src.Port == p.SrcPort) && (dst.Port == 0 || dst.Port == p.DstPort)
}
