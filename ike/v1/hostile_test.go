package v1

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// harm returns the actions of the last step that change what an SA protects.
func harm(e *end) (list []exchange.Action) {
	for _, a := range e.actions {
		if harmful(a) {
			list = append(list, a)
		}
	}
	return list
}

// expire runs out the timers of every exchange that is over.
func (e *end) expire() {
	for mid := range e.nodes {
		e.step(exchange.Expired{Timer: exchange.Timer{Kind: exchange.Purge, Node: mid}})
	}
}

// "Quick Mode is essentially a SA negotiation and an exchange of nonces that provides
// replay protection. The nonces are used to generate fresh key material and prevent replay
// attacks from generating bogus security associations." RFC 2409, section 5.5.
func TestReplayedQuickMode(t *testing.T) {
	i, r := negotiate(6)
	var quick exchange.Send // message 7
	for _, n := range i.nodes {
		quick = n.sent
	}
	if len(r.step(deliver(quick))) != 1 || len(harm(r)) != 1 {
		t.Fatalf("message 7 caused %v", r.actions)
	}
	r.expire() // long after, when nothing of the exchange is left
	if len(r.nodes) != 0 {
		t.Fatal("the exchange is not purged")
	}
	if sent := r.step(deliver(quick)); len(sent) != 0 || len(harm(r)) != 0 || len(r.nodes) != 0 {
		t.Errorf("a replay was answered by %v, caused %v and left %d nodes", sent, harm(r), len(r.nodes))
	}
}

// Both directions of an ISAKMP SA have the same keys, and HASH(1) does not say who made
// it: a message that comes back to its sender must not be taken for one of the peer.
func TestReflection(t *testing.T) {
	i, _ := negotiate(9)
	i.step(exchange.DeleteIPsec{SPIs: []uint32{0x1234}})
	var own exchange.Send
	for _, a := range i.actions {
		if s, ok := a.(exchange.Send); ok {
			own = s
		}
	}
	i.expire()
	if sent := i.step(deliver(own)); len(sent) != 0 || len(harm(i)) != 0 {
		t.Errorf("our own deletion, sent back to us, caused %v", harm(i))
	}
}

// What an SA remembers of message IDs is bounded: it ends in time.
func TestMessageIDsRunOut(t *testing.T) {
	i, _ := negotiate(9)
	for len(i.spent) < maxMessageIDs-1 {
		i.spent[uint32(len(i.spent))<<8|1] = true
	}
	i.step(exchange.DeleteIPsec{SPIs: []uint32{1}})
	ended := slices.ContainsFunc(i.actions, func(a exchange.Action) bool {
		arm, ok := a.(exchange.Arm)
		return ok && arm.Timer.Kind == exchange.Lifetime && arm.After == 0
	})
	if !ended {
		t.Error("the SA goes on with every message ID used")
	}
}

// edit gives a message of phase 1 in clear another responder cookie, or another body of
// the payload of type kind.
func edit(s exchange.Send, cky []byte, kind payload.Type, body []byte) exchange.Message {
	m := deliver(s)
	h, _ := payload.DecodeHeader(m.Data)
	chain, err := payload.DecodeChain(h.Next, m.Data[payload.HeaderLen:])
	if err != nil {
		panic(err)
	}
	if cky != nil {
		h.ResponderCookie = [8]byte(cky)
	}
	w := payload.NewWriter(h)
	for _, p := range chain {
		if p.Type == kind {
			p.Body = body
		}
		w.Add(p.Type, payload.Opaque(p.Body))
	}
	m.Data = w.Message()
	return m
}

// With equal cookies and equal public values HASH_R would be HASH_I (RFC 2409, section
// 5): an initiator's own messages must not authenticate anybody.
func TestOwnValuesSentBack(t *testing.T) {
	i, r := negotiate(1) // the responder has answered with message 2
	m := edit(r.sent, i.cky[:8], payload.TypeNone, nil)
	if i.step(m); i.state != IMM1 {
		t.Errorf("our own cookie as the responder's leads to %v", i.state)
	}
	i, r = negotiate(3) // and here with message 4
	m = edit(r.sent, nil, payload.TypeKE, i.dh.Public())
	if i.step(m); i.state != IMM3 || i.pending != nil {
		t.Errorf("our own public value leads to %v", i.state)
	}
	if i.step(deliver(r.sent)); i.state != IMM5 {
		t.Errorf("the real message 4 then leads to %v", i.state)
	}
}

