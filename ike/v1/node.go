package v1

import (
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
