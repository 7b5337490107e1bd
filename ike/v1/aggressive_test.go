package v1

import (
	"slices"
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// aggressive begins Aggressive Mode and goes on until n messages have been delivered; m
// is the next one, if there is any.
func aggressive(n int) (i, r *end, m exchange.Send) {
	i, r = newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	i.env.Policy.Aggressive = []exchange.AggressivePeer{{Addr: addrR.Addr(), Identity: exchange.FQDN("i.example.com")}}
	tunnel := &i.env.Policy.Tunnels[0]
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	for to, other := r, i; n > 0; n-- {
		sent = to.step(deliver(sent[0]))
		to, other = other, to
	}
	if len(sent) > 0 {
		m = sent[0]
	}
	return i, r, m
}

// without takes the payloads of a type out of a message in clear.
func without(s exchange.Send, kind payload.Type) exchange.Message {
	m := deliver(s)
	h, _ := payload.DecodeHeader(m.Data)
	chain, err := payload.DecodeChain(h.Next, m.Data[payload.HeaderLen:])
	if err != nil {
		panic(err)
	}
	w := payload.NewWriter(h)
	for _, p := range chain {
		if p.Type != kind {
			w.Add(p.Type, payload.Opaque(p.Body))
		}
	}
	m.Data = w.Message()
	return m
}

func TestAggressiveWithoutAPayload(t *testing.T) {
	for _, kind := range []payload.Type{payload.TypeSA, payload.TypeKE, payload.TypeNonce, payload.TypeID, payload.TypeHash} {
		if kind != payload.TypeHash {
			_, r, m1 := aggressive(0)
			if CheckOffer(without(m1, kind).Data) == nil {
				t.Errorf("message 1 without %v is an offer", kind)
			}
			if sent := r.step(without(m1, kind)); len(sent) != 0 || r.state != DestSA {
				t.Errorf("message 1 without %v leads to %v", kind, r.state)
			}
		}
		i, _, m2 := aggressive(1)
		if sent := i.step(without(m2, kind)); len(sent) != 0 || i.state != IAM1 {
			t.Errorf("message 2 without %v leads to %v", kind, i.state)
		}
		if i.step(deliver(m2)); i.state != P1Complete {
			t.Errorf("the real message 2 then leads to %v", i.state)
		}
	}
}

// Cut anywhere, no message of the exchange completes it, and each leaves a state in which
// the whole one is taken.
func TestAggressiveCut(t *testing.T) {
	for n, done := range []func(i, r *end) (*end, State){
		func(_, r *end) (*end, State) { return r, RAM2 },
		func(i, _ *end) (*end, State) { return i, P1Complete },
		func(_, r *end) (*end, State) { return r, P1Complete },
	} {
		_, _, whole := aggressive(n)
		for at := range whole.Data {
			i, r, m := aggressive(n)
			e, want := done(i, r)
			cut := deliver(m)
			cut.Data = cut.Data[:at]
			if e.step(cut); e.state == want {
				t.Fatalf("message %d, cut to %d octets, leads to %v", n+1, at, e.state)
			}
			if e.state == DestSA && n == 0 { // the engine makes a new SA of the next one
				continue
			}
			if e.step(deliver(m)); e.state != want {
				t.Fatalf("message %d after one cut to %d octets leads to %v", n+1, at, e.state)
			}
		}
	}
}

// With equal cookies or public values HASH_R would be HASH_I.
func TestAggressiveOwnValuesSentBack(t *testing.T) {
	i, _, m2 := aggressive(1)
	if i.step(edit(m2, i.cky[:8], payload.TypeNone, nil)); i.state != IAM1 {
		t.Errorf("our own cookie leads to %v", i.state)
	}
	if i.step(edit(m2, nil, payload.TypeKE, i.dh.Public())); i.state != IAM1 {
		t.Errorf("our own public value leads to %v", i.state)
	}
	if i.step(deliver(m2)); i.state != P1Complete {
		t.Errorf("the real message 2 then leads to %v", i.state)
	}
}

// "This allows for the final message to be sent in the clear." Its HASH covers no
// notification, so one that rides in such a message is anybody's.
func TestAggressiveMessage3InClear(t *testing.T) {
	_, r, _ := aggressive(2)
	w := payload.NewWriter(r.header(payload.ExchangeAggressive, 0))
	w.Add(payload.TypeHash, payload.Opaque((&turn{Phase1: r.Phase1}).authHash(true, r.idi)))
	w.Add(payload.TypeNotify, &payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.InitialContact, SPI: r.cky[:]})
	r.step(exchange.Message{Local: addrR, Remote: addrI, Data: w.Message()})
	if r.state != P1Complete {
		t.Fatalf("it leads to %v", r.state)
	}
	if slices.ContainsFunc(r.actions, func(a exchange.Action) bool { _, ok := a.(exchange.InitialContact); return ok }) {
		t.Error("INITIAL-CONTACT in clear is believed")
	}
}

// Main Mode and Aggressive Mode do not mix.
func TestModesDoNotMix(t *testing.T) {
	i, _ := negotiate(0)
	_, r, m2 := aggressive(1)
	copy(m2.Data[:8], i.cky[:8])
	if i.step(deliver(m2)); i.state != IMM1 {
		t.Errorf("message 2 of Aggressive Mode takes Main Mode to %v", i.state)
	}
	m3, mm := negotiate(2)
	third := m3.sent
	copy(third.Data[:16], r.cky[:])
	if r.step(deliver(third)); r.state != RAM2 || mm.state != RMM2 {
		t.Errorf("message 3 of Main Mode takes Aggressive Mode to %v", r.state)
	}
}

func TestAggressiveKeysAreErased(t *testing.T) {
	for n := 1; n <= 3; n++ {
		i, r, _ := aggressive(n)
		for _, e := range []*end{i, r} {
			k, gxy := e.keys, e.agreed()
			e.step(exchange.Delete{Reason: debug.SACleared})
			if k != nil && !(zero(k.skeyid) && zero(k.skeyidA) && zero(k.skeyidD) && zero(k.skeyidE)) || !zero(gxy) || e.psk != nil {
				t.Errorf("after %d messages: secrets remain", n)
			}
		}
		if zero(i.env.Policy.Keys[0].Secret) {
			t.Error("the policy's key was erased with the SA's")
		}
	}
}
