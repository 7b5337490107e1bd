package v1

import (
	"net/netip"

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
		if nat := set.AH != suite.AuthNone && t.floated(); nat || !ok {
			t.trace(debug.ISAKMPNotProposed{At: t.at(), Transform: set.String(), NAT: nat})
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
