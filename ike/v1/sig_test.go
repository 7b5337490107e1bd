package v1

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// believer is a Trust that wants a signature of its making, and counts.
type believer struct{ asked int }

func (b *believer) Judge(c exchange.Claim) exchange.Verdict {
	b.asked++
	if len(c.Certificates) == 0 || !bytes.Equal(c.Signature, append([]byte("signed "), c.Hash...)) {
		return exchange.Verdict{Err: errors.New("not signed")}
	}
	return exchange.Verdict{}
}

// signing makes an end one that authenticates with signatures.
func signing(e *end) *believer {
	b := &believer{}
	p := e.env.Policy
	p.Proposals[0].Auth = exchange.RSASig
	p.Keys, p.Trust = nil, b
	p.Authorities = []exchange.Authority{{Name: []byte("the authority"), Text: "cn=ca"}}
	p.Credentials = []exchange.Credential{{Trustpoint: "CA", Chain: [][]byte{[]byte("certificate"), []byte("authority")},
		Issuers: [][]byte{[]byte("the authority")}, Subject: []byte("a name"), Text: "cn=r", Names: []string{"r.lab"},
		Usable: func() bool { return true },
		Sign:   func(hash []byte) ([]byte, error) { return append([]byte("signed "), hash...), nil }}}
	return b
}

// signedPair negotiates with signatures until n messages have been delivered; change
// sees message n before it is delivered.
func signedPair(n int) (i, r *end, bi, br *believer, next []exchange.Send) {
	i, r = newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	bi, br = signing(i), signing(r)
	tunnel := &i.env.Policy.Tunnels[0]
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	for to, other := r, i; n > 0 && len(sent) > 0; n-- {
		var answer []exchange.Send
		for _, s := range sent {
			answer = append(answer, to.step(deliver(s))...)
		}
		sent = answer
		to, other = other, to
	}
	return i, r, bi, br, sent
}

func TestSignedPair(t *testing.T) {
	i, r, bi, br, _ := signedPair(9)
	if i.state != P1Complete || r.state != P1Complete || bi.asked != 1 || br.asked != 1 {
		t.Fatalf("states %v and %v after %d and %d judgements", i.state, r.state, bi.asked, br.asked)
	}
	if i.peerID.Name() != "r.lab" || i.making != nil {
		t.Errorf("the peer is %v, of its proof %+v is left", i.peerID, i.making)
	}
}

// Whoever is to call itself by the subject of its certificate does, and by its address
// where it signs nothing.
func TestIdentityBySubject(t *testing.T) {
	i, r := newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	tunnel := &i.env.Policy.Tunnels[0]
	for _, e := range []*end{i, r} {
		signing(e)
		e.env.Policy.Identity = exchange.BySubject
	}
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	for to, other := r, i; len(sent) > 0 && r.state != P1Complete; to, other = other, to {
		sent = to.step(deliver(sent[0]))
	}
	if want := (exchange.Identity{Type: payload.IDDERASN1DN, Data: []byte("a name")}); !r.peerID.Equal(want) {
		t.Errorf("the peer is %v", r.peerID)
	}
	if id := exchange.BySubject.Payload(addrI.Addr(), 0, 0); id.Type != payload.IDIPv4 {
		t.Errorf("without a certificate it is of type %v", id.Type)
	}
}

