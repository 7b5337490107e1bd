package v1

import (
	"crypto/hmac"
	"encoding/binary"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// inform sends an Informational exchange: HDR*, HASH(1), N or D. It is never answered,
// so its node is purged at once.
func (t *turn) inform(mid uint32, kind payload.Type, body payload.Body) {
	w := payload.NewWriter(t.header(payload.ExchangeInformational, mid))
	start, end := w.Space(payload.TypeHash, t.suite.Hash.Size())
	w.Add(kind, body)
	msg := w.Message()
	copy(msg[start:end], t.keys.hash1(mid, msg[end:]))
	chain := t.chain.phase2Chain(t.suite.Hash, mid)
	t.engine(debug.EngineEncrypt)
	t.send(exchange.Send{Local: t.local, Remote: t.remote, Data: chain.seal(msg), Name: "INFO"})
	t.trace(debug.ISAKMPPurgeNode{At: t.at(), Node: mid})
}

// notify sends a notification with its debug lines.
func (t *turn) notify(n payload.Notify, spi uint32) {
	mid := t.messageID()
	t.newNode(mid)
	t.trace(debug.ISAKMPSendNotify{At: t.at(), Type: debug.Notify(n.Type.String()), Protocol: uint8(n.Protocol), SPI: spi, MessageID: mid})
	if q, ok := n.Sequence(); ok {
		t.trace(debug.ISAKMPSequence{At: t.at(), Sequence: q})
	}
	t.inform(mid, payload.TypeNotify, &n)
}

func (t *turn) newNode(mid uint32) {
	t.trace(debug.ISAKMPNewNode{At: t.at(), Node: mid, State: debug.QMIdle})
}

// messageID draws one that was never used under this SA: the IV of an exchange depends
// on nothing else.
func (t *turn) messageID() uint32 {
	for {
		mid := binary.BigEndian.Uint32(t.draw(4))
		if mid != 0 && !t.spent[mid] {
			t.spend(mid)
			return mid
		}
	}
}

// maxMessageIDs bounds what an SA remembers of its exchanges.
const maxMessageIDs = 1 << 16

// spend notes that a message ID is used up: what comes with it again is a replay or, of
// a message of our own, a reflection. The SA ends when it cannot remember any more.
func (t *turn) spend(mid uint32) {
	t.spent[mid] = true
	if len(t.spent) == maxMessageIDs && t.state == P1Complete {
		t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Lifetime}})
	}
}

// informational reads an Informational exchange. Without a hash it changes nothing.
func (t *turn) informational(m *message) {
	mid := m.header.MessageID
	switch {
	case t.state == DestSA:
		t.drop("SA is being deleted")
		return
	case !m.header.Encrypted():
		t.refuseNotify(m)
		return
	case t.state != P1Complete && mid != 0:
		t.drop("not expected now")
		t.number = 0
		t.received(m)
		t.trace(debug.ISAKMPTooEarly{At: t.at(), Peer: t.peerAddr(), Local: t.local.Addr()})
		return
	case mid == 0:
		t.drop("not expected now")
		return
	case t.spent[mid]:
		t.drop("message ID used before")
		return
	}
	t.number = 0
	t.received(m)
	t.newNode(mid)
	if !t.authentic(m) {
		return
	}
	t.spend(mid)
	t.remember(mid)
	input, after := t.inform1(m)
	t.trace(debug.ISAKMPDeleteNode{At: t.at(), Node: mid, Reason: debug.NodeInformational})
	if after != nil {
		after()
		return
	}
	t.move(debug.FromPeer, input, t.state)
}

// refuseNotify is what IOS makes of a notification in clear.
func (t *turn) refuseNotify(m *message) {
	t.drop("notification in clear")
	t.number = 0
	t.received(m)
	e := debug.ISAKMPNotifyRefused{At: t.at()}
	if m.decode() == nil {
		if n, err := payload.DecodeNotify(m.first(payload.TypeNotify)); err == nil {
			e.Type = n.Type.String()
		}
	}
	t.trace(e)
	t.trace(debug.ISAKMPUnknownInput{At: t.at(), Source: debug.FromPeer, Input: debug.InfoNotify, State: t.state.String()})
	t.move(debug.FromPeer, debug.InfoNotify, t.state)
	t.trace(debug.CryptoModeFailure{Mode: debug.InformationalMode, Peer: t.peerAddr()})
}

// authentic decrypts an Informational message and verifies its HASH(1).
func (t *turn) authentic(m *message) bool {
	mid := m.header.MessageID
	may := []payload.Type{payload.TypeNotify, payload.TypeDelete, payload.TypeVendor}
	if err := t.openHashed(m, t.chain.phase2Chain(t.suite.Hash, mid), nil, may); err != nil {
		t.malformed(m, err)
		return false
	}
	t.processing(debug.PayloadHash, mid)
	return t.verify(m, t.keys.hash1(mid, m.rest()))
}

// openHashed decrypts a message of which the HASH payload must be the first.
func (t *turn) openHashed(m *message, c ivChain, need, may []payload.Type) error {
	if err := m.open(c); err != nil {
		return err
	}
	t.engine(debug.EngineDecrypt)
	t.engine(debug.EngineHash)
	if len(m.chain) == 0 || m.chain[0].Type != payload.TypeHash {
		return &payload.DecodeError{Payload: payload.TypeHash, Notify: payload.PayloadMalformed, Reason: "not the first payload"}
	}
	return m.check(append([]payload.Type{payload.TypeHash}, need...), may)
}