// RFC 6989, section 2.1: 1 < y < p-1. A value that fails leaves everything as it was, and
// costs the responder one private value at most.
func TestBadPublicValues(t *testing.T) {
	i, r := newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	for _, e := range []*end{i, r} {
		e.env.Policy.Proposals[0].Group = suite.MODP768
	}
	tunnel := &i.env.Policy.Tunnels[0]
	m1 := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	m3 := i.step(deliver(r.step(deliver(m1[0]))[0]))[0]
	one := make([]byte, 96)
	one[95] = 1
	var key *suite.PrivateKey
	for _, bad := range [][]byte{make([]byte, 96), one, slices.Repeat([]byte{0xff}, 96), {1}} {
		if sent := r.step(edit(m3, nil, payload.TypeKE, bad)); len(sent) != 0 || r.state != RMM2 || r.keys != nil {
			t.Fatalf("%x: %d messages, %v", bad[len(bad)-1:], len(sent), r.state)
		}
		if key == nil {
			key = r.dh
		}
		if r.dh == nil || r.dh != key {
			t.Error("a private value is drawn for each bad one")
		}
	}
	if sent := r.step(deliver(m3)); len(sent) != 1 || r.state != RMM4 {
		t.Errorf("the real message 3 leads to %v", r.state)
	}
}

// A NAT may give message 5 another port, never another address: the pre-shared key was
// looked up by that (RFC 2409, section 5.4).
func TestMessage5MovesThePortOnly(t *testing.T) {
	i, r := negotiate(4)
	m := deliver(i.sent)
	m.Remote = netip.MustParseAddrPort("203.0.113.9:4500")
	if r.step(m); r.state != RMM4 || r.remote != addrI {
		t.Errorf("another address leads to %v at %v", r.state, r.remote)
	}
	m = deliver(i.sent)
	m.Remote = netip.AddrPortFrom(addrI.Addr(), 61000)
	if r.step(m); r.state != P1Complete || r.remote != m.Remote {
		t.Errorf("another port leads to %v at %v", r.state, r.remote)
	}
	// Once up, nothing moves it any more, authentic or not.
	for _, e := range []payload.ExchangeType{payload.ExchangeInformational, payload.ExchangeQuick, payload.ExchangeMain} {
		body := notification(payload.Notify{DOI: 1, Protocol: payload.ProtocolISAKMP, Type: payload.RUThere, SPI: r.cky[:], Data: octets(9)})
		stray := exchange.Message{Local: r.local, Remote: netip.AddrPortFrom(addrI.Addr(), 62000),
			Data: forge(r, hashed, e, 0x77+uint32(e), payload.TypeNotify, body)}
		if sent := r.step(stray); r.remote != m.Remote || len(sent) > 0 && sent[0].Remote != m.Remote {
			t.Errorf("a message of %v from another port moved the SA to %v", e, r.remote)
		}
	}
}

// "During Phase I negotiations, the ID port and protocol fields MUST be set to zero or to
// UDP port 500. If an implementation receives any other values, this MUST be treated as an
// error and the security association setup MUST be aborted." RFC 2407, section 4.6.2.
func TestPortOfPhase1Identity(t *testing.T) {
	i, r := negotiate(4)
	id := payload.AddrID(addrI.Addr(), 6, 22)
	body := id.AppendBody(nil)
	w := payload.NewWriter(i.header(payload.ExchangeMain, 0))
	w.Add(payload.TypeID, payload.Opaque(body))
	w.Add(payload.TypeHash, payload.Opaque((&turn{Phase1: r.Phase1}).authHash(true, body)))
	chain := r.chain
	m := exchange.Message{Local: addrR, Remote: addrI, Data: chain.seal(w.Message())}
	if r.step(m); r.state != RMM4 {
		t.Errorf("TCP port 22 leads to %v", r.state)
	}
}

// offerOf is an authentic message 1 of Quick Mode from the peer of e.
func offerOf(e *end, mid uint32, ci, cr payload.ID, spi uint32, life ...payload.Attribute) exchange.Message {
	sa := payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: []payload.Proposal{{
		Number: 1, Protocol: payload.ProtocolESP, SPI: octets(spi),
		Transforms: []payload.Transform{{Number: 1, ID: uint8(suite.ESPAES), Attributes: append([]payload.Attribute{
			payload.Number(payload.IPsecEncapsulation, payload.EncapsTunnel), payload.Number(payload.IPsecAuth, uint32(suite.HMACSHA)),
			payload.Number(payload.IPsecKeyLength, 128)}, life...)}}}}}
	w := payload.NewWriter(payload.Header{})
	w.Add(payload.TypeSA, &sa)
	w.Add(payload.TypeNonce, payload.Opaque(make([]byte, 20)))
	w.Add(payload.TypeID, &ci)
	w.Add(payload.TypeID, &cr)
	data := forge(e, hashed, payload.ExchangeQuick, mid, payload.TypeSA, w.Message()[payload.HeaderLen:])
	return exchange.Message{Local: e.local, Remote: e.remote, Data: data}
}