// Message 5 in all the forms in which it proves nothing: nothing is established, and the
// right one is still accepted afterwards.
func TestProofsThatAreNone(t *testing.T) {
	cert := func(data string) payload.Body {
		return &payload.Cert{Encoding: payload.CertX509Signature, Data: []byte(data)}
	}
	id := func(i *end) payload.Body { return payload.Opaque(i.idBody()) }
	for name, write := range map[string]func(i *end, w *payload.Writer){
		"a hash for a signature": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeID, id(i))
			w.Add(payload.TypeHash, payload.Opaque((&turn{Phase1: i.Phase1}).authHash(true, i.idBody())))
		},
		"no certificate": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeID, id(i))
			w.Add(payload.TypeSig, payload.Opaque("signed"))
		},
		"no signature": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeID, id(i))
			w.Add(payload.TypeCert, cert("certificate"))
		},
		"no identity": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeCert, cert("certificate"))
			w.Add(payload.TypeSig, payload.Opaque("signed"))
		},
		"two signatures": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeID, id(i))
			w.Add(payload.TypeCert, cert("certificate"))
			w.Add(payload.TypeSig, payload.Opaque("signed"))
			w.Add(payload.TypeSig, payload.Opaque("signed"))
		},
		"an empty certificate": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeID, id(i))
			w.Add(payload.TypeCert, cert(""))
			w.Add(payload.TypeSig, payload.Opaque("signed"))
		},
		"an empty signature": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeID, id(i))
			w.Add(payload.TypeCert, cert("certificate"))
			w.Add(payload.TypeSig, payload.Opaque(nil))
		},
		"another encoding": func(i *end, w *payload.Writer) {
			w.Add(payload.TypeID, id(i))
			w.Add(payload.TypeCert, &payload.Cert{Encoding: payload.CertPKCS7, Data: []byte("certificate")})
			w.Add(payload.TypeSig, payload.Opaque("signed"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			i, r, _, _, right := signedPair(4)
			w := payload.NewWriter(i.header(payload.ExchangeMain, 0))
			write(i, w)
			chain := r.chain
			bad := right[0]
			bad.Data = chain.seal(w.Message())
			if sent := r.step(deliver(bad)); len(sent) > 0 || r.state != RMM4 || r.pending != nil {
				t.Fatalf("answered with %d messages, in %v", len(sent), r.state)
			}
			if sent := r.step(deliver(right[0])); len(sent) == 0 || r.state != P1Complete {
				t.Errorf("the right one is not accepted any more: %v", r.state)
			}
		})
	}
}

// idBody is the body of the initiator's ID payload.
func (e *end) idBody() []byte {
	id := exchange.FQDN("r.lab").Payload(e.local.Addr(), 17, 500)
	return id.AppendBody(nil)
}

// Results that come when nothing waits for them, or too late, change nothing.
func TestLateResults(t *testing.T) {
	for n := range 9 {
		i, r, _, _, _ := signedPair(n)
		for _, e := range []*end{i, r} {
			for _, ev := range []exchange.Event{exchange.Signed{Signature: []byte("x")}, exchange.Verdict{}, exchange.Verdict{Err: errors.New("bad")}} {
				state := e.state
				if sent := e.step(ev); len(sent) > 0 || e.state != state {
					t.Errorf("after %d messages %T is answered, %v becomes %v", n, ev, state, e.state)
				}
			}
			e.step(exchange.Delete{Reason: debug.SACleared})
			if e.step(exchange.Verdict{}); e.state != DestSA {
				t.Errorf("after %d messages a verdict revives a dead SA", n)
			}
		}
	}
}

// A key that cannot sign, and a policy that has lost its certificate or its trust meanwhile,
// end no SA and establish none. The operator is told.
func TestProofFails(t *testing.T) {
	for name, change := range map[string]func(p *exchange.Policy){
		"key zeroized": func(p *exchange.Policy) {
			p.Credentials[0].Sign = func([]byte) ([]byte, error) { return nil, errors.New("zeroized") }
		},
		"no certificate": func(p *exchange.Policy) { p.Credentials = nil },
	} {
		i, _, _, _, sent := signedPair(3)
		change(i.env.Policy)
		if answer := i.step(deliver(sent[0])); len(answer) > 0 || i.state != IMM3 || i.pending != nil || !failed(i) {
			t.Errorf("%s: the initiator sends %d messages, in %v, fails %v", name, len(answer), i.state, failed(i))
		}
	}
	_, r, _, _, sent := signedPair(4)
	r.env.Policy.Trust = nil
	if answer := r.step(deliver(sent[0])); len(answer) > 0 || r.state != RMM4 || !failed(r) {
		t.Errorf("the responder sends %d messages, in %v, fails %v", len(answer), r.state, failed(r))
	}
}

// failed reports whether the last step says that phase 1 fails.
func failed(e *end) bool {
	return slices.Contains(e.actions, exchange.Action(exchange.Trace{Event: debug.CryptoModeFailure{Mode: debug.MainMode, Peer: e.peerAddr()}}))
}

