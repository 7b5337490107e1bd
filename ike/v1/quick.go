package v1

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/internal/suite"
)

// Bounds of the exchanges that a peer can begin or leave behind under one SA. Informational
// ones leave room for others.
const (
	maxNodes      = 1024
	maxRemembered = maxNodes / 2
)

// node is an exchange under phase 1: the machine of a Quick Mode (RFC 2409, section 5.5),
//
//	 Initiator                        Responder
//	-----------                      -----------
//	 HDR*, HASH(1), SA, Ni
//	   [, KE ] [, IDci, IDcr ] -->
//	                           <--    HDR*, HASH(2), SA, Nr
//	                                        [, KE ] [, IDci, IDcr ]
//	 HDR*, HASH(3)             -->
//
// or what is left of an exchange that is over, so that a late copy of its messages is
// known as such.
type node struct {
	mid       uint32
	initiator bool
	state     NodeState
	started   time.Time
	request   *exchange.Request // the initiator's
	deleted   bool              // over; waits to be purged

	chain  ivChain
	offer  payload.SA // the initiator's
	deal   deal
	ni, nr []byte
	dh     *suite.PrivateKey
	gxy    []byte // nil without perfect forward secrecy

	sent    exchange.Send
	sentAt  time.Time
	retries int
	seen    []digest
	pending *message // waits for Diffie-Hellman
	waiting *message // waits for the data plane
}

// clear erases what is secret, and lets go of what is not needed any more: a responder
// sends nothing again. A private value that a worker uses is erased when its result comes.
func (n *node) clear() {
	if n.dh != nil && n.pending == nil {
		n.dh.Clear()
	}
	clear(n.gxy)
	n.gxy, n.ni, n.nr, n.deal.proposals = nil, nil, nil, nil
	if !n.initiator {
		n.sent.Data = nil
	}
}

// bundled reports whether AH and ESP are agreed on.
func (n *node) bundled() bool { return len(n.deal.proposals) == 2 }

// lastHeard is the number of the message that was received last.
func (n *node) lastHeard() int {
	switch {
	case n.initiator:
		return 8
	case n.state == QMPhase2Complete:
		return 9
	}
	return 7
}

// lastSent is the number of the message that was sent last.
func (n *node) lastSent() int {
	switch {
	case !n.initiator:
		return 8
	case n.state == QMPhase2Complete:
		return 9
	}
	return 7
}

// nodeMove changes the state of a Quick Mode and says so.
func (t *turn) nodeMove(n *node, source debug.Source, input debug.Input, next NodeState) {
	if t.env.Tracing {
		t.trace(debug.ISAKMPNodeInput{At: t.at(), Node: n.mid, Source: source, Input: input})
		t.trace(debug.ISAKMPState{At: t.at(), Old: n.state.String(), New: next.String()})
	}
	n.state = next
}

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

// deleteNode ends an exchange; what is left of it is purged later.
func (t *turn) deleteNode(n *node, failed bool, reason debug.NodeReason) {
	t.trace(debug.ISAKMPDeleteNode{At: t.at(), Node: n.mid, Error: failed, Reason: reason})
	n.deleted = true
	n.clear()
	t.do(exchange.Disarm{Timer: exchange.Timer{Kind: exchange.Retransmit, Node: n.mid}})
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Purge, Node: n.mid}, After: purgeNode})
}

// remember keeps the message ID of an exchange that is over already.
func (t *turn) remember(mid uint32) {
	if len(t.nodes) < maxRemembered {
		t.nodes[mid] = &node{mid: mid, deleted: true, state: QMPhase2Complete}
		t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Purge, Node: mid}, After: purgeNode})
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

// nodeExpired serves the timers of an exchange.
func (t *turn) nodeExpired(timer exchange.Timer) {
	n := t.nodes[timer.Node]
	switch {
	case n == nil:
	case timer.Kind == exchange.Purge:
		t.trace(debug.ISAKMPPurgeNode{At: t.at(), Node: n.mid})
		delete(t.nodes, n.mid)
	case n.pending != nil:
		t.do(exchange.Arm{Timer: timer, After: retransmitEvery})
	default:
		t.nodeRetransmit(n, timer)
	}
}

// nodeRetransmit sends the last message of a Quick Mode again, or gives up.
func (t *turn) nodeRetransmit(n *node, timer exchange.Timer) {
	t.number = n.lastSent()
	t.trace(debug.ISAKMPRetransmit{At: t.at(), Phase2: true, Node: n.mid, State: t.shown})
	if n.retries == attempts {
		t.deleteNode(n, true, debug.NodeErrCount)
		if n.initiator {
			t.do(exchange.Failed{Request: *n.request})
			if t.unheard {
				t.delete(debug.SADeathP1, false)
			}
		} else {
			t.do(exchange.Withdraw{InboundSPI: n.deal.inSPI})
		}
		return
	}
	n.retries++
	t.trace(debug.ISAKMPErrorCounter{At: t.at(), Node: true, Attempt: n.retries, Of: attempts, Reason: debug.ErrorRetransmit2})
	t.trace(debug.ISAKMPRetransmit{At: t.at(), Phase2: true, Node: n.mid, State: t.shown, Again: true})
	t.send(n.sent)
	t.do(exchange.Arm{Timer: timer, After: retransmitEvery})
}

// nodeDuplicate answers a message of Quick Mode that was answered before.
func (t *turn) nodeDuplicate(n *node, m *message) {
	t.number = n.lastHeard()
	t.received(m)
	t.trace(debug.ISAKMPDuplicate{At: t.at(), Phase2: true})
	if n.sent.Data == nil {
		return
	}
	if t.env.Now.Before(n.sentAt.Add(copied)) {
		t.tooSoon(true, n.sentAt)
		return
	}
	n.sentAt, t.number = t.env.Now, n.lastSent()
	t.trace(debug.ISAKMPRetransmitDue{At: t.at(), Phase2: true})
	t.trace(debug.ISAKMPRetransmit{At: t.at(), Phase2: true, Node: n.mid, State: t.shown})
	t.send(n.sent)
}
