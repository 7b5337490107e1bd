package v1

import (
	"bytes"
	"crypto/hmac"
	"io"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// nonceLen is IOS's.
const nonceLen = 20

// When phase 1 is renewed before its end: the initiator first, so that both sides seldom
// do it at once. No Quick Mode begins in the last seconds.
const (
	renewInitiator = 30 * time.Second
	renewResponder = 15 * time.Second
	lastCall       = 5 * time.Second
)

// draw returns n octets from Env.Rand.
func (t *turn) draw(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(t.env.Rand, b); err != nil {
		panic("isakmp: no randomness: " + err.Error()) // nothing safe can be sent
	}
	return b
}

func (t *turn) nonce() []byte { return t.draw(nonceLen) }

// readKE reads message 3 or 4: the peer's public value.
func (t *turn) readKE(m *message) error {
	t.processing(debug.PayloadKE, 0)
	body, err := payload.DecodeKE(m.first(payload.TypeKE))
	if err != nil {
		return err
	}
	gx := bytes.Clone(body)
	if len(gx) != t.suite.Group.PublicLen() {
		return &payload.DecodeError{Payload: payload.TypeKE, Notify: payload.InvalidKeyInformation, Reason: "length is not that of the group"}
	}
	if t.dh != nil && bytes.Equal(gx, t.dh.Public()) {
		return &payload.DecodeError{Payload: payload.TypeKE, Notify: payload.InvalidKeyInformation, Reason: "public value is our own"}
	}
	if t.initiator() {
		t.gxr = gx
	} else {
		t.gxi = gx
	}
	t.do(exchange.Derive{Group: t.suite.Group, Key: t.dh, Peer: gx})
	return nil
}

// resumeKE has the shared secret and derives the keys.
func (t *turn) resumeKE(m *message) error {
	nonce, err := t.readNonce(m)
	if err != nil {
		return err
	}
	key := t.credential()
	if key == nil && !t.signed() {
		t.trace(debug.ISAKMPNoKey{At: t.at(), Peer: t.peerAddr()})
		return t.refused()
	}
	if t.initiator() {
		t.nr = nonce
	} else {
		t.gxr, t.ni, t.nr = t.dh.Public(), nonce, t.nonce()
	}
	if t.signed() {
		err = t.makeKeys(skeyidSignature(t.suite.Hash, t.ni, t.nr, t.gxy))
	} else {
		t.traceKey(key)
		err = t.deriveKeys(key.Secret)
	}
	if err != nil {
		return err
	}
	t.readVendors(m)
	if err := t.readNATD(m); err != nil || !t.signed() {
		return err
	}
	t.readCertRequests(m)
	if t.initiator() {
		return t.sign()
	}
	return nil
}

func (t *turn) readNonce(m *message) ([]byte, error) {
	t.processing(debug.PayloadNonce, 0)
	nonce, err := payload.DecodeNonce(m.first(payload.TypeNonce))
	return bytes.Clone(nonce), err
}

// deriveKeys makes the keys of a pre-shared one, once both public values and both nonces
// are there.
func (t *turn) deriveKeys(psk []byte) error {
	t.psk = psk
	return t.makeKeys(skeyidPreShared(t.suite.Hash, psk, t.ni, t.nr))
}

// makeKeys derives everything from SKEYID.
func (t *turn) makeKeys(skeyid []byte) error {
	h := t.suite.Hash
	k := newKeys(h, skeyid, t.gxy, t.cky)
	key := k.encryptionKey(t.suite.Encryption.KeyLen(t.suite.KeyBits))
	block, err := t.suite.Encryption.New(key)
	clear(key)
	if err != nil {
		return err
	}
	if t.keys != nil {
		t.keys.clear()
	}
	t.engine(debug.EngineSA)
	t.keys = k
	t.chain = phase1Chain(h, block, t.gxi, t.gxr)
	t.keysExist()
	return nil
}

// replyID sends message 5 or 6: HDR*, ID, HASH and, from an initiator that knows no SA
// with the peer, INITIAL-CONTACT.
func (t *turn) replyID() {
	name := "MM6"
	first := false
	if t.initiator() {
		name = "MM5"
		t.number = 5
		t.float()
		first = !t.env.Registry.Known(t.peerAddr(), [8]byte(t.cky[:8]))
	} else {
		t.number = 6
	}
	if first {
		t.trace(debug.ISAKMPInitialContact{At: t.at()})
	}
	w := payload.NewWriter(t.header(payload.ExchangeMain, 0))
	if t.signed() {
		t.writeProof(w)
	} else {
		port := uint16(500)
		if t.floated() {
			port = 0
		}
		body := t.ownID(port, payload.TypeHash)
		w.Add(payload.TypeID, payload.Opaque(body))
		w.Add(payload.TypeHash, payload.Opaque(t.authHash(t.initiator(), body)))
	}
	if first {
		w.Add(payload.TypeNotify, t.initialContact())
	}
	t.shown = debug.MMKeyExch
	t.engine(debug.EngineEncrypt)
	t.transmit(t.chain.seal(w.Message()), name, t.initiator())
}

// authHash is HASH_I or HASH_R over the body of the sender's ID payload.
func (t *turn) authHash(initiator bool, id []byte) []byte {
	if initiator {
		return t.keys.hashI(t.gxi, t.gxr, t.cky, t.sai, id)
	}
	return t.keys.hashR(t.gxi, t.gxr, t.cky, t.sai, id)
}

// readID reads message 5 or 6 and authenticates the peer.
func (t *turn) readID(m *message) error {
	id, err := t.readPeerID(m)
	if err != nil {
		return err
	}
	if t.signed() {
		return t.readProof(m, id)
	}
	if err := t.checkHash(m, id); err != nil {
		return err
	}
	t.accepted(m)
	return nil
}

// accepted is what follows when message 5 or 6 has authenticated the peer.
func (t *turn) accepted(m *message) {
	if m.first(payload.TypeVendor) != nil {
		t.trace(debug.ISAKMPPayloadType{At: t.at(), Kind: debug.RidingVendors})
		t.readVendors(m)
	}
	contact := t.readContact(m)
	t.authenticated()
	if !t.initiator() {
		t.follow(m)
	}
	t.enterPeer(contact)
}

// checkHash verifies HASH_I or HASH_R over the body of the peer's ID payload.
func (t *turn) checkHash(m *message, id []byte) error {
	t.processing(debug.PayloadHash, 0)
	hash, err := payload.DecodeHash(m.first(payload.TypeHash), t.suite.Hash.Size())
	if err != nil {
		return err
	}
	if !hmac.Equal(hash, t.authHash(!t.initiator(), id)) {
		t.trace(debug.ISAKMPHashMismatch{At: t.at()})
		return t.refused()
	}
	return nil
}

// authenticated says that the peer has proved who it is.
func (t *turn) authenticated() {
	t.trace(debug.ISAKMPAuthStatus{At: t.at()})
	t.trace(debug.ISAKMPAuthenticated{At: t.at(), Peer: t.peerAddr()})
}

// enterPeer acts on INITIAL-CONTACT and enters the peer in IOS's table.
func (t *turn) enterPeer(contact bool) {
	if contact {
		t.trace(debug.ISAKMPAuthStatus{At: t.at()})
		t.trace(debug.ISAKMPProcessInitialContact{At: t.at(), Local: t.local.Addr(), Peer: t.peerAddr(), Port: t.remote.Port()})
		t.do(exchange.InitialContact{})
	}
	if t.floated() {
		t.trace(debug.ISAKMPUDPEncap{At: t.at(), Ptr: t.peer.Ptr, SA: t.ptr})
	}
	t.trace(debug.ISAKMPInsertPeer{At: t.at(), Local: t.local.Addr(), Peer: t.peerAddr(), Port: t.remote.Port(), Ptr: t.peer.Ptr})
}

// initialContact is the notification that the peer should forget what it had with us.
func (t *turn) initialContact() *payload.Notify {
	return &payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.InitialContact, SPI: t.cky[:]}
}

