package v1

import (
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// What has struck other IKEv1 daemons, a test for each class: besides those here, lengths
// in the payload package, certificates and signatures (lenient PKCS #1 padding, truncated
// hashes) in the pki package, exhaustion in the ike package.

// upTo negotiates until n messages have been delivered; next is the one after them, and to
// is whose it is.
func upTo(n int) (to, from *end, next exchange.Send) {
	i, r := newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	tunnel := &i.env.Policy.Tunnels[0]
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	to, from = r, i
	for range n {
		sent = to.step(deliver(sent[0]))
		to, from = from, to
	}
	return to, from, sent[0]
}

// chainOf is the chain that a message to e belongs to.
func chainOf(e *end, mid uint32) ivChain {
	switch n := e.nodes[mid]; {
	case mid == 0:
		return e.chain
	case n == nil:
		return e.chain.phase2Chain(e.suite.Hash, mid)
	default:
		return n.chain
	}
}

// edited is a message to e with other payloads, encrypted and authenticated again as it was.
func edited(t *testing.T, e *end, s exchange.Send, change func([]payload.Raw) []payload.Raw) exchange.Message {
	t.Helper()
	out := deliver(s)
	m, err := newMessage(deliver(s))
	if err != nil {
		t.Fatal(err)
	}
	mid := m.header.MessageID
	if m.header.Encrypted() {
		err = m.open(chainOf(e, mid))
	} else {
		err = m.decode()
	}
	if err != nil {
		t.Fatal(err)
	}
	h := m.header
	h.Flags = 0
	w := payload.NewWriter(h)
	kept := change(m.chain)
	if len(kept) == 0 { // nothing cannot be encrypted
		kept = []payload.Raw{{Type: payload.TypeVendor, Body: make([]byte, 16)}}
	}
	for _, p := range kept {
		w.Add(p.Type, payload.Opaque(p.Body))
	}
	msg := w.Message()
	if mid != 0 && len(kept) > 0 && kept[0].Type == payload.TypeHash {
		start := payload.HeaderLen + 4
		end := start + e.suite.Hash.Size()
		switch n := e.nodes[mid]; {
		case n == nil:
			copy(msg[start:end], e.keys.hash1(mid, msg[end:]))
		case n.initiator:
			copy(msg[start:end], e.keys.hash2(mid, n.ni, msg[end:]))
		}
	}
	if m.header.Encrypted() {
		c := chainOf(e, mid)
		msg = c.seal(msg)
	}
	out.Data = msg
	return out
}

// dropping takes the payloads of a type out.
func dropping(kind payload.Type) func([]payload.Raw) []payload.Raw {
	return func(list []payload.Raw) (out []payload.Raw) {
		for _, p := range list {
			if p.Type != kind {
				out = append(out, p)
			}
		}
		return out
	}
}

// repeating puts the payloads of a type in twice.
func repeating(kind payload.Type) func([]payload.Raw) []payload.Raw {
	return func(list []payload.Raw) (out []payload.Raw) {
		for _, p := range list {
			if out = append(out, p); p.Type == kind {
				out = append(out, p)
			}
		}
		return out
	}
}

// needed are the payloads that each of the nine messages must hold exactly once, or, as the
// two identities of Quick Mode, both or none.
var needed = [9][]payload.Type{
	{payload.TypeSA}, {payload.TypeSA},
	{payload.TypeKE, payload.TypeNonce}, {payload.TypeKE, payload.TypeNonce},
	{payload.TypeID, payload.TypeHash}, {payload.TypeID, payload.TypeHash},
	{payload.TypeHash, payload.TypeSA, payload.TypeNonce}, {payload.TypeHash, payload.TypeSA, payload.TypeNonce},
	{payload.TypeHash},
}

// A message without a payload, or with one twice, does nothing that its peer did not ask
// for; before Quick Mode its place can still be taken by the right one.
func TestEachPayloadMissingAndTwice(t *testing.T) {
	for n, kinds := range needed {
		for _, kind := range kinds {
			for how, change := range map[string]func([]payload.Raw) []payload.Raw{"without": dropping(kind), "with two of": repeating(kind)} {
				to, _, next := upTo(n)
				before := to.state
				to.step(edited(t, to, next, change))
				if _, ok := installed(to); ok || len(harm(to)) != 0 && before != Ready {
					t.Errorf("message %d %s %v: %v", n+1, how, kind, to.actions)
				}
				if n == 0 || n > 5 { // the engine makes another SA, the initiator another Quick Mode
					continue
				}
				if to.state != before {
					t.Errorf("message %d %s %v leads from %v to %v", n+1, how, kind, before, to.state)
				}
				if to.step(deliver(next)); to.state == before {
					t.Errorf("message %d %s %v: the right one is not taken any more", n+1, how, kind)
				}
			}
		}
	}
}

// Cut at any octet, no message of Main Mode or Quick Mode does anything, and the whole one
// is still taken.
func TestCutAtEveryOctet(t *testing.T) {
	for n := range 9 {
		_, _, whole := upTo(n)
		for at := range whole.Data {
			to, _, next := upTo(n)
			before := to.state
			cut := deliver(next)
			cut.Data = cut.Data[:at]
			to.step(cut)
			if _, ok := installed(to); ok || n > 0 && (to.state != before || len(harm(to)) != 0) {
				t.Fatalf("message %d cut to %d octets leads from %v to %v: %v", n+1, at, before, to.state, to.actions)
			}
			if n == 0 && to.state == DestSA {
				continue
			}
			to.step(deliver(next))
			_, has := installed(to)
			enabled := false
			for _, a := range to.actions {
				_, is := a.(exchange.Enable)
				enabled = enabled || is
			}
			if n < 6 && to.state == before || (n == 6 || n == 7) && !has || n == 8 && !enabled {
				t.Fatalf("message %d after one cut to %d octets: %v, %v", n+1, at, to.state, to.actions)
			}
		}
	}
}

// No message that belongs elsewhere in the exchanges, or to another role, moves a machine.
func TestMessagesOutOfPlace(t *testing.T) {
	var messages [9]exchange.Send
	for n := range messages {
		_, _, messages[n] = upTo(n)
	}
	for n := range messages {
		for k, wrong := range messages {
			to, _, next := upTo(n)
			if k == n || deliver(wrong).Remote != deliver(next).Remote {
				continue
			}
			before := to.state
			m := deliver(wrong)
			copy(m.Data[:16], next.Data[:16])
			to.step(m)
			if to.state != before && before != Ready || len(harm(to)) != 0 && before != Ready {
				t.Errorf("message %d in the place of %d leads from %v to %v: %v", k+1, n+1, before, to.state, harm(to))
			}
		}
	}
}

// A deletion that comes again, by itself or many times in one message, deletes once; and
// after that of the ISAKMP SA nothing is believed any more.
func TestRepeatedDeletes(t *testing.T) {
	deletion := func(d payload.Delete, times int) []byte {
		w := payload.NewWriter(payload.Header{})
		for range times {
			w.Add(payload.TypeDelete, &d)
		}
		return w.Message()[payload.HeaderLen:]
	}
	esp := payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolESP, SPIs: [][]byte{octets(0x1234), octets(0x1234)}}
	isakmp := payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP}
	_, r := negotiate(9)
	isakmp.SPIs = [][]byte{r.cky[:], r.cky[:]}
	say := func(mid uint32, d payload.Delete) []exchange.Send {
		return r.step(exchange.Message{Local: addrR, Remote: addrI, Data: forge(r, hashed, payload.ExchangeInformational, mid, payload.TypeDelete, deletion(d, 3))})
	}
	for mid := range uint32(3) {
		say(mid+70, esp)
		for _, a := range r.actions {
			if d, ok := a.(exchange.PeerDeleted); ok && d.OutboundSPI != 0x1234 {
				t.Errorf("deleted is %#x", d.OutboundSPI)
			}
		}
		if r.state != P1Complete {
			t.Fatalf("it leads to %v", r.state)
		}
	}
	last := forge(r, hashed, payload.ExchangeInformational, 80, payload.TypeDelete, deletion(isakmp, 3))
	dead := 0
	for range 3 {
		r.step(exchange.Message{Local: addrR, Remote: addrI, Data: append([]byte(nil), last...)})
		for _, a := range r.actions {
			if _, ok := a.(exchange.Dead); ok {
				dead++
			}
		}
	}
	if dead != 1 || r.state != DestSA {
		t.Errorf("the SA died %d times and is in %v", dead, r.state)
	}
}

