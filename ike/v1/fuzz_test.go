package v1

import (
	"encoding/binary"
	"testing"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// How a fuzzed message is made from octets.
const (
	asIs    = iota // the datagram itself
	inClear        // behind a header of the SA
	sealed         // encrypted with the keys of the SA, but without a hash that matches
	hashed         // encrypted and authenticated: the peer itself is hostile
	manners
)

// forge makes a message for a machine.
func forge(e *end, manner byte, exchangeType payload.ExchangeType, mid uint32, first payload.Type, body []byte) []byte {
	if manner == asIs {
		return body
	}
	h := e.header(exchangeType, mid)
	if manner == inClear || e.keys == nil || e.chain.block == nil {
		h.Next = first
		h.Length = uint32(payload.HeaderLen + len(body))
		return append(h.Append(nil), body...)
	}
	chain := e.chain
	if mid != 0 {
		chain = e.chain.phase2Chain(e.suite.Hash, mid)
	}
	if n := e.nodes[mid]; n != nil && n.chain.block != nil {
		chain = n.chain
	}
	w := payload.NewWriter(h)
	start, end := w.Space(payload.TypeHash, e.suite.Hash.Size())
	msg := append(w.Message(), body...)
	msg[payload.HeaderLen] = byte(first)
	if manner == hashed {
		copy(msg[start:end], e.keys.hash1(mid, msg[end:]))
		if n := e.nodes[mid]; n != nil && n.initiator {
			copy(msg[start:end], e.keys.hash2(mid, n.ni, msg[end:]))
		}
	}
	return chain.seal(msg)
}

// harmful reports whether an action changes what an SA protects.
func harmful(a exchange.Action) bool {
	switch a.(type) {
	case exchange.Install, exchange.Enable, exchange.PeerDeleted, exchange.Dead, exchange.Gone, exchange.Failed, exchange.Withdraw, exchange.InitialContact:
		return true
	}
	return false
}

// stages is the number of the points that a negotiation may have reached.
const stages = 30

// stage is a negotiation at one of them: in Main Mode or in Aggressive Mode, with a pre-shared
// key or with signatures, with or without perfect forward secrecy.
func stage(n int) (i, r *end) {
	switch {
	case n < 10:
		i, r = negotiate(n)
	case n < 14:
		i, r, _ = aggressive(n - 10)
	case n < 24:
		i, r, _, _, _ = signedPair(n - 14)
	case n < 27:
		i, r = withPFS(n - 17) // the messages of Quick Mode
	default:
		i, r, _, _, _ = aggressiveSigned(n - 27)
	}
	return i, r
}

// No datagram makes a machine panic, in any state; and once there are keys, only one
// that authenticates changes anything.
func FuzzMachine(f *testing.F) {
	for n := range stages { // the messages of a real negotiation, to the machine that awaits them and to others
		i, r := stage(n)
		for who, e := range []*end{i, r} {
			if data := e.sent.Data; data != nil {
				f.Add(byte(n), byte(who), byte(asIs), byte(0), uint32(0), byte(0), data)
				f.Add(byte(n), byte(1-who), byte(asIs), byte(0), uint32(0), byte(0), data)
				f.Add(byte(n), byte(who), byte(inClear), data[18], uint32(0), data[16], data[payload.HeaderLen:])
			}
		}
	}
	sa := payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: []payload.Proposal{{
		Number: 1, Protocol: payload.ProtocolESP, SPI: octets(0x9999),
		Transforms: []payload.Transform{{Number: 1, ID: 12, Attributes: []payload.Attribute{
			payload.Number(payload.IPsecEncapsulation, 1), payload.Number(payload.IPsecAuth, 2), payload.Number(payload.IPsecGroup, 19)}}}}}}
	bundle := sa
	bundle.Proposals = []payload.Proposal{
		{Number: 1, Protocol: payload.ProtocolAH, SPI: octets(0x9998), Transforms: []payload.Transform{{Number: 1, ID: 3, Attributes: []payload.Attribute{payload.Number(payload.IPsecAuth, 2)}}}},
		sa.Proposals[0],
	}
	notify := func(kind payload.NotifyType, spi, data []byte) payload.Body {
		return &payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: kind, SPI: spi, Data: data}
	}
	cky := newEnd(debug.Initiator, addrI, addrR).cky
	copy(cky[8:], "respond!")
	life := payload.Number(payload.ISAKMPLifeDuration, 60).Append(payload.Number(payload.ISAKMPLifeType, payload.LifeSeconds).Append(nil))
	for _, p := range []struct {
		kind payload.Type
		body payload.Body
	}{
		{payload.TypeSA, &sa}, {payload.TypeSA, &bundle},
		{payload.TypeNotify, notify(payload.RUThere, cky[:], octets(7))}, {payload.TypeNotify, notify(payload.RUThereAck, cky[:], octets(7))},
		{payload.TypeNotify, notify(payload.InitialContact, cky[:], nil)}, {payload.TypeNotify, notify(payload.ResponderLifetime, cky[:], life)},
		{payload.TypeNotify, notify(payload.NoProposalChosen, octets(0x1234), nil)},
		{payload.TypeDelete, &payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolESP, SPIs: [][]byte{octets(0x1234)}}},
		{payload.TypeDelete, &payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, SPIs: [][]byte{cky[:]}}},
	} {
		w := payload.NewWriter(payload.Header{})
		w.Add(p.kind, p.body)
		kind := payload.ExchangeInformational // whose messages may have no nonce
		if p.kind == payload.TypeSA {
			kind = payload.ExchangeQuick
			w.Add(payload.TypeNonce, payload.Opaque(make([]byte, 20)))
			w.Add(payload.TypeNATOA, &payload.NATOA{Addr: addrI.Addr()})
		}
		body := w.Message()[payload.HeaderLen:]
		for manner := range byte(manners) {
			for who := range byte(2) {
				for _, n := range []byte{7, 9, 13, 23, 25} {
					f.Add(n, who, manner, byte(kind), uint32(77), byte(p.kind), body)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, n, who, manner, kind byte, mid uint32, first byte, body []byte) {
		i, r := stage(int(n % stages))
		e, remote := i, addrR
		if who%2 == 1 {
			e, remote = r, addrI
		}
		local := e.local
		manner %= manners
		protected := e.state == P1Complete
		if protected && mid%4 == 0 { // aim at the quick mode that is under way
			for id := range e.nodes {
				mid = id
			}
		}
		data := forge(e, manner, payload.ExchangeType(kind), mid, payload.Type(first), append([]byte(nil), body...))
		if len(data) >= payload.HeaderLen && manner == asIs {
			copy(data, e.cky[:]) // or it would not get as far as the machine
			binary.BigEndian.PutUint32(data[24:], uint32(len(data)))
		}
		e.step(exchange.Message{Local: local, Remote: remote, Data: data})
		if protected && manner != hashed {
			for _, a := range e.actions {
				if harmful(a) {
					t.Fatalf("a message that does not authenticate caused %T", a)
				}
			}
		}
		for _, timer := range []exchange.TimerKind{exchange.Retransmit, exchange.Lifetime, exchange.Renewal, exchange.Purge, exchange.Alive, exchange.Keepalive} {
			e.step(exchange.Expired{Timer: exchange.Timer{Kind: timer, Node: mid}})
			e.step(exchange.Expired{Timer: exchange.Timer{Kind: timer}})
		}
	})
}
