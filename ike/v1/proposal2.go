package v1

import (
	"net/netip"
	"strings"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// deal is what a Quick Mode agrees on.
type deal struct {
	tunnel             *exchange.Tunnel
	selector           exchange.Selector
	set                exchange.TransformSet
	transport          bool        // mode
	group              suite.Group // 0 without perfect forward secrecy
	seconds, kilobytes uint32
	lowered            bool               // ours are lower than the initiator's
	proposals          []payload.Proposal // as chosen: one, or AH and ESP
	protocol           payload.Protocol   // of inSPI and outSPI: ESP, or AH where it is alone
	inSPI, outSPI      uint32
	inAH, outAH        uint32 // of AH beside ESP
	sentFrom, sentTo   netip.Addr
}

// terms is a transform of phase 2 as offered, or one of AH with one of ESP.
type terms struct {
	set                exchange.TransformSet
	encaps             uint64
	transport          bool // the other mode
	group              suite.Group
	seconds, kilobytes uint64
	unknown            bool // holds what nobody here understands
}

// offer2 is the initiator's SA payload: for each transform set a proposal, or one for each
// protocol under the same number. Behind a NAT there is no AH: it protects the addresses.
func (t *turn) offer2(r exchange.Request) payload.SA {
	sa := payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly}
	number := uint8(0)
	for _, set := range r.Tunnel.Transforms {
		transport, ok := set.Propose(r.Selector, t.local.Addr(), t.peerAddr())
		if !ok || set.AH != suite.AuthNone && t.floated() {
			continue
		}
		number++
		legs := set.Split()
		for i, leg := range legs {
			p := payload.Proposal{Number: number, Protocol: payload.ProtocolESP, SPI: octets(r.SPI)}
			id := uint8(leg.Transform)
			if leg.AH != suite.AuthNone {
				p.Protocol, id = payload.ProtocolAH, payload.AHTransform(leg.AH)
			}
			if len(legs) == 2 && i == 0 {
				p.SPI = octets(r.AHSPI)
			}
			p.Transforms = []payload.Transform{{Number: 1, ID: id, Attributes: t.attributes2(leg, r.Tunnel, transport)}}
			sa.Proposals = append(sa.Proposals, p)
		}
	}
	return sa
}

// attributes2 are the attributes of one protocol of a transform set in IOS's order.
func (t *turn) attributes2(set exchange.TransformSet, tunnel *exchange.Tunnel, transport bool) []payload.Attribute {
	encaps := t.encaps()
	if transport {
		encaps = uint32(transportOf(encaps))
	}
	a := []payload.Attribute{
		payload.Number(payload.IPsecEncapsulation, encaps),
		payload.Number(payload.IPsecLifeType, payload.LifeSeconds),
		payload.Number(payload.IPsecLifeDuration, tunnel.LifeSeconds),
	}
	if tunnel.LifeKilobytes != 0 {
		a = append(a, payload.Number(payload.IPsecLifeType, payload.LifeKilobytes), payload.Number(payload.IPsecLifeDuration, tunnel.LifeKilobytes))
	}
	if auth := max(set.AH, set.Auth); auth != suite.AuthNone {
		a = append(a, payload.Number(payload.IPsecAuth, uint32(auth)))
	}
	if set.KeyBits != 0 {
		a = append(a, payload.Number(payload.IPsecKeyLength, uint32(set.KeyBits)))
	}
	if tunnel.PFS != 0 {
		a = append(a, payload.Number(payload.IPsecGroup, uint32(tunnel.PFS)))
	}
	return a
}

// encaps is the encapsulation mode: ESP in UDP where there is a NAT (RFC 3947, section
// 5.1).
func (t *turn) encaps() uint32 {
	switch {
	case !t.floated():
		return payload.EncapsTunnel
	case t.vendor.draft():
		return payload.EncapsUDPTunnelDraft
	}
	return payload.EncapsUDPTunnel
}

// transportOf is the mode of the same encapsulation, in IP or in UDP, that is not ours.
func transportOf(tunnel uint32) uint64 {
	switch tunnel {
	case payload.EncapsUDPTunnel:
		return payload.EncapsUDPTransport
	case payload.EncapsUDPTunnelDraft:
		return payload.EncapsUDPTransportDraft
	}
	return payload.EncapsTransport
}

func nextTransform(p *payload.Proposal, j int) uint8 {
	if j == len(p.Transforms)-1 {
		return uint8(payload.TypeNone)
	}
	return uint8(payload.TypeTransform)
}

// readTerms reports a transform and reads its attributes. A life duration belongs to
// the life type before it (RFC 2407, section 4.5).
func (t *turn) readTerms(p *payload.Proposal, tr *payload.Transform) terms {
	t.trace(debug.ISAKMPTransform{At: t.at(), Number: tr.Number, Protocol: uint8(p.Protocol), ID: tr.ID})
	t.trace(debug.ISAKMPTransformAttributes{At: t.at()})
	o := terms{encaps: payload.EncapsTunnel}
	if p.Protocol == payload.ProtocolESP {
		o.set.Transform = suite.Transform(tr.ID)
	}
	var life uint64
	for _, a := range tr.Attributes {
		v, ok := a.Uint()
		if t.env.Tracing {
			t.trace(debug.ISAKMPIPsecAttribute{At: t.at(), Class: uint16(a.Type), Value: v, Octets: len(a.Data)})
		}
		o.unknown = o.unknown || !ok
		switch a.Type {
		case payload.IPsecLifeType:
			life = v
		case payload.IPsecLifeDuration:
			o.setLife(life, v)
		case payload.IPsecEncapsulation:
			o.encaps = v
		case payload.IPsecAuth:
			o.set.Auth = suite.Auth(min(v, 0xffff))
		case payload.IPsecKeyLength:
			o.set.KeyBits = int(min(v, 0xffff))
		case payload.IPsecGroup:
			o.group = suite.Group(min(v, 0xffff))
		default:
			o.unknown = true
		}
	}
	switch p.Protocol {
	case payload.ProtocolESP:
		if _, ok := o.set.Transform.KeyLen(o.set.KeyBits); !ok {
			o.unknown = true
		}
	case payload.ProtocolAH:
		o.set.AH, o.set.Auth = o.set.Auth, suite.AuthNone
		if !o.set.AH.Valid() || tr.ID != payload.AHTransform(o.set.AH) || o.set.KeyBits != 0 {
			o.unknown = true
		}
	default:
		o.unknown = true
		return o
	}
	// RFC 2406, section 2.1, and RFC 2402, section 2.4: 0 must not be sent on the wire, nor
	// may those up to 255.
	if bigEndian(p.SPI) <= 255 {
		o.unknown = true
	}
	if o.group != 0 && !o.group.Valid() {
		o.unknown = true
	}
	return o
}

func (o *terms) setLife(kind, v uint64) {
	switch kind {
	case payload.LifeSeconds:
		o.seconds = v
	case payload.LifeKilobytes:
		o.kilobytes = v
	default:
		o.unknown = true
	}
}

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
