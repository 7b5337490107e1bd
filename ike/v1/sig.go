package v1

import (
	"crypto/x509"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// Main Mode with signatures, RFC 2409, section 5.1. It differs from that with a
// pre-shared key in its last messages, and in where SKEYID comes from:
//
//	 HDR*, IDii, [ CERT, ] SIG_I -->
//	                       <--    HDR*, IDir, [ CERT, ] SIG_R
//
// SIG is a signature over HASH. Signing and judging a certificate are slow, so both are
// done elsewhere, between the message received and its answer.

// proof is how we prove who we are, made while a message waits for its answer.
type proof struct {
	with      *exchange.Credential
	id        payload.ID
	body      []byte // of the ID payload
	steps     []debug.CertStep
	signature []byte
}

// signed reports whether phase 1 is authenticated with RSA signatures.
func (p *Phase1) signed() bool { return p.suite.Auth == exchange.RSASig }

// needs are the payloads of the message that the row waits for.
func (t *turn) needs(r *row) (need, may []payload.Type) {
	at := slices.Index(r.need, payload.TypeHash)
	if !t.signed() || at < 0 {
		return r.need, anywhere
	}
	need = slices.Clone(r.need)
	need[at] = payload.TypeSig
	return need, append([]payload.Type{payload.TypeCert}, anywhere...)
}

// writeCertRequests asks for a certificate of one of our authorities.
func (t *turn) writeCertRequests(w *payload.Writer) {
	for _, a := range t.env.Policy.AuthoritiesOf(t.profile) {
		t.trace(debug.ISAKMPCertRequest{At: t.at(), Own: true, Issuer: a.Text})
		w.Add(payload.TypeCertReq, &payload.Cert{Encoding: payload.CertX509Signature, Data: a.Name})
	}
}

// maxAuthorities bounds how many of a peer's authorities are remembered.
const maxAuthorities = 32

// readCertRequests remembers whose certificates the peer accepts.
func (t *turn) readCertRequests(m *message) {
	t.wantedCerts = nil
	for r := range m.all(payload.TypeCertReq) {
		t.processing(debug.PayloadCertReq, 0)
		c, err := payload.DecodeCertReq(r.Body)
		if err != nil || c.Encoding != payload.CertX509Signature || len(t.wantedCerts) == maxAuthorities {
			continue
		}
		t.trace(debug.ISAKMPCertStep{At: t.at(), Step: debug.CertWanted})
		if len(c.Data) > 0 {
			t.trace(debug.ISAKMPCertRequest{At: t.at(), Issuer: t.env.Policy.AuthorityText(c.Data)})
			t.wantedCerts = append(t.wantedCerts, slices.Clone(c.Data))
		}
	}
	if c := t.env.Policy.Credential(t.profile, t.wantedCerts); c != nil && len(t.wantedCerts) > 0 {
		t.trace(debug.ISAKMPTrustpoint{At: t.at(), Trustpoint: c.Trustpoint})
	}
}

// sign asks for our signature; the answer to the peer waits for it.
func (t *turn) sign() error {
	c := t.env.Policy.Credential(t.profile, t.wantedCerts)
	if c == nil { // no longer
		t.trace(debug.ISAKMPNoCredentials{At: t.at(), Certificate: true, Key: true})
		return t.refused()
	}
	if t.initiator() {
		t.float()
	}
	port := uint16(500)
	if t.floated() || t.aggressive {
		port = 0
	}
	p := proof{with: c}
	self, steps := t.signingID(c)
	p.id, p.steps = self.Payload(t.local.Addr(), 17, port), steps
	p.body = p.id.AppendBody(nil)
	if t.aggressive && t.initiator() {
		p.body = t.idi // which message 1 has said
	}
	t.proof = p
	t.do(exchange.Sign{With: c.Sign, Hash: t.authHash(t.initiator(), p.body)})
	t.then = (*turn).signatureMade
	return nil
}

// signingID is what we call ourselves: as configured if the certificate says so too,
// because a peer will look (RFC 4945, section 3.1), else by a name that it does hold.
func (t *turn) signingID(c *exchange.Credential) (exchange.Identity, []debug.CertStep) {
	if t.self().Equal(exchange.BySubject) {
		return exchange.Identity{Type: payload.IDDERASN1DN, Data: c.Subject}, nil
	}
	id := t.self().Payload(t.local.Addr(), 0, 0)
	self := exchange.Identity{Type: id.Type, Data: id.Data}
	a, isAddr := id.Addr()
	switch {
	case isAddr && slices.Contains(c.Addrs, a),
		self.Type == payload.IDFQDN && slices.Contains(c.Names, self.Name()),
		self.Type == payload.IDDERASN1DN:
		return self, nil
	}
	var steps []debug.CertStep
	if isAddr {
		steps = append(steps, debug.CertAddrNotIn)
	}
	if len(c.Names) > 0 {
		return exchange.FQDN(c.Names[0]), append(steps, debug.CertUsingFQDN)
	}
	return exchange.Identity{Type: payload.IDDERASN1DN, Data: c.Subject}, append(steps, debug.CertUsingDN)
}

// signatureMade lets the message be answered.
func (t *turn) signatureMade(*message) error {
	if t.proof.signature == nil {
		return t.refused()
	}
	return nil
}

// ownSigningID is the body of our ID payload in message 1 of Aggressive Mode.
func (t *turn) ownSigningID() []byte {
	self, steps := t.signingID(t.env.Policy.Credential(t.profile, nil))
	for _, s := range steps {
		t.trace(debug.ISAKMPCertStep{At: t.at(), Step: s})
	}
	id := self.Payload(t.local.Addr(), 17, 0)
	body := id.AppendBody(nil)
	t.traceOwnID(id, payload.TypeCertReq, len(body), true)
	return body
}

// writeProof adds identity, certificates and signature to message 5 or 6.
func (t *turn) writeProof(w *payload.Writer) {
	t.writeSignedID(w, payload.TypeCert)
	t.writeSignature(w)
}

// writeSignedID adds the identity and returns the payload's body.
func (t *turn) writeSignedID(w *payload.Writer, next payload.Type) []byte {
	p := &t.proof
	for _, s := range p.steps {
		t.trace(debug.ISAKMPCertStep{At: t.at(), Step: s})
	}
	t.traceOwnID(p.id, next, len(p.body), true)
	w.Add(payload.TypeID, payload.Opaque(p.body))
	return p.body
}

// writeSignature adds certificates and signature.
func (t *turn) writeSignature(w *payload.Writer) {
	p := &t.proof
	t.trace(debug.ISAKMPCert{At: t.at(), Subject: p.with.Text})
	t.trace(debug.ISAKMPCert{At: t.at(), Trustpoint: p.with.Trustpoint})
	for _, der := range p.with.Chain {
		w.Add(payload.TypeCert, &payload.Cert{Encoding: payload.CertX509Signature, Data: der})
	}
	w.Add(payload.TypeSig, payload.Opaque(p.signature))
	t.proof, t.wantedCerts = proof{}, nil
}

// readProof reads the peer's certificates and its signature, and asks for a judgement.
func (t *turn) readProof(m *message, id []byte) error {
	claim := exchange.Claim{Identity: t.peerID, Hash: t.authHash(!t.initiator(), id), Trustpoints: t.env.Policy.Trustpoints(t.profile)}
	for r := range m.all(payload.TypeCert) {
		t.processing(debug.PayloadCert, 0)
		c, err := payload.DecodeCert(r.Body)
		if err != nil {
			return err
		}
		if c.Encoding == payload.CertX509Signature {
			t.trace(debug.ISAKMPCertStep{At: t.at(), Step: debug.CertProcessing})
			claim.Certificates = append(claim.Certificates, slices.Clone(c.Data))
		}
	}
	if len(claim.Certificates) > 0 {
		t.trace(debug.ISAKMPCertStep{At: t.at(), Step: debug.CertNotCached})
		t.traceSubject(claim.Certificates[0])
	}
	t.processing(debug.PayloadSig, 0)
	claim.Signature = slices.Clone(m.first(payload.TypeSig))
	return t.judge(claim)
}

// judge asks for a judgement.
func (t *turn) judge(claim exchange.Claim) error {
	if t.env.Policy.Trust == nil { // no longer
		return t.refused()
	}
	t.claim = &claim
	t.do(exchange.Verify{By: t.env.Policy.Trust, Claim: claim})
	t.then = (*turn).judged
	return nil
}

// traceSubject says what IOS misses in the subject of the peer's certificate.
func (t *turn) traceSubject(der []byte) {
	c, err := x509.ParseCertificate(der)
	if err != nil || len(c.Subject.Names) == 0 {
		t.trace(debug.ISAKMPCertStep{At: t.at(), Step: debug.CertNoDN})
	}
	if err != nil || len(c.Subject.OrganizationalUnit) == 0 {
		t.trace(debug.ISAKMPCertStep{At: t.at(), Step: debug.CertNoOU})
	}
}

// judged has the verdict on message 5 or 6, or on 2 or 3 of Aggressive Mode.
func (t *turn) judged(m *message) error {
	for _, e := range t.verdict.Events {
		t.trace(e)
	}
	if err := t.verdict.Err; err != nil {
		step := debug.CertRefused
		if t.verdict.Forged {
			step = debug.CertSignatureFail
		}
		t.trace(debug.ISAKMPCertStep{At: t.at(), Step: step})
		t.trace(debug.CryptoInvalidCert{Peer: t.peerAddr(), Reason: err.Error()})
		return t.refused()
	}
	if err := t.applyMaps(t.verdict.Maps); err != nil {
		return err
	}
	if points := t.env.Policy.Trustpoints(t.profile); points != nil && t.claim.Trustpoints == nil {
		claim := *t.claim
		claim.Trustpoints = points // of the profile that its certificate map has chosen
		return t.judge(claim)
	}
	t.verdict, t.claim = exchange.Verdict{}, nil
	switch {
	case t.aggressive && t.initiator(): // has message 2
		t.authenticated()
		if err := t.readNATD(m); err != nil {
			return err
		}
		return t.sign()
	case t.aggressive:
		return t.acceptAM3(m)
	}
	t.accepted(m)
	if t.initiator() {
		return nil
	}
	return t.sign()
}

// applyMaps lets the peer's certificate decide on the profile where its identity has
// not. An initiator whose request names a profile takes no other.
func (t *turn) applyMaps(holding []string) error {
	if t.profile != "" {
		return nil
	}
	found := t.env.Policy.ProfileByMap(holding)
	if t.wanted != "" {
		if found = t.env.Policy.Profile(t.wanted); found == nil || !found.MatchesMap(holding) {
			t.trace(debug.ISAKMPPeerProfile{At: t.at(), Wanted: t.wanted})
			return t.refused()
		}
	}
	if found != nil {
		t.profile = found.Name
		t.trace(debug.ISAKMPPeerProfile{At: t.at(), Profile: t.profile})
	}
	return nil
}

// resumed goes on with a message whose slow work is done.
func (t *turn) resumed(err error) {
	p, then := t.pending, t.then
	t.pending, t.then = nil, nil
	if p == nil || then == nil || t.state == DestSA {
		return
	}
	t.number = p.row.number
	if err == nil {
		err = then(t, p.m)
	}
	t.proceed(p, err)
}