// installed returns the pair that the last step asked for.
func installed(e *end) (exchange.SAInfo, bool) {
	for _, a := range e.actions {
		if i, ok := a.(exchange.Install); ok {
			return i.Pair.SAInfo, true
		}
	}
	return exchange.SAInfo{}, false
}

// Nothing wider than the access list is installed, nor under an SPI that must not be on
// the wire: "the SPI value of zero (0) is reserved for local, implementation-specific use
// and MUST NOT be sent on the wire." RFC 2406, section 2.1.
func TestOffersOfAHostilePeer(t *testing.T) {
	_, r := negotiate(6)
	ours := payload.AddrID(addrR.Addr(), 0, 0)
	his := payload.AddrID(addrI.Addr(), 0, 0)
	net := func(p string) payload.ID { return payload.SubnetID(netip.MustParsePrefix(p), 0, 0) }
	for mid, offer := range []struct {
		name   string
		ci, cr payload.ID
		spi    uint32
		ok     bool
	}{
		{"wider on his side", net("192.0.2.0/31"), ours, 0x5000, false},
		{"wider on ours", his, net("0.0.0.0/0"), 0x5000, false},
		{"the other way round", ours, his, 0x5000, false},
		{"somewhere else", payload.AddrID(netip.MustParseAddr("8.8.8.8"), 0, 0), ours, 0x5000, false},
		{"a range that is wider", payload.RangeID(netip.MustParseAddr("192.0.2.0"), addrI.Addr(), 0, 0), ours, 0x5000, false},
		{"SPI 0", his, ours, 0, false},
		{"a reserved SPI", his, ours, 255, false},
		{"what is configured", his, ours, 256, true},
		{"a part of it", payload.AddrID(addrI.Addr(), 6, 80), payload.AddrID(addrR.Addr(), 6, 0), 0x5000, true},
	} {
		r.step(offerOf(r, uint32(mid+1), offer.ci, offer.cr, offer.spi))
		if i, ok := installed(r); ok != offer.ok {
			t.Errorf("%s: installed is %v, %+v", offer.name, ok, i.Selector)
		}
	}
}

// Of both lifetimes the lower counts, whatever the peer writes: none, 0, or more than any
// field of ours can hold.
func TestLifetimesOfAHostilePeer(t *testing.T) {
	_, r := negotiate(6)
	seconds, kilobytes := payload.Number(payload.IPsecLifeType, payload.LifeSeconds), payload.Number(payload.IPsecLifeType, payload.LifeKilobytes)
	duration := func(octets ...byte) payload.Attribute {
		return payload.Attribute{Type: payload.IPsecLifeDuration, Data: octets}
	}
	for mid, c := range []struct {
		name       string
		attributes []payload.Attribute
		s, kb      uint32
	}{
		{"none", nil, 3600, 4608000},
		{"zero", []payload.Attribute{seconds, duration(0), kilobytes, duration(0, 0, 0, 0)}, 3600, 4608000},
		{"2^32 + 1", []payload.Attribute{seconds, duration(1, 0, 0, 0, 1), kilobytes, duration(1, 0, 0, 0, 1)}, 3600, 4608000},
		{"2^64 - 1", []payload.Attribute{seconds, duration(slices.Repeat([]byte{255}, 8)...), kilobytes, duration(slices.Repeat([]byte{255}, 8)...)}, 3600, 4608000},
		{"lower", []payload.Attribute{seconds, duration(0, 100), kilobytes, duration(0, 9)}, 100, 9},
	} {
		r.step(offerOf(r, uint32(mid+1), payload.AddrID(addrI.Addr(), 0, 0), payload.AddrID(addrR.Addr(), 0, 0), 0x5000, c.attributes...))
		if i, ok := installed(r); !ok || i.LifeSeconds != c.s || i.LifeKilobytes != c.kb {
			t.Errorf("%s: %v, %d s, %d KB", c.name, ok, i.LifeSeconds, i.LifeKilobytes)
		}
	}
}

// Whoever sends a first message may have forged his address: the answer is not longer, and
// it is not repeated unless the question is.
func TestNoAmplifier(t *testing.T) {
	i, r := newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	m1 := i.step(exchange.Initiate{})[0]
	for _, refuse := range []bool{false, true} {
		if refuse {
			r = newEnd(debug.Responder, addrR, addrI)
			r.env.Policy.Keys = nil
		}
		sent := r.step(deliver(m1))
		if len(sent) != 1 || len(sent[0].Data) > len(m1.Data) {
			t.Fatalf("refused %v: %d answers to %d octets", refuse, len(sent), len(m1.Data))
		}
		for _, a := range r.actions {
			if arm, ok := a.(exchange.Arm); ok && arm.Timer.Kind == exchange.Retransmit {
				t.Errorf("refused %v: the answer is repeated by a timer", refuse)
			}
		}
		r.env.Now = r.env.Now.Add(10 * time.Millisecond)
		if sent = r.step(deliver(m1)); len(sent) != 0 {
			t.Errorf("refused %v: a copy is answered at once", refuse)
		}
	}
}