// Only what can be done is offered, in either mode.
func TestSignaturesAreNotForced(t *testing.T) {
	i := newEnd(debug.Initiator, addrI, addrR)
	signing(i)
	list := func(aggressive bool) int {
		i.aggressive = aggressive
		return len((&turn{Phase1: i.Phase1, env: i.env}).offers())
	}
	if list(false) != 1 || list(true) != 1 {
		t.Errorf("%d policies in main mode, %d in aggressive mode", list(false), list(true))
	}
	i.env.Policy.Credentials[0].Usable = func() bool { return false }
	if list(false) != 0 || list(true) != 0 {
		t.Error("a certificate whose time is over is offered")
	}
	if c := i.env.Policy.Credential("", [][]byte{[]byte("x")}); c != nil {
		t.Error(c)
	}
	if !slices.Contains(mainMode[5].need, payload.TypeHash) {
		t.Error("the table has changed: needs() replaces HASH by SIG")
	}
}

// aggressiveSigned negotiates in Aggressive Mode with signatures until n messages have
// been delivered.
func aggressiveSigned(n int) (i, r *end, bi, br *believer, next []exchange.Send) {
	i, r = newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	bi, br = signing(i), signing(r)
	i.env.Policy.Aggressive = []exchange.AggressivePeer{{Addr: addrR.Addr()}}
	tunnel := &i.env.Policy.Tunnels[0]
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	for to, other := r, i; n > 0 && len(sent) > 0; n-- {
		var answer []exchange.Send
		for _, s := range sent {
			answer = append(answer, to.step(deliver(s))...)
		}
		sent = answer
		to, other = other, to
	}
	return i, r, bi, br, sent
}

func TestAggressiveSigned(t *testing.T) {
	i, r, bi, br, _ := aggressiveSigned(9)
	if i.state != P1Complete || r.state != P1Complete || bi.asked != 1 || br.asked != 1 || len(r.nodes) != 1 {
		t.Fatalf("states %v and %v after %d and %d judgements", i.state, r.state, bi.asked, br.asked)
	}
	for _, e := range []*end{i, r} {
		if e.peerID.Name() != "r.lab" || e.making != nil {
			t.Errorf("the peer is %v, of its proof %+v is left", e.peerID, e.making)
		}
	}
}

// A signature that is none, none at all, or a hash instead of one: nobody is
// authenticated, and the right message is still accepted afterwards.
func TestAggressiveProofsThatAreNone(t *testing.T) {
	for name, spoil := range map[string]func(s exchange.Send) exchange.Message{
		"another signature": func(s exchange.Send) exchange.Message {
			return edit(s, nil, payload.TypeSig, []byte("signed by nobody"))
		},
		"no signature":   func(s exchange.Send) exchange.Message { return without(s, payload.TypeSig) },
		"no certificate": func(s exchange.Send) exchange.Message { return without(s, payload.TypeCert) },
	} {
		i, _, _, _, m2 := aggressiveSigned(1)
		if sent := i.step(spoil(m2[0])); len(sent) != 0 || i.state != IAM1 {
			t.Errorf("message 2 with %s leads to %v", name, i.state)
		}
		if i.step(deliver(m2[0])); i.state != P1Complete {
			t.Errorf("%s: the real message 2 then leads to %v", name, i.state)
		}
	}
	// Message 3 of one who does not know how to sign, but to hash.
	_, r, _, _, _ := aggressiveSigned(2)
	w := payload.NewWriter(r.header(payload.ExchangeAggressive, 0))
	w.Add(payload.TypeHash, payload.Opaque((&turn{Phase1: r.Phase1}).authHash(true, r.idi)))
	r.step(exchange.Message{Local: addrR, Remote: addrI, Data: w.Message()})
	if r.state != RAM2 {
		t.Errorf("a hash instead of a signature leads to %v", r.state)
	}
}

// Neither side takes the other method of authentication for the one agreed on: a peer
// that offers a key to a router with certificates only is refused, and the reverse.
func TestAggressiveMethodsDoNotMix(t *testing.T) {
	for name, who := range map[string]func(i, r *end){
		"signatures at the initiator": func(i, _ *end) { signing(i) },
		"signatures at the responder": func(_, r *end) { signing(r) },
	} {
		i, r := newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
		who(i, r)
		i.env.Policy.Aggressive = []exchange.AggressivePeer{{Addr: addrR.Addr()}}
		m1 := i.step(exchange.Initiate{})
		if r.step(deliver(m1[0])); r.state != DestSA {
			t.Errorf("%s: the responder is in %v", name, r.state)
		}
	}
}
