package v1

import (
	"slices"
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// A message holds nothing that has no place in it, be it another exchange's.
func TestPayloadsOutOfPlace(t *testing.T) {
	foreign := []payload.Type{payload.TypeSA, payload.TypeProposal, payload.TypeTransform, payload.TypeKE, payload.TypeID, payload.TypeCert,
		payload.TypeHash, payload.TypeSig, payload.TypeNonce, payload.TypeDelete, payload.TypeNATOA, 14, 127, 200, 255}
	for n, kinds := range needed {
		for _, kind := range foreign {
			if slices.Contains(kinds, kind) || (n == 6 || n == 7) && slices.Contains(mayQuick, kind) {
				continue
			}
			to, _, next := upTo(n)
			before := to.state
			to.step(edited(t, to, next, func(list []payload.Raw) []payload.Raw {
				return append(list, payload.Raw{Type: kind, Body: make([]byte, 12)})
			}))
			if _, ok := installed(to); ok || len(harm(to)) != 0 && before != Ready || n > 0 && to.state != before {
				t.Errorf("message %d with %v leads from %v to %v: %v", n+1, kind, before, to.state, harm(to))
			}
		}
	}
}

// Messages 5 and 6 prove nothing in clear, not even the right ones, and none of phase 1 has a
// message ID.
func TestPhase1Protection(t *testing.T) {
	for n := 4; n < 6; n++ {
		to, _, next := upTo(n)
		m, err := newMessage(deliver(next))
		if err != nil || m.open(to.chain) != nil {
			t.Fatal("message does not open")
		}
		m.header.Flags = 0
		w := payload.NewWriter(m.header)
		for _, p := range m.chain {
			w.Add(p.Type, payload.Opaque(p.Body))
		}
		open := deliver(next)
		open.Data = w.Message()
		before := to.state
		if to.step(open); to.state != before {
			t.Errorf("message %d in clear leads to %v", n+1, to.state)
		}
	}
	for n := 1; n < 6; n++ {
		to, _, next := upTo(n)
		numbered, before := deliver(next), to.state
		numbered.Data[23] = 1
		if to.step(numbered); to.state != before {
			t.Errorf("message %d with a message ID leads to %v", n+1, to.state)
		}
	}
}

// inform gives an end an authentic Informational message of its peer's.
func inform(e *end, mid uint32, kind payload.Type, body payload.Body) []exchange.Send {
	w := payload.NewWriter(payload.Header{})
	w.Add(kind, body)
	return e.step(exchange.Message{Local: e.local, Remote: e.remote,
		Data: forge(e, hashed, payload.ExchangeInformational, mid, kind, w.Message()[payload.HeaderLen:])})
}

// A peer's deletion ends the SA that it names, not the one that it comes under; and phase 1
// itself, whose message ID is zero, protects no Informational exchange.
func TestDeletionOfAnotherISAKMPSA(t *testing.T) {
	_, r := negotiate(9)
	other := r.cky
	other[15]++
	inform(r, 70, payload.TypeDelete, &payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, SPIs: [][]byte{other[:]}})
	if r.state != P1Complete {
		t.Errorf("the deletion of another SA leads to %v", r.state)
	}
	inform(r, 0, payload.TypeDelete, &payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, SPIs: [][]byte{r.cky[:]}})
	if r.state != P1Complete {
		t.Errorf("a deletion with message ID 0 leads to %v", r.state)
	}
}

// "A responder SHOULD … reject" what is out of sequence (RFC 3706, section 5.4), and a
// question or an answer names the SA by its cookies (section 5.3).
func TestDetectionOutOfSequence(t *testing.T) {
	i, r := negotiate(9)
	mid := uint32(100)
	say := func(e *end, kind payload.NotifyType, spi []byte, q uint32) int {
		mid++
		return len(inform(e, mid, payload.TypeNotify, &payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: kind, SPI: spi, Data: octets(q)}))
	}
	other := i.cky
	other[0]++
	for _, c := range []struct {
		spi     []byte
		q       uint32
		answers int
	}{{other[:], 50, 0}, {r.cky[:8], 50, 0}, {nil, 50, 0}, {r.cky[:], 50, 1}, {r.cky[:], 49, 0}, {r.cky[:], 51, 1}, {r.cky[:], 51 + 1<<31, 0}} {
		if got := say(r, payload.RUThere, c.spi, c.q); got != c.answers {
			t.Errorf("%x, %d: %d answers", c.spi, c.q, got)
		}
	}
	i.env.Policy.DPD = exchange.DPD{Interval: 10, Retry: 2, Periodic: true}
	i.step(exchange.Expired{Timer: aliveTimer})
	asked := i.alive.sequence
	if i.alive.waiting != 1 {
		t.Fatalf("%d questions wait", i.alive.waiting)
	}
	for _, c := range []struct {
		spi []byte
		q   uint32
	}{{i.cky[:], asked + 1}, {i.cky[:], asked - 1}, {other[:], asked}} {
		if say(i, payload.RUThereAck, c.spi, c.q); i.alive.waiting != 1 {
			t.Errorf("an answer with %x, %d counts", c.spi, c.q-asked)
		}
	}
	if say(i, payload.RUThereAck, i.cky[:], asked); i.alive.waiting != 0 {
		t.Error("the right answer does not count")
	}
}

