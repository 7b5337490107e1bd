package v1

import (
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// initiate sends message 1: HDR, SA and the vendor IDs of NAT traversal.
func (t *turn) initiate(ev exchange.Initiate) {
	t.requests, t.wanted, t.profile = ev.Requests, ev.Profile, ev.Profile
	if t.wantsAggressive() {
		t.initiateAggressive()
		return
	}
	t.number = 1
	t.trace(debug.ISAKMPNoAggressive{At: t.at()})
	key := t.credential()
	list := t.offers()
	if len(list) == 0 {
		t.noKey()
		return
	}
	if key != nil {
		t.traceKey(key)
	} else {
		t.trace(debug.ISAKMPNoKey{At: t.at(), Peer: t.peerAddr()})
	}
	sa := offer(list)
	t.sai = sa.AppendBody(nil)
	w := payload.NewWriter(t.header(payload.ExchangeMain, 0))
	w.Add(payload.TypeSA, &sa)
	for _, v := range t.offeredNATT() {
		t.trace(debug.ISAKMPNATTConstructed{At: t.at(), Version: nattVersion[v]})
		w.Add(payload.TypeVendor, v.ID())
	}
	t.move(debug.FromIPsec, debug.SARequestMM, IMM1)
	t.trace(debug.ISAKMPBeginMain{At: t.at()})
	t.transmit(w.Message(), "MM1", true)
}

// noKey ends an SA that cannot even begin.
func (t *turn) noKey() {
	if t.credential() == nil { // else there is no policy to offer
		t.trace(debug.ISAKMPNoKey{At: t.at(), Peer: t.peerAddr()})
	}
	certificate := slices.ContainsFunc(t.env.Policy.Proposals, func(p exchange.ISAKMPProposal) bool { return p.Auth == exchange.RSASig })
	t.trace(debug.ISAKMPNoCredentials{At: t.at(), Certificate: certificate && !t.signs(), Key: t.credential() != nil})
	t.trace(debug.ISAKMPCannotStart{At: t.at(), Aggressive: t.aggressive})
	t.abandon()
}

// abandon ends an SA that has sent nothing.
func (t *turn) abandon() {
	t.unlock(debug.ForPeerDelete)
	t.trace(debug.ISAKMPPurgeSA{At: t.at(), Ptr: t.ptr})
	t.trace(debug.ISAKMPPurgeNode{At: t.at()})
	t.trace(debug.ISAKMPRequestFailed{At: t.at()})
	t.trace(debug.ISAKMPKeyMessageFailed{At: t.at(), Number: 0, Code: 2})
	t.state = DestSA
	t.do(exchange.Dead{Requests: t.requests})
	t.requests = nil
	t.do(exchange.Gone{})
}

// readChoice reads message 2: the proposal that the responder has chosen.
func (t *turn) readChoice(m *message) error {
	if err := checkCookie(m); err != nil {
		return err
	}
	sa, err := t.readOneProposal(m)
	if err != nil {
		return err
	}
	t.vendor = t.readVendors(m)
	if err := t.haveKey(); err != nil {
		return err
	}
	if !t.choose(sa.Proposals) {
		t.trace(debug.ISAKMPNoOffers{At: t.at()})
		return t.notOffered()
	}
	t.do(exchange.Derive{Group: t.suite.Group})
	return nil
}

// checkCookie looks at the responder's cookie. With our own HASH_R could be HASH_I, sent
// back to us.
func checkCookie(m *message) error {
	if c := m.header.ResponderCookie; c == [8]byte{} || c == m.header.InitiatorCookie {
		return &payload.DecodeError{Notify: payload.InvalidCookie, Reason: "responder cookie is zero or our own"}
	}
	return nil
}

// readOneProposal reads the proposal that the responder has chosen.
func (t *turn) readOneProposal(m *message) (payload.SA, error) {
	t.processing(debug.PayloadSA, 0)
	sa, err := payload.DecodeSA(m.first(payload.TypeSA))
	// "The initiator MAY provide multiple proposals for negotiation; a responder MUST
	// reply with only one." RFC 2409, section 5.
	if err == nil && (len(sa.Proposals) != 1 || len(sa.Proposals[0].Transforms) != 1) {
		err = &payload.DecodeError{Payload: payload.TypeSA, Notify: payload.BadProposalSyntax, Reason: "more than one proposal chosen"}
	}
	return sa, err
}

// notOffered reports a choice that no policy of ours accepts, so that was not offered.
func (t *turn) notOffered() error {
	t.trace(debug.CryptoNotOffered{Peer: t.peerAddr(), Attribute: t.closest.Attribute()})
	return t.refused()
}

// resumeChoice has our public value: the crypto engine owns the SA now.
func (t *turn) resumeChoice(m *message) error {
	copy(t.cky[8:], m.header.ResponderCookie[:])
	t.policyAgreed()
	t.readVendors(m)
	return nil
}

// replyKE sends message 3, or 4 for a responder: HDR, KE, N, vendor IDs and NAT-D.
func (t *turn) replyKE() {
	name := "MM3"
	if t.initiator() {
		t.gxi, t.ni = t.dh.Public(), t.nonce()
		t.number = 3
		t.shown = debug.MMSASetup
	} else {
		name = "MM4"
		t.number = 4
		t.shown = debug.MMKeyExch
	}
	w := payload.NewWriter(t.header(payload.ExchangeMain, 0))
	if t.initiator() {
		w.Add(payload.TypeKE, payload.Opaque(t.gxi))
		w.Add(payload.TypeNonce, payload.Opaque(t.ni))
	} else {
		w.Add(payload.TypeKE, payload.Opaque(t.gxr))
		w.Add(payload.TypeNonce, payload.Opaque(t.nr))
	}
	if t.signed() {
		t.writeCertRequests(w)
	}
	t.writeVendors(w)
	t.writeNATD(w)
	t.transmit(w.Message(), name, true)
}
