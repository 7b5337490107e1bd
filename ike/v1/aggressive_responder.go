package v1

import (
	"bytes"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// readAM1 reads every proposal of the initiator and who it says it is. Diffie-Hellman is
// done only for one that a key and a policy are there for.
func (t *turn) readAM1(m *message) error {
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Lifetime}, After: halfOpen})
	t.shown = debug.AGNoState
	t.processing(debug.PayloadSA, 0)
	body := bytes.Clone(m.first(payload.TypeSA))
	sa, err := payload.DecodeSA(body)
	if err != nil {
		return err
	}
	t.sai = body
	if t.idi, err = t.readPeerID(m); err != nil {
		return err
	}
	t.vendor = t.readVendors(m)
	if name := t.peerID.Name(); name != "" && t.env.Policy.KeyOf(name, t.env.Policy.Keyrings(t.profile)) == nil {
		t.trace(debug.ISAKMPNoHostKey{At: t.at(), Host: name})
	}
	if t.haveKey() != nil || !t.choose(sa.Proposals) {
		t.refuseOffer()
		return errDeleted
	}
	return t.readKE(m)
}

// resumeAM1 has the shared secret and derives the keys.
func (t *turn) resumeAM1(m *message) error {
	nonce, err := t.readNonce(m)
	if err != nil {
		return err
	}
	key := t.credential()
	if key == nil && !t.signed() { // no longer
		t.refuseOffer()
		return errDeleted
	}
	t.policyAgreed()
	t.gxr, t.ni, t.nr = t.dh.Public(), nonce, t.nonce()
	t.readVendors(m)
	if !t.signed() {
		return t.deriveKeys(key.Secret)
	}
	if err := t.makeKeys(skeyidSignature(t.suite.Hash, t.ni, t.nr, t.gxy)); err != nil {
		return err
	}
	t.readCertRequests(m)
	return t.sign()
}

// replyAM2 sends message 2: HDR, SA, KE, Nr, IDir, HASH_R or SIG_R, vendor IDs and NAT-D.
func (t *turn) replyAM2() {
	t.number = debug.AM2
	sa := payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: []payload.Proposal{t.chosen}}
	w := payload.NewWriter(t.header(payload.ExchangeAggressive, 0))
	w.Add(payload.TypeSA, &sa)
	t.writeChosenNATT(w)
	t.writeVendors(w)
	w.Add(payload.TypeKE, payload.Opaque(t.gxr))
	if t.signed() {
		t.idr = t.writeSignedID(w, payload.TypeNonce)
		w.Add(payload.TypeNonce, payload.Opaque(t.nr))
		t.writeSignature(w)
		t.writeCertRequests(w)
	} else {
		t.idr = t.ownID(0, payload.TypeNonce)
		w.Add(payload.TypeID, payload.Opaque(t.idr))
		w.Add(payload.TypeNonce, payload.Opaque(t.nr))
		w.Add(payload.TypeHash, payload.Opaque(t.authHash(false, t.idr)))
	}
	t.writeNATD(w)
	t.shown = debug.AGInitExch
	// The initiator asks again if it is lost: whoever forged its address must not get
	// more than one answer.
	t.transmit(w.Message(), "AM2", false)
}

// readAM3 authenticates the initiator.
func (t *turn) readAM3(m *message) error {
	if t.signed() {
		return t.readProof(m, t.idi)
	}
	if err := t.checkHash(m, t.idi); err != nil {
		return err
	}
	return t.acceptAM3(m)
}

// acceptAM3 has an initiator that is authenticated.
func (t *turn) acceptAM3(m *message) error {
	contact := t.readContact(m)
	if err := t.readNATD(m); err != nil {
		return err
	}
	t.authenticated()
	t.follow(m)
	t.enterPeer(contact)
	return nil
}