// readContact reports whether INITIAL-CONTACT rides in the initiator's last message. Its
// HASH does not cover notifications, so one in clear could be anybody's.
func (t *turn) readContact(m *message) bool {
	if !m.header.Encrypted() {
		return false
	}
	for r := range m.all(payload.TypeNotify) {
		n, err := payload.DecodeNotify(r.Body)
		if err != nil || n.Type != payload.InitialContact {
			continue
		}
		t.trace(debug.ISAKMPNotify{At: t.at(), Type: debug.NotifyInitialContact, Protocol: uint8(payload.ProtocolISAKMP), SA: t.ptr})
		return true
	}
	return false
}

// up begins the life of an ISAKMP SA.
func (t *turn) up() {
	t.shown = debug.QMIdle
	t.dh.Clear()
	clear(t.gxy)
	t.making = nil
	t.engine(debug.EngineDeleteDH)
	t.established = t.env.Now
	if !t.unheard {
		t.do(exchange.Disarm{Timer: exchange.Timer{Kind: exchange.Retransmit}})
	}
	t.armLife()
	t.holdNAT()
	t.watch()
	t.do(exchange.Established{})
	if t.lowered && !t.initiator() {
		t.sendLife()
	}
	for _, r := range t.requests {
		t.beginQuick(r)
	}
	t.requests = nil
	t.unconfirmed = true
	t.confirm()
}

// confirm reports that phase 1 is complete: after the first messages of the Quick Modes
// that waited for it, as IOS does.
func (t *turn) confirm() {
	for _, n := range t.nodes {
		if n.initiator && n.state == QMReady {
			return
		}
	}
	if t.unconfirmed {
		t.unconfirmed = false
		t.number = t.lastNumber()
		t.move(debug.Internal, debug.Phase1Complete, P1Complete)
	}
}

// armLife sets the timers of the lifetime and of the renewal before it ends.
func (t *turn) armLife() {
	left := max(0, t.end().Sub(t.env.Now))
	early := renewInitiator
	if !t.initiator() {
		early = renewResponder
	}
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Lifetime}, After: left})
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Renewal}, After: left - min(early, left/2)})
}
