package v1

import (
	"strings"

	"conft/debug"
	"conft/ike/exchange"
)

// validate asks the IPsec policy about a transform that is acceptable to ISAKMP. An
// initiator has only what it asked for.
func (t *turn) validate(n *node, ids exchange.Selector, o terms) (*exchange.Tunnel, debug.InvalidCode) {
	t.traceValidate(ids, o)
	code := debug.InvalidLocal
	flags := debug.IPsecFlagsRefused{Flags: uint32(o.flags())}
	var closest *exchange.Tunnel
	for i := range t.env.Policy.Tunnels {
		tunnel := &t.env.Policy.Tunnels[i]
		if n.initiator {
			if i > 0 {
				break
			}
			tunnel = n.request.Tunnel
		}
		if c := t.fits(n, tunnel, ids, o); c == 0 {
			if t.taken(n, ids) {
				return nil, debug.InvalidProxy
			}
			return tunnel, 0
		} else if c > code {
			code, closest = c, tunnel
			if flags.Offered, flags.Wanted = int(o.group), int(tunnel.PFS); tunnel.PFS == 0 && !n.initiator {
				flags.Wanted = flags.Offered // any group is taken
			}
		}
	}
	switch code {
	case debug.InvalidLocal:
		t.trace(debug.IPsecLocalRefused{Local: t.local.Addr()})
	case debug.InvalidProxy:
		t.trace(debug.IPsecNoMap{})
		e := debug.IPsecProxyRefused{Local: ids.Local.Debug(), Remote: ids.Remote.Debug(), Nearest: t.nearest(ids), Profile: t.profile}
		if other := t.ofAnotherProfile(ids); other != nil {
			e.Nearest, e.Wanted = debug.CryptoACE{Map: other.Map, Seq: other.Seq}, other.Profile
		}
		t.trace(e)
	case debug.InvalidPeer:
		t.trace(debug.IPsecPeerRefused{Peer: t.peerAddr()})
	case debug.InvalidTransform:
		t.trace(debug.IPsecTransformRefused{Transform: o.set.String(), Ours: transformSets(closest)})
	case debug.InvalidFlags:
		t.trace(flags)
	}
	return nil, code
}

// transformSets are those of a tunnel, as the operator wrote them.
func transformSets(tunnel *exchange.Tunnel) string {
	var list []string
	for _, s := range tunnel.Transforms {
		list = append(list, s.String())
	}
	return strings.Join(list, " / ")
}

// taken reports whether the traffic is already that of another peer behind the same NAT:
// whoever comes later must not draw it (RFC 3948, section 5.2).
func (t *turn) taken(n *node, ids exchange.Selector) bool {
	if !t.floated() || n.initiator || !t.env.Registry.Taken(t.own(), ids, n.deal.sentFrom) {
		return false
	}
	t.drop("traffic of another peer behind the NAT")
	t.trace(debug.IPsecProxyRefused{Local: ids.Local.Debug(), Remote: ids.Remote.Debug(), Taken: true})
	return true
}

// flags are those of an SA with these terms.
func (o terms) flags() (f debug.SAFlags) {
	if !o.transport {
		f |= debug.SATunnel
	}
	if o.group != 0 {
		f |= debug.SAPFS
	}
	return f
}

// fits returns 0 if the tunnel accepts the transform for these identities. Of the codes,
// a higher one means that more of it fits.
func (t *turn) fits(n *node, tunnel *exchange.Tunnel, ids exchange.Selector, o terms) debug.InvalidCode {
	selected := n.initiator && ids == n.request.Selector
	if !n.initiator {
		selected = tunnel.Covers(ids)
	}
	switch {
	case tunnel.Local != t.local.Addr():
		return debug.InvalidLocal
	case !selected || tunnel.Profile != "" && tunnel.Profile != t.profile:
		return debug.InvalidProxy
	case !tunnel.Admits(t.peer.Addr): // wherever it has moved meanwhile
		return debug.InvalidPeer
	case !hasSet(tunnel, o.set, func(exchange.TransformSet) bool { return true }):
		return debug.InvalidTransform
	case !hasSet(tunnel, o.set, func(s exchange.TransformSet) bool { return t.allows(n, s, ids, o.transport) }),
		o.group != tunnel.PFS && (tunnel.PFS != 0 || n.initiator):
		return debug.InvalidFlags
	}
	return 0
}

// ofAnotherProfile returns the tunnel that would fit if phase 1 had the profile that it
// wants, nil if there is none.
func (t *turn) ofAnotherProfile(ids exchange.Selector) *exchange.Tunnel {
	for i := range t.env.Policy.Tunnels {
		tunnel := &t.env.Policy.Tunnels[i]
		if tunnel.Local == t.local.Addr() && tunnel.Covers(ids) && tunnel.Admits(t.peer.Addr) && tunnel.Profile != "" && tunnel.Profile != t.profile {
			return tunnel
		}
	}
	return nil
}

// allows reports whether a set allows the mode: to a responder's choice, only what was
// proposed.
func (t *turn) allows(n *node, s exchange.TransformSet, ids exchange.Selector, transport bool) bool {
	if n.initiator {
		proposed, ok := s.Propose(ids, t.local.Addr(), t.peerAddr())
		return ok && proposed == transport
	}
	return s.Accept(transport, ids, t.local.Addr(), t.peerAddr())
}

// hasSet compares key lengths as the cipher understands them.
func hasSet(tunnel *exchange.Tunnel, o exchange.TransformSet, also func(exchange.TransformSet) bool) bool {
	for _, s := range tunnel.Transforms {
		ours, _ := s.Transform.KeyLen(s.KeyBits)
		theirs, _ := o.Transform.KeyLen(o.KeyBits)
		if s.AH == o.AH && s.Transform == o.Transform && ours == theirs && s.Auth == o.Auth && also(s) {
			return true
		}
	}
	return false
}

func (t *turn) traceValidate(ids exchange.Selector, o terms) {
	if !t.env.Tracing {
		return
	}
	i := exchange.SAInfo{Local: t.local, Remote: t.remote, UDPEncap: t.floated(), Transport: o.transport, Set: o.set, PFS: o.group, Selector: ids}
	for n, k := range i.KeyRequests(false) {
		if t.ios15() {
			t.trace(debug.IPsecValidatePart{Part: n + 1})
		}
		k.Flags = uint32(o.flags())
		t.trace(debug.IPsecValidate{Part: n + 1, KeyRequest: k})
	}
	src, dst := ids.Local.Debug(), ids.Remote.Debug()
	t.trace(debug.IPsecProxyMatch{Src: src.Addr, Dst: dst.Addr, Protocol: src.Protocol, SrcPort: src.Port, DstPort: dst.Port})
}