// Dead peer detection before the peer has authenticated is not answered, whatever keys its
// question is made with.
func TestAliveBeforeAuthentication(t *testing.T) {
	for n := range 6 {
		for _, manner := range []byte{inClear, sealed, hashed} {
			to, _, _ := upTo(n)
			body := notification(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.RUThere, SPI: to.cky[:], Data: octets(7)})
			before := to.state
			sent := to.step(exchange.Message{Local: to.local, Remote: to.remote, Data: forge(to, manner, payload.ExchangeInformational, 77, payload.TypeNotify, body)})
			if len(sent) != 0 || to.state != before {
				t.Errorf("after %d messages: %d answers, %v", n, len(sent), to.state)
			}
		}
	}
}

// An answer repeats nothing of the question but its sequence number: not data, not lengths
// of the asker's choice.
func TestNothingIsEchoed(t *testing.T) {
	for _, size := range []int{0, 1, 3, 4, 5, 400, 1200} {
		i, r := negotiate(9)
		data := make([]byte, size)
		for k := range data {
			data[k] = 0xee
		}
		body := notification(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.RUThere, SPI: r.cky[:], Data: data})
		sent := r.step(exchange.Message{Local: addrR, Remote: addrI, Data: forge(r, hashed, payload.ExchangeInformational, 77, payload.TypeNotify, body)})
		if size != 4 && len(sent) != 0 {
			t.Errorf("a question with %d octets is answered", size)
		}
		for _, s := range sent {
			if len(s.Data) > 120 {
				t.Errorf("%d octets answer a question with %d", len(s.Data), size)
			}
			i.step(deliver(s))
		}
	}
}

// When phase 1 is up neither side can compute its keys again.
func TestSharedSecretIsErased(t *testing.T) {
	to, from, next := upTo(4) // to is the responder
	r, i := to.gxy, from.gxy
	sent := to.step(deliver(next))
	from.step(deliver(sent[0]))
	if len(r) == 0 || len(i) == 0 || !zero(r) || !zero(i) || to.state != P1Complete || from.state != P1Complete {
		t.Errorf("%v and %v, with %x and %x", to.state, from.state, r, i)
	}
}
