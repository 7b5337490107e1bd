package v1

import (
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// What the releases do alike they report in different words, which is package debug's
// business. Here is where they differ in what is reported, and when: the Version of the
// policy decides. What is sent and accepted is the same, but for the vendor IDs offered.

// ios15 reports whether the manner of 15.x is kept.
func (t *turn) ios15() bool { return t.env.Policy.Version == debug.IOS15 }

// policyAgreed comes once a policy is agreed. In 12.4 the crypto engine owns the SA from
// then on, which gives it its connection id.
func (t *turn) policyAgreed() {
	if !t.ios15() {
		t.takeConn()
	}
}

// keysExist comes once SKEYID and all that follows from it are known. 15.x has its
// connection id from then on, and no line that says so.
func (t *turn) keysExist() {
	t.takeConn()
	if !t.ios15() {
		t.trace(debug.ISAKMPKeysGenerated{At: t.at()})
	}
}

func (t *turn) takeConn() {
	if t.conn == 0 {
		t.conn = t.env.Registry.ConnID()
	}
}

// traceLife is how 15.x works out the lifetime of phase 1 from the transform accepted.
func (t *turn) traceLife(tr *payload.Transform, policy exchange.ISAKMPProposal) {
	if !t.ios15() || !t.env.Tracing {
		return
	}
	step := func(s debug.LifeStep, v uint64) { t.trace(debug.ISAKMPLifeStep{At: t.at(), Step: s, Value: v}) }
	own := uint64(policy.LifeSeconds)
	if own == defaultLife {
		own = 0 // as if it were not configured
	}
	step(debug.LifeActual, own)
	step(debug.LifeMinimum, 0)
	if offered := offeredLife(tr); offered != 0 {
		a, _ := tr.Attribute(payload.ISAKMPLifeDuration)
		if n := uint64(len(a.Data)); n == 0 {
			step(debug.LifeBasic, offered)
		} else {
			step(debug.LifeVPI, n)
			step(debug.LifeFilled, offered)
		}
	}
	life := uint64(lower(policy.LifeSeconds, offeredLife(tr)))
	step(debug.LifeReturned, life)
	t.trace(debug.ISAKMPLifeTimer{At: t.at(), Seconds: life})
}

// defaultLife is the lifetime of a policy that names none, in seconds.
const defaultLife = 86400

// keyMessage reports a message of the key engine, of which 15.x says nothing.
func (t *turn) keyMessage(kind debug.KeyMessage) {
	if !t.ios15() {
		t.trace(debug.ISAKMPKeyMessage{At: t.at(), Kind: kind, Count: 1})
	}
}

// lockIPsec reports the count of the IPsec SAs that refer to the peer; 15.x does not.
func (t *turn) lockIPsec(count int, by debug.Holder) {
	if t.env.Tracing && !t.ios15() {
		t.trace(debug.ISAKMPLock{At: t.at(), Ptr: t.peer.Ptr, IPsec: true, Count: count, By: by})
	}
}

// traceNATD is what 15.x says of one NAT-D payload: a verdict over those compared so far.
func (t *turn) traceNATD(kind payload.Type, so nat, more bool) {
	if t.ios15() {
		t.trace(debug.ISAKMPPayloadType{At: t.at(), Kind: uint8(kind)})
		t.trace(debug.ISAKMPNAT{At: t.at(), Side: natSide[so], More: more})
	}
}

// traceNAT is what 12.4 says of all of them, if there is a NAT.
func (t *turn) traceNAT(found nat) {
	if !t.ios15() && found.found() {
		t.trace(debug.ISAKMPNATD{At: t.at(), Mine: true, Match: !found.self})
		t.trace(debug.ISAKMPNATD{At: t.at(), Match: !found.peer})
		t.trace(debug.ISAKMPNAT{At: t.at(), Side: natSide[found]})
	}
}

// getsSPI reports that a Quick Mode has its SPI, which an initiator of 12.4 does not.
func (t *turn) getsSPI(n *node) {
	at := t.at()
	at.Role = debug.Responder // in the Quick Mode, that is
	if n.initiator {
		at.Role = debug.Initiator
	}
	if t.ios15() || !n.initiator {
		t.trace(debug.ISAKMPAskSPI{At: at, Count: max(1, len(n.deal.proposals))})
	}
}

// spiReply is how the key engine of 12.4 reports the SPI that it was asked for.
func (t *turn) spiReply(n *node) {
	if !t.ios15() {
		t.trace(debug.IPsecKeyEngine{Count: 1})
		if n.bundled() {
			t.trace(debug.IPsecSPIResponse{SPI: n.deal.inAH, AH: true, Local: t.local.Addr(), Peer: t.peerAddr()})
		}
		t.trace(debug.IPsecSPIResponse{SPI: n.deal.inSPI, AH: n.deal.protocol == payload.ProtocolAH, Local: t.local.Addr(), Peer: t.peerAddr()})
	}
}

// tooSoon reports a copy of what was answered a moment ago.
func (t *turn) tooSoon(phase2 bool, sent time.Time) {
	if t.ios15() {
		t.trace(debug.ISAKMPRetransmitSkipped{At: t.at(), Phase2: phase2, Milliseconds: t.env.Now.Sub(sent).Milliseconds()})
	}
}

// offeredNATT are the versions of NAT traversal that an initiator offers, in order.
func (t *turn) offeredNATT() []payload.Vendor {
	if t.env.Policy.NoUDPEncap {
		return nil
	}
	drafts := []payload.Vendor{payload.VendorNATTDraft07, payload.VendorNATTDraft03, payload.VendorNATTDraft02}
	if t.ios15() {
		return append([]payload.Vendor{payload.VendorNATTRFC3947}, drafts...)
	}
	return drafts
}
