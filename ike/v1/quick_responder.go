package v1

import (
	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// readQM1 reads the proposals of an initiator. The node exists once the message has
// authenticated.
func (t *turn) readQM1(m *message) {
	t.number = 7
	mid := m.header.MessageID
	t.received(m)
	t.newNode(mid)
	n := &node{mid: mid, started: t.env.Now}
	if err := t.openHashed(m, t.chain.phase2Chain(t.suite.Hash, mid), needQuick, mayQuick); err != nil {
		t.malformed(m, err)
		return
	}
	t.processing(debug.PayloadHash, mid)
	if !t.verify(m, t.keys.hash1(mid, m.rest())) {
		return
	}
	n.accept(m)
	t.spend(mid)
	t.nodes[mid] = n
	wait, err := t.readOffer2(n, m)
	switch {
	case err != nil:
		t.rejectQuick(n)
	case !wait:
		t.shelter(n, m)
	}
}

func (t *turn) readOffer2(n *node, m *message) (wait bool, err error) {
	t.processing(debug.PayloadSA, n.mid)
	sa, err := payload.DecodeSA(m.first(payload.TypeSA))
	if err != nil {
		return false, err
	}
	ids, err := proxies(m, t.peerAddr(), t.local.Addr())
	if err != nil {
		return false, err
	}
	ids.Local, ids.Remote = ids.Remote, ids.Local // IDci is the peer's
	if err := t.readNATOA(n, m); err != nil {
		return false, err
	}
	if !t.agree(n, sa.Proposals, ids) {
		t.trace(debug.ISAKMPPolicyNotAcceptable{At: t.at(), Phase2: true, Local: t.local.Addr(), Peer: t.peerAddr()})
		return false, errRefused
	}
	t.processing(debug.PayloadNonce, n.mid)
	if n.ni, err = payload.DecodeNonce(m.first(payload.TypeNonce)); err != nil {
		return false, err
	}
	return t.readKE2(n, m)
}

// answerQM1 creates the SAs, of which the inbound one must exist before the initiator
// can use it, and sends HDR*, HASH(2), SA, Nr [, KE], IDci, IDcr.
func (t *turn) answerQM1(n *node, m *message) {
	t.number = 7
	t.traceIDs(n, m)
	n.nr = t.nonce()
	n.deal.inSPI = t.env.Registry.SPI()
	if n.bundled() {
		n.deal.inAH = t.env.Registry.SPI()
	}
	t.getsSPI(n)
	t.nodeMove(n, debug.FromPeer, debug.QMExch, QMSPIStarve)
	t.spiReply(n)
	t.number = 8
	t.keyMessage(debug.KeySPIReply)
	t.createSAs(n)
	for i := range n.deal.proposals {
		p := &n.deal.proposals[i]
		p.SPI = octets(n.deal.inSPI)
		if n.bundled() && p.Protocol == payload.ProtocolAH {
			p.SPI = octets(n.deal.inAH)
		}
	}
	sa := payload.SA{DOI: payload.DOIIPsec, Situation: payload.SituationIdentityOnly, Proposals: n.deal.proposals}
	w := payload.NewWriter(t.header(payload.ExchangeQuick, n.mid))
	start, end := w.Space(payload.TypeHash, t.suite.Hash.Size())
	w.Add(payload.TypeSA, &sa)
	w.Add(payload.TypeNonce, payload.Opaque(n.nr))
	if n.dh != nil {
		w.Add(payload.TypeKE, payload.Opaque(n.dh.Public()))
	}
	for id := range m.all(payload.TypeID) {
		w.Add(payload.TypeID, payload.Opaque(id.Body))
	}
	if n.deal.transport && t.floated() {
		t.writeNATOA(w, false)
	}
	t.writeLife2(w, n)
	msg := w.Message()
	copy(msg[start:end], t.keys.hash2(n.mid, n.ni, msg[end:]))
	if t.ios15() {
		t.nodeMove(n, debug.Internal, debug.GotSPI, QMRQM2)
		t.sendQuick(n, msg, "QM2", true)
		return
	}
	t.sendQuick(n, msg, "QM2", true)
	t.nodeMove(n, debug.FromIPsec, debug.SPIReply, QMRQM2)
	t.handOver()
}

// readQM3 has the initiator's proof that it is alive and has installed the SAs.
func (t *turn) readQM3(n *node, m *message) {
	t.number = 9
	t.received(m)
	if err := t.openHashed(m, n.chain, nil, []payload.Type{payload.TypeNotify, payload.TypeVendor}); err != nil {
		t.malformed(m, err)
		return
	}
	if !t.verify(m, t.keys.hash3(n.mid, n.ni, n.nr)) {
		return
	}
	n.accept(m)
	t.deleteNode(n, false, debug.NodeAwait)
	t.nodeMove(n, debug.FromPeer, debug.QMExch, QMPhase2Complete)
	t.do(exchange.Enable{InboundSPI: n.deal.inSPI})
}