// Whoever sends the first message of Aggressive Mode may have forged his address, too.
func TestNoAggressiveAmplifier(t *testing.T) {
	_, r, m1 := aggressive(0)
	sent := r.step(deliver(m1))
	if len(sent) != 1 || len(sent[0].Data) > len(m1.Data)*3/2 {
		t.Fatalf("%d answers to %d octets: %v", len(sent), len(m1.Data), sent)
	}
	for _, a := range r.actions {
		if arm, ok := a.(exchange.Arm); ok && arm.Timer.Kind == exchange.Retransmit {
			t.Error("the answer is repeated by a timer")
		}
	}
}

// What a peer begins and leaves alone is bounded; what it says beside does not keep it from
// beginning.
func TestExchangesAreBounded(t *testing.T) {
	_, r := negotiate(9)
	his, ours := payload.AddrID(addrI.Addr(), 0, 0), payload.AddrID(addrR.Addr(), 0, 0)
	for k := range uint32(2 * maxNodes) {
		inform(r, 1000+k, payload.TypeDelete, &payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolESP, SPIs: [][]byte{octets(k)}})
	}
	if r.step(offerOf(r, 500, his, ours, 0x5000)); len(r.nodes) >= maxNodes {
		t.Errorf("%d exchanges are kept", len(r.nodes))
	}
	if _, ok := installed(r); !ok {
		t.Error("after many deletions a peer cannot begin a Quick Mode")
	}
	for k := range uint32(2 * maxNodes) {
		r.step(offerOf(r, 10000+k, his, ours, 0x5000+k))
	}
	if got := len(r.nodes); got != maxNodes {
		t.Errorf("%d exchanges are kept", got)
	}
}

// usable reports whether a private value can still compute.
func usable(k *suite.PrivateKey) bool {
	_, err := k.Secret(k.Public())
	return err == nil
}

// Private values and shared secrets end with what they are for: phase 1 when it is up or
// dead, Quick Mode when it is done or its SA dead, and a result that comes too late.
func TestPrivateValuesAreErased(t *testing.T) {
	to, from, next := upTo(4)
	r, i := to.dh, from.dh
	if !usable(r) || !usable(i) {
		t.Fatal("no private values")
	}
	from.step(deliver(to.step(deliver(next))[0]))
	if usable(r) || usable(i) {
		t.Error("phase 1 is up and its private values are left")
	}
	for n := 2; n <= 4; n++ {
		to, from, _ := upTo(n)
		for _, e := range []*end{to, from} {
			if k := e.dh; k != nil {
				if e.step(exchange.Delete{Reason: debug.SACleared}); usable(k) {
					t.Errorf("after %d messages the SA is dead and its private value is left", n)
				}
			}
		}
	}
	for n := 7; n <= 9; n++ {
		i, r := withPFS(n)
		for _, e := range []*end{i, r} {
			for _, node := range e.nodes {
				k, gxy := node.dh, node.gxy
				e.step(exchange.Delete{Reason: debug.SACleared})
				if k == nil || usable(k) || !zero(gxy) || node.gxy != nil {
					t.Errorf("after %d messages secrets of Quick Mode are left", n)
				}
			}
		}
	}
	late := exchange.Secret{Shared: []byte("shared")}
	late.Key, _ = suite.ECP256.GenerateKey(negotiated().env.Rand)
	e := negotiated()
	e.step(exchange.Delete{Reason: debug.SACleared})
	if e.step(late); !zero(late.Shared) || usable(late.Key) {
		t.Error("a result that comes too late is left")
	}
}

// negotiated is an initiator whose tunnel is up.
func negotiated() *end { i, _ := negotiate(9); return i }

// withPFS is negotiate with perfect forward secrecy.
func withPFS(n int) (i, r *end) {
	i, r = newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	i.env.Policy.Tunnels[0].PFS, r.env.Policy.Tunnels[0].PFS = suite.ECP256, suite.ECP256
	tunnel := &i.env.Policy.Tunnels[0]
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	for to, other := r, i; n > 0 && len(sent) > 0; n-- {
		sent = to.step(deliver(sent[0]))
		to, other = other, to
	}
	return i, r
}
