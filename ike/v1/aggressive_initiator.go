package v1

import (
	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// initiateAggressive asks for our public value, with which message 1 begins.
func (t *turn) initiateAggressive() {
	t.aggressive, t.number = true, debug.AM1
	t.shown = debug.AGNoState
	if t.env.Policy.NoAggressive {
		t.trace(debug.CryptoAggressiveDisabled{})
		t.abandon()
		return
	}
	key := t.credential()
	list := t.offers()
	if len(list) == 0 {
		t.noKey()
		return
	}
	if t.env.Policy.AggressiveWith(t.peerAddr()) != nil {
		t.trace(debug.ISAKMPTunnelAttributes{At: t.at()})
	}
	if key != nil && key.Prefix.IsValid() {
		t.traceKey(key)
	}
	t.do(exchange.Derive{Group: list[0].Group})
}

// beginAggressive sends message 1: HDR, SA, KE, Ni, IDii, certificate requests and vendor
// IDs.
func (t *turn) beginAggressive(ev exchange.Secret) {
	t.number = debug.AM1
	list := t.offers()
	if ev.Err != nil || len(list) == 0 || len(ev.Key.Public()) != list[0].Group.PublicLen() { // the policy has changed
		Erase(ev)
		t.noKey()
		return
	}
	t.dh, t.suite.Auth = ev.Key, list[0].Auth
	t.gxi, t.ni = t.dh.Public(), t.nonce()
	sa := offer(list)
	t.sai = sa.AppendBody(nil)
	w := payload.NewWriter(t.header(payload.ExchangeAggressive, 0))
	w.Add(payload.TypeSA, &sa)
	w.Add(payload.TypeKE, payload.Opaque(t.gxi))
	w.Add(payload.TypeNonce, payload.Opaque(t.ni))
	for _, v := range t.offeredNATT() {
		t.trace(debug.ISAKMPNATTConstructed{At: t.at(), Version: nattVersion[v]})
	}
	if t.signed() {
		t.idi = t.ownSigningID()
	} else {
		t.idi = t.ownID(0, payload.TypeVendor)
	}
	w.Add(payload.TypeID, payload.Opaque(t.idi))
	if t.signed() {
		t.writeCertRequests(w)
	}
	for _, v := range t.offeredNATT() {
		w.Add(payload.TypeVendor, v.ID())
	}
	w.Add(payload.TypeVendor, payload.VendorUnity.ID())
	w.Add(payload.TypeVendor, payload.VendorDPD.ID())
	t.shown = debug.AGInitExch
	t.move(debug.FromIPsec, debug.SARequestAM, IAM1)
	t.trace(debug.ISAKMPBeginAggressive{At: t.at()})
	t.transmit(w.Message(), "AM1", true)
}

// readAM2 reads the responder's choice and who it is. Nothing of it is believed before
// HASH_R, so another message 2 may follow one that fails.
func (t *turn) readAM2(m *message) error {
	if err := checkCookie(m); err != nil {
		return err
	}
	t.psk, t.vendor = nil, vendors{}
	sa, err := t.readOneProposal(m)
	if err != nil {
		return err
	}
	if t.idr, err = t.readPeerID(m); err != nil {
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
	return t.readKE(m)
}

// resumeAM2 has the shared secret and authenticates the responder.
func (t *turn) resumeAM2(m *message) error {
	nonce, err := t.readNonce(m)
	if err != nil {
		return err
	}
	key := t.credential()
	if key == nil && !t.signed() { // no longer
		t.trace(debug.ISAKMPNoKey{At: t.at(), Peer: t.peerAddr()})
		return t.refused()
	}
	copy(t.cky[8:], m.header.ResponderCookie[:])
	t.policyAgreed()
	t.nr = nonce
	t.readVendors(m)
	if t.signed() {
		if err := t.makeKeys(skeyidSignature(t.suite.Hash, t.ni, t.nr, t.gxy)); err != nil {
			return err
		}
		t.readCertRequests(m)
		return t.readProof(m, t.idr)
	}
	if err := t.deriveKeys(key.Secret); err != nil {
		return err
	}
	if err := t.checkHash(m, t.idr); err != nil {
		return err
	}
	t.authenticated()
	return t.readNATD(m)
}

// replyAM3 sends message 3: HDR*, HASH_I or SIG_I and, where they apply, NAT-D and
// INITIAL-CONTACT.
func (t *turn) replyAM3() {
	t.number = debug.AM3
	t.float()
	w := payload.NewWriter(t.header(payload.ExchangeAggressive, 0))
	if t.signed() {
		t.writeSignature(w)
	} else {
		w.Add(payload.TypeHash, payload.Opaque(t.authHash(true, t.idi)))
	}
	t.writeNATD(w)
	if !t.env.Registry.Known(t.peerAddr(), [8]byte(t.cky[:8])) {
		t.trace(debug.ISAKMPInitialContact{At: t.at()})
		w.Add(payload.TypeNotify, t.initialContact())
	}
	t.enterPeer(false)
	t.unheard = true
	t.transmit(t.chain.seal(w.Message()), "AM3", true)
}