// verify compares the HASH payload with what the keys give.
func (t *turn) verify(m *message, want []byte) bool {
	if hmac.Equal(m.chain[0].Body, want) {
		t.heard()
		t.roam(m)
		return true
	}
	t.drop("hash does not match")
	t.trace(debug.ISAKMPHashMismatch{At: t.at()})
	return false
}

// inform1 acts on the payloads. What ends the SA is done by after, once everything else
// is said.
func (t *turn) inform1(m *message) (input debug.Input, after func()) {
	input = debug.InfoNotify
	mid := m.header.MessageID
	for _, r := range m.chain[1:] {
		switch r.Type {
		case payload.TypeNotify:
			if n, err := payload.DecodeNotify(r.Body); err == nil {
				if t.notified(mid, n) {
					input = debug.KeepAlive
				}
			}
		case payload.TypeDelete:
			d, err := payload.DecodeDelete(r.Body)
			t.trace(debug.ISAKMPProcessing{At: t.at(), Payload: debug.PayloadDelete, MessageID: mid, Deletes: named(d)})
			t.trace(debug.ISAKMPNoParanoid{At: t.at()})
			input = debug.InfoDelete
			if err == nil {
				if f := t.deleted(d); f != nil {
					after = f
				}
			}
		}
	}
	return input, after
}

// named is what a Delete payload names.
func named(d payload.Delete) debug.Deleted {
	n := debug.Deleted{Protocol: uint8(d.Protocol), Count: len(d.SPIs)}
	if (d.Protocol == payload.ProtocolESP || d.Protocol == payload.ProtocolAH) && n.Count > 0 {
		n.SPI = bigEndian(d.SPIs[0])
	}
	return n
}

// deleted acts on a Delete payload. A phase 1 deletion is done by the result.
func (t *turn) deleted(d payload.Delete) (after func()) {
	for _, spi := range d.SPIs {
		switch {
		case d.Protocol == payload.ProtocolESP || d.Protocol == payload.ProtocolAH:
			t.do(exchange.PeerDeleted{OutboundSPI: binary.BigEndian.Uint32(spi), AH: d.Protocol == payload.ProtocolAH})
		case d.Protocol == payload.ProtocolISAKMP && cookies(spi) == t.cky:
			gone := debug.ISAKMPDeleteSA{At: t.at(), Reason: debug.SANoReason, State: t.shown, Peer: t.peerAddr()}
			t.trace(gone)
			after = func() {
				t.destroy(gone, false, debug.Internal, debug.Phase1Delete)
				t.move(debug.FromPeer, debug.MMExch, DestSA)
			}
		}
	}
	return after
}

// notified acts on a notification, and reports whether it was of dead peer detection.
func (t *turn) notified(mid uint32, n payload.Notify) (alive bool) {
	var spi uint32
	if len(n.SPI) == 4 {
		spi = binary.BigEndian.Uint32(n.SPI)
	}
	t.trace(debug.ISAKMPNotify{At: t.at(), Type: debug.Notify(n.Type.String()), Protocol: uint8(n.Protocol), SPI: spi, MessageID: mid, SA: t.ptr})
	switch {
	case n.Type == payload.RUThere || n.Type == payload.RUThereAck:
		q, ok := n.Sequence()
		if !ok {
			return false
		}
		t.trace(debug.ISAKMPAlive{At: t.at(), Ack: n.Type == payload.RUThereAck, Peer: t.peerAddr(), Sequence: q})
		if n.Type == payload.RUThere {
			return t.asked(n, q)
		}
		t.answered(n, q)
	case n.Type == payload.ResponderLifetime && n.Protocol == payload.ProtocolISAKMP:
		t.shorten(n)
	case n.Type == payload.InitialContact:
		t.trace(debug.ISAKMPProcessInitialContact{At: t.at(), Local: t.local.Addr(), Peer: t.peerAddr(), Port: t.remote.Port()})
		t.do(exchange.InitialContact{})
	case n.Type < payload.Connected:
		t.quickRefused(spi, mid)
	}
	return false
}

// shorten adopts the responder's lifetime if it is lower than ours.
func (t *turn) shorten(n payload.Notify) {
	list, err := payload.DecodeAttributes(payload.TypeNotify, n.Data)
	if err != nil {
		return
	}
	tr := payload.Transform{Attributes: list}
	life := lower(uint32(t.life/time.Second), offeredLife(&tr))
	t.trace(debug.ISAKMPAuthStatus{At: t.at()})
	t.trace(debug.ISAKMPLifetimeStep{At: t.at(), Step: debug.LifetimeProcessing})
	t.trace(debug.ISAKMPLifetimeStep{At: t.at(), Step: debug.LifetimeStart})
	if time.Duration(life)*time.Second == t.life {
		return
	}
	t.life = time.Duration(life) * time.Second
	t.trace(debug.ISAKMPLifetimeStep{At: t.at(), Step: debug.LifetimeRestart, Seconds: life})
	t.armLife()
}

// sendLife tells the initiator that phase 1 ends earlier than it thinks (RFC 2407,
// section 4.6.3.1).
func (t *turn) sendLife() {
	seconds := uint32(t.life / time.Second)
	t.trace(debug.ISAKMPLifetimeStep{At: t.at(), Step: debug.LifetimeSending, Seconds: seconds})
	data := payload.Number(payload.ISAKMPLifeType, payload.LifeSeconds).Append(nil)
	data = payload.Number(payload.ISAKMPLifeDuration, seconds).Append(data)
	t.notify(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.ResponderLifetime, SPI: t.cky[:], Data: data}, 0)
}