// An initiator believes nothing that is in clear: a refusal in the responder's name does
// not end the negotiation (RFC 2408, section 5.14, leaves that to the policy).
func TestNotifyInClearDuringMainMode(t *testing.T) {
	for n := range 6 {
		i, r := negotiate(n)
		for _, e := range []*end{i, r} {
			before := e.state
			w := payload.NewWriter(e.header(payload.ExchangeInformational, 5))
			w.Add(payload.TypeNotify, &payload.Notify{DOI: 1, Protocol: payload.ProtocolISAKMP, Type: payload.NoProposalChosen})
			w.Add(payload.TypeDelete, &payload.Delete{DOI: 1, Protocol: payload.ProtocolISAKMP, SPIs: [][]byte{e.cky[:]}})
			e.step(exchange.Message{Local: e.local, Remote: e.remote, Data: w.Message()})
			if e.state != before || len(harm(e)) != 0 {
				t.Errorf("after %d messages: from %v to %v", n, before, e.state)
			}
		}
	}
}

// No Quick Mode and no Informational exchange before phase 1 has authenticated, even with
// the right keys.
func TestNothingBeforePhase1(t *testing.T) {
	_, r := negotiate(4) // keys exist, the initiator has not proved anything
	m := offerOf(r, 5, payload.AddrID(addrI.Addr(), 0, 0), payload.AddrID(addrR.Addr(), 0, 0), 0x5000)
	if sent := r.step(m); len(sent) != 0 || len(harm(r)) != 0 || r.state != RMM4 {
		t.Errorf("quick mode: %d messages, %v", len(sent), r.state)
	}
	body := notification(payload.Notify{DOI: 1, Protocol: payload.ProtocolISAKMP, Type: payload.InitialContact})
	m.Data = forge(r, hashed, payload.ExchangeInformational, 6, payload.TypeNotify, body)
	if r.step(m); len(harm(r)) != 0 {
		t.Errorf("informational: %v", harm(r))
	}
}

// A first message with more transforms than any real peer offers is not looked at: each
// is compared with each policy.
func TestTooManyTransforms(t *testing.T) {
	for n, ok := range map[int]bool{20: true, maxOffered: true, maxOffered + 1: false, 255: false} {
		p := payload.Proposal{Number: 1, Protocol: payload.ProtocolISAKMP}
		for range n {
			p.Transforms = append(p.Transforms, payload.Transform{ID: payload.KeyIKE})
		}
		w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte{1}, Version: payload.Version1, Exchange: payload.ExchangeMain})
		w.Add(payload.TypeSA, &payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: []payload.Proposal{p}})
		if err := CheckOffer(w.Message()); (err == nil) != ok {
			t.Errorf("%d transforms: %v", n, err)
		}
	}
	long := payload.Transform{ID: payload.KeyIKE, Attributes: []payload.Attribute{{Type: 99, Data: make([]byte, maxOffer)}}}
	w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte{1}, Version: payload.Version1, Exchange: payload.ExchangeMain})
	w.Add(payload.TypeSA, &payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly,
		Proposals: []payload.Proposal{{Number: 1, Protocol: payload.ProtocolISAKMP, Transforms: []payload.Transform{long}}}})
	if CheckOffer(w.Message()) == nil {
		t.Error("an attribute of four kilobytes is kept, and would be repeated in the answer")
	}
}

// The keys that protect an exchange never encrypt two messages from the same start: the
// message IDs of an SA are all different.
func TestMessageIDsDiffer(t *testing.T) {
	i, _ := negotiate(9)
	i.env.Rand = &stutter{}
	seen := map[uint32]bool{}
	for range 100 {
		sent := i.step(exchange.DeleteIPsec{SPIs: []uint32{1}})
		mid := binary.BigEndian.Uint32(sent[0].Data[20:])
		if mid == 0 || seen[mid] {
			t.Fatalf("message ID %d again", mid)
		}
		seen[mid] = true
	}
}

// stutter is a source of randomness that says everything twice.
type stutter struct{ n uint32 }

func (s *stutter) Read(b []byte) (int, error) {
	s.n++
	binary.BigEndian.PutUint32(b, s.n/2)
	return len(b), nil
}
