package v1

import (
	"bytes"
	"cmp"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// quickMode finds the machine of a message.
func (t *turn) quickMode(m *message) {
	mid := m.header.MessageID
	n := t.nodes[mid]
	switch {
	case t.state == DestSA:
		t.drop("SA is being deleted")
		return
	case !m.header.Encrypted():
		t.drop("not encrypted")
		t.trace(debug.CryptoNotEncrypted{Peer: m.Remote.Addr()})
		return
	case t.state != P1Complete:
		t.drop("phase 1 is not complete")
		t.trace(debug.CryptoNotAuthenticated{Peer: m.Remote.Addr()})
		return
	case mid == 0:
		t.drop("not expected now")
		return
	case n == nil && t.spent[mid]:
		t.drop("message ID used before")
		return
	case n == nil && len(t.nodes) >= maxNodes:
		t.drop("too many exchanges")
		return
	case n == nil:
		t.readQM1(m)
		return
	}
	if i := slices.Index(n.seen, m.digest); i >= 0 {
		if i == len(n.seen)-1 && n.pending == nil {
			t.nodeDuplicate(n, m)
		} else {
			t.drop("repeated")
		}
		return
	}
	switch {
	case n.pending != nil:
		t.drop("not expected now")
	case n.state == QMIQM1 && !n.deleted:
		t.readQM2(n, m)
	case n.state == QMRQM2 && !n.deleted:
		t.readQM3(n, m)
	default:
		t.drop("not expected now")
	}
}

// quickSecret goes on with a Quick Mode that waited for Diffie-Hellman.
func (t *turn) quickSecret(ev exchange.Secret) {
	n := t.nodes[ev.Node]
	if n == nil || n.deleted || t.state != P1Complete {
		Erase(ev)
		return
	}
	m := n.pending
	n.pending = nil
	if ev.Key != nil {
		if n.dh == nil {
			t.engine(debug.EngineDH)
		}
		n.dh = ev.Key
	}
	if n.gxy = ev.Shared; n.gxy != nil {
		t.engine(debug.EngineShared)
	}
	switch {
	case ev.Err != nil:
		t.rejectQuick(n)
	case n.state == QMReady && n.initiator:
		t.sendQM1(n)
	case n.state == QMReady:
		t.shelter(n, m)
	case n.state == QMIQM1:
		t.finishQM2(n, m)
	}
}

// sendQuick encrypts and sends a message of Quick Mode.
func (t *turn) sendQuick(n *node, msg []byte, name string, answer bool) {
	t.engine(debug.EngineEncrypt)
	n.sent = exchange.Send{Local: t.local, Remote: t.remote, Data: bytes.Clone(n.chain.seal(msg)), Name: name}
	n.retries, n.sentAt = 0, t.env.Now
	t.send(n.sent)
	timer := exchange.Timer{Kind: exchange.Retransmit, Node: n.mid}
	if answer {
		t.do(exchange.Arm{Timer: timer, After: t.patience()})
	} else {
		t.do(exchange.Disarm{Timer: timer})
	}
}

// accept advances the exchange behind a message that has authenticated.
func (n *node) accept(m *message) {
	n.chain = m.after
	n.seen = append(n.seen, m.digest)
}

// readKE2 asks for g(qm)^xy if the deal is with perfect forward secrecy, and reports
// whether the message has to wait for it.
func (t *turn) readKE2(n *node, m *message) (wait bool, err error) {
	body := m.first(payload.TypeKE)
	if (body != nil) != (n.deal.group != 0) || body != nil && len(body) != n.deal.group.PublicLen() {
		return false, &payload.DecodeError{Payload: payload.TypeKE, Notify: payload.InvalidKeyInformation, Reason: "does not suit the group agreed"}
	}
	if body == nil {
		return false, nil
	}
	t.processing(debug.PayloadKE, n.mid)
	n.pending = m
	t.do(exchange.Derive{Node: n.mid, Group: n.deal.group, Key: n.dh, Peer: body})
	return true, nil
}

// traceIDs reports the proxy identities.
func (t *turn) traceIDs(n *node, m *message) {
	for range m.all(payload.TypeID) {
		t.processing(debug.PayloadID, n.mid)
	}
}

// rejectQuick refuses the peer's proposal or choice and tells it so.
func (t *turn) rejectQuick(n *node) {
	t.notify(payload.Notify{DOI: payload.DOIIPsec, Protocol: cmp.Or(n.deal.protocol, payload.ProtocolESP), Type: payload.NoProposalChosen, SPI: octets(n.deal.outSPI)}, n.deal.outSPI)
	t.deleteNode(n, true, debug.NodeRejected)
	t.nodeMove(n, debug.FromPeer, debug.QMExch, n.state)
	t.trace(debug.CryptoModeFailure{Mode: debug.QuickMode, Peer: t.peerAddr()})
	if n.initiator {
		t.do(exchange.Failed{Request: *n.request})
	}
}
