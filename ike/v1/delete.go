package v1

import (
	"maps"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// How long IOS keeps what is deleted, for what of it is still under way.
const (
	purgeSA   = 60 * time.Second
	purgeNode = 50 * time.Second
)

// delete ends the SA and, unless quiet, tells the peer if there are keys to tell it with.
func (t *turn) delete(reason debug.SAReason, quiet bool) {
	switch {
	case t.state == DestSA:
		return
	case t.state != P1Complete:
		t.bury(reason)
		return
	}
	t.number = 0
	gone := debug.ISAKMPDeleteSA{At: t.at(), Reason: reason, State: t.shown, Peer: t.peerAddr()}
	t.trace(gone)
	t.destroy(gone, quiet, debug.Internal, debug.Phase1Delete)
}

// destroy tells the peer and forgets an SA that was up, because of an input.
func (t *turn) destroy(gone debug.ISAKMPDeleteSA, quiet bool, source debug.Source, input debug.Input) {
	if !quiet {
		mid := t.messageID()
		t.newNode(mid)
		t.inform(mid, payload.TypeDelete, &payload.Delete{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, SPIs: [][]byte{t.cky[:]}})
	}
	t.move(source, input, DestSA)
	gone.Done = true
	t.trace(gone)
	t.unlock(debug.ForSADeleted)
	t.dropNodes()
	t.buried()
}

// bury ends an SA that never came up.
func (t *turn) bury(reason debug.SAReason) {
	if t.state == DestSA {
		return
	}
	t.trace(debug.ISAKMPNoParanoid{At: t.at()})
	t.deleting(reason)
	t.unlock(debug.ForSADeleted)
	t.dropNodes()
	t.move(debug.Internal, debug.Phase1Delete, DestSA)
	t.buried()
}

// deleting reports the end of an SA that never came up: decided and done at once.
func (t *turn) deleting(reason debug.SAReason) {
	for _, done := range []bool{false, true} {
		t.trace(debug.ISAKMPDeleteSA{At: t.at(), Reason: reason, State: t.shown, Peer: t.peerAddr(), Done: done})
	}
}

// buried stops every timer, erases the keys and hands back what was not served.
func (t *turn) buried() {
	for _, k := range []exchange.TimerKind{exchange.Retransmit, exchange.Lifetime, exchange.Renewal, exchange.Keepalive, exchange.Alive} {
		t.do(exchange.Disarm{Timer: exchange.Timer{Kind: k}})
	}
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Purge}, After: purgeSA})
	t.do(exchange.Dead{Requests: t.requests})
	if t.keys != nil {
		t.keys.clear()
	}
	if t.making != nil {
		if t.dh != nil && t.pending == nil { // else a worker uses it, and secret erases it
			t.dh.Clear()
		}
		clear(t.gxy)
	}
	t.requests, t.pending, t.psk = nil, nil, nil
	t.chain = ivChain{}
	t.state, t.shown = DestSA, debug.MMNoState
}

// dropNodes forgets every exchange under the SA. Requests that a Quick Mode was about to
// serve are handed back with those that wait; SAs that the peer has not confirmed go, for now
// it cannot.
func (t *turn) dropNodes() {
	for range t.requests {
		t.trace(debug.ISAKMPDeleteNode{At: t.at(), Reason: debug.NodeIKEDeleted})
	}
	for _, mid := range slices.Sorted(maps.Keys(t.nodes)) {
		n := t.nodes[mid]
		if n.initiator && !n.deleted {
			t.requests = append(t.requests, *n.request)
		}
		if spi := n.deal.inSPI; spi != 0 && !n.initiator {
			t.do(exchange.Withdraw{InboundSPI: spi})
		}
		t.trace(debug.ISAKMPDeleteNode{At: t.at(), Node: mid, Reason: debug.NodeIKEDeleted})
		n.clear()
		t.do(exchange.Disarm{Timer: exchange.Timer{Kind: exchange.Retransmit, Node: mid}})
		t.do(exchange.Disarm{Timer: exchange.Timer{Kind: exchange.Purge, Node: mid}})
	}
	clear(t.nodes)
}

// unlock gives the SA's reference on its peer back.
func (t *turn) unlock(by debug.Holder) {
	t.peer.IKE--
	t.trace(debug.ISAKMPUnlock{At: t.at(), Ptr: t.peer.Ptr, Count: t.peer.IKE, By: by})
	if t.peer.IKE == 0 && t.peer.IPsec == 0 {
		t.trace(debug.ISAKMPReapPeer{At: t.at(), Peer: t.peer.Addr, Ptr: t.peer.Ptr})
	}
}

// deleteIPsec tells the peer that inbound SAs are gone, of each protocol in a message.
func (t *turn) deleteIPsec(ev exchange.DeleteIPsec) {
	if t.state == P1Complete {
		t.deleteSPIs(payload.ProtocolAH, ev.AH)
		t.deleteSPIs(payload.ProtocolESP, ev.SPIs)
	}
}

func (t *turn) deleteSPIs(protocol payload.Protocol, spis []uint32) {
	if len(spis) == 0 {
		return
	}
	t.number = 0
	d := payload.Delete{DOI: payload.DOIIPsec, Protocol: protocol}
	for _, spi := range spis {
		d.SPIs = append(d.SPIs, octets(spi))
	}
	t.keyMessage(debug.KeyDelete)
	mid := t.messageID()
	t.newNode(mid)
	t.inform(mid, payload.TypeDelete, &d)
	t.move(debug.FromIPsec, debug.Phase2Delete, P1Complete)
}
