package v1

import (
	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// maxChoices bounds the transforms of a bundle that are looked at: each of AH with each of
// ESP may be many.
const maxChoices = 1024

// agree takes the first transforms that some tunnel accepts. Proposals of one number go
// together, such as AH with ESP.
func (t *turn) agree(n *node, proposals []payload.Proposal, ids exchange.Selector) bool {
	choices := maxChoices
	for len(proposals) > 0 {
		k := 1
		for k < len(proposals) && proposals[k].Number == proposals[0].Number {
			k++
		}
		n.deal.name(proposals[:k])
		if t.chooseFrom(n, ids, proposals[:k], nil, terms{}, &choices) {
			return true
		}
		proposals = proposals[k:]
	}
	return false
}

// name takes the SPIs that the peer receives on.
func (d *deal) name(group []payload.Proposal) {
	for _, p := range group {
		switch {
		case p.Protocol == payload.ProtocolESP || len(group) == 1 && p.Protocol == payload.ProtocolAH:
			d.protocol, d.outSPI = p.Protocol, bigEndian(p.SPI)
		case p.Protocol == payload.ProtocolAH:
			d.outAH = bigEndian(p.SPI)
		}
	}
}

// chooseFrom takes a transform of the next proposal of a group to those chosen already, whose
// terms are so.
func (t *turn) chooseFrom(n *node, ids exchange.Selector, group, chosen []payload.Proposal, so terms, choices *int) bool {
	p := &group[len(chosen)]
	t.trace(debug.ISAKMPCheckingIPsec{At: t.at(), Proposal: p.Number})
	for j := range p.Transforms {
		if len(group) > 1 {
			if *choices--; *choices < 0 {
				return false
			}
		}
		tr := &p.Transforms[j]
		offered := t.readTerms(p, tr)
		offered.transport = offered.encaps == transportOf(t.encaps())
		ok := len(group) == 1 || isBundle(group)
		if ok && len(chosen) > 0 {
			offered, ok = so.with(offered)
		}
		if !ok || offered.unknown || offered.encaps != uint64(t.encaps()) && !offered.transport || offered.set.AH != suite.AuthNone && t.floated() {
			t.trace(debug.ISAKMPAcceptable{At: t.at(), Refused: true, Next: nextTransform(p, j)})
			continue
		}
		t.trace(debug.ISAKMPIPsecAcceptable{At: t.at()})
		picked := append(chosen[:len(chosen):len(chosen)], payload.Proposal{Number: p.Number, Protocol: p.Protocol, Transforms: []payload.Transform{*tr}})
		if len(picked) < len(group) {
			if t.chooseFrom(n, ids, group, picked, offered, choices) {
				return true
			}
			continue
		}
		selector := ids
		if offered.transport && t.floated() && !n.initiator {
			selector = n.deal.visible(ids, t.local.Addr(), t.peerAddr())
		}
		tunnel, code := t.validate(n, selector, offered)
		if code != 0 {
			t.trace(debug.ISAKMPInvalidated{At: t.at(), Code: code})
			continue
		}
		n.deal.tunnel, n.deal.selector = tunnel, selector
		n.deal.set, n.deal.group, n.deal.transport = offered.set, offered.group, offered.transport
		n.deal.seconds = lower(tunnel.LifeSeconds, offered.seconds)
		n.deal.kilobytes = lower(tunnel.LifeKilobytes, offered.kilobytes)
		n.deal.lowered = uint64(n.deal.seconds) < offered.seconds || n.deal.kilobytes != 0 && uint64(n.deal.kilobytes) < offered.kilobytes
		if n.deal.proposals = picked; !n.bundled() {
			n.deal.inAH, n.deal.outAH = 0, 0
		}
		return true
	}
	return false
}

// isBundle reports whether a group is AH and ESP.
func isBundle(group []payload.Proposal) bool {
	return len(group) == 2 && group[0].Protocol != group[1].Protocol &&
		group[0].Protocol != payload.ProtocolIPComp && group[1].Protocol != payload.ProtocolIPComp
}

// with joins the terms of two protocols, which must agree in what they share.
func (o terms) with(p terms) (terms, bool) {
	ok := o.encaps == p.encaps && o.group == p.group
	if p.set.AH != suite.AuthNone {
		o, p = p, o
	}
	p.set.AH = o.set.AH
	p.unknown = p.unknown || o.unknown
	p.seconds, p.kilobytes = lowest(o.seconds, p.seconds), lowest(o.kilobytes, p.kilobytes)
	return p, ok
}

// lowest is the lower of two lifetimes, of which 0 is none.
func lowest(a, b uint64) uint64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}
