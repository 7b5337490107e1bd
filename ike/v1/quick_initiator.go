package v1

import (
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// request serves a request for IPsec SAs: at once if phase 1 is up, else when it will be.
func (t *turn) request(r exchange.Request) {
	switch t.state {
	case P1Complete:
		t.trace(debug.ISAKMPOutstanding{At: t.at(), Local: t.local, Peer: t.remote})
		t.trace(debug.ISAKMPSittingIdle{At: t.at()})
		t.beginQuick(r)
	case DestSA:
		t.do(exchange.Failed{Request: r})
	default:
		t.trace(debug.ISAKMPBudding{At: t.at(), Local: t.local.Addr(), Peer: t.peerAddr()})
		t.requests = append(t.requests, r)
	}
}

// beginQuick starts a Quick Mode. With perfect forward secrecy its first message waits
// for our public value.
func (t *turn) beginQuick(r exchange.Request) {
	t.number = 7
	n := &node{mid: t.messageID(), initiator: true, request: &r, started: t.env.Now, ni: t.nonce()}
	n.chain = t.chain.phase2Chain(t.suite.Hash, n.mid)
	n.deal = deal{tunnel: r.Tunnel, selector: r.Selector, inSPI: r.SPI, inAH: r.AHSPI}
	n.offer = t.offer2(r)
	if len(n.offer.Proposals) == 0 {
		t.trace(debug.ISAKMPRequestFailed{At: t.at()})
		t.drop("no transform set suits the identities or the NAT")
		t.do(exchange.Failed{Request: r})
		return
	}
	t.nodes[n.mid] = n
	t.trace(debug.ISAKMPBeginQuick{At: t.at(), MessageID: n.mid})
	if g := r.Tunnel.PFS; g != 0 {
		t.do(exchange.Derive{Node: n.mid, Group: g})
		return
	}
	t.sendQM1(n)
}

// sendQM1 sends HDR*, HASH(1), SA, Ni [, KE], IDci, IDcr.
func (t *turn) sendQM1(n *node) {
	t.number = 7
	t.getsSPI(n)
	w := payload.NewWriter(t.header(payload.ExchangeQuick, n.mid))
	start, end := w.Space(payload.TypeHash, t.suite.Hash.Size())
	w.Add(payload.TypeSA, &n.offer)
	t.writeRest(w, n, n.ni, proxyID(n.deal.selector.Local), proxyID(n.deal.selector.Remote))
	if t.offersTransport(n) && t.floated() {
		t.writeNATOA(w, true)
	}
	msg := w.Message()
	copy(msg[start:end], t.keys.hash1(n.mid, msg[end:]))
	t.sendQuick(n, msg, "QM1", true)
	t.nodeMove(n, debug.Internal, debug.InitQM, QMIQM1)
	if n.dh != nil {
		t.confirm()
	}
}

// writeRest adds what follows the SA payload in messages 1 and 2.
func (t *turn) writeRest(w *payload.Writer, n *node, nonce []byte, ci, cr payload.ID) {
	w.Add(payload.TypeNonce, payload.Opaque(nonce))
	if n.dh != nil {
		w.Add(payload.TypeKE, payload.Opaque(n.dh.Public()))
	}
	w.Add(payload.TypeID, &ci)
	w.Add(payload.TypeID, &cr)
}

// offersTransport reports whether a transform set is offered in transport mode.
func (t *turn) offersTransport(n *node) bool {
	return slices.ContainsFunc(n.deal.tunnel.Transforms, func(s exchange.TransformSet) bool {
		transport, _ := s.Propose(n.deal.selector, t.local.Addr(), t.peerAddr())
		return transport
	})
}

// What messages 1 and 2 of Quick Mode hold besides the hash.
var (
	needQuick = []payload.Type{payload.TypeSA, payload.TypeNonce}
	mayQuick  = []payload.Type{payload.TypeKE, payload.TypeID, payload.TypeNotify, payload.TypeVendor, payload.TypeNATOA, payload.TypeNATOADraft}
)

// readQM2 reads the responder's choice.
func (t *turn) readQM2(n *node, m *message) {
	t.number = 8
	t.received(m)
	if err := t.openHashed(m, n.chain, needQuick, mayQuick); err != nil {
		t.malformed(m, err)
		return
	}
	t.processing(debug.PayloadHash, n.mid)
	if !t.verify(m, t.keys.hash2(n.mid, n.ni, m.rest())) {
		return
	}
	n.accept(m)
	wait, err := t.readChoice2(n, m)
	switch {
	case err != nil:
		t.rejectQuick(n)
	case !wait:
		t.finishQM2(n, m)
	}
}

func (t *turn) readChoice2(n *node, m *message) (wait bool, err error) {
	t.processing(debug.PayloadSA, n.mid)
	sa, err := payload.DecodeSA(m.first(payload.TypeSA))
	if err != nil {
		return false, err
	}
	ids, err := proxies(m, t.local.Addr(), t.peerAddr())
	if err != nil {
		return false, err
	}
	if err := t.readNATOA(n, m); err != nil {
		return false, err
	}
	if !t.agree(n, sa.Proposals, ids) {
		return false, errRefused
	}
	t.processing(debug.PayloadNonce, n.mid)
	if n.nr, err = payload.DecodeNonce(m.first(payload.TypeNonce)); err != nil {
		return false, err
	}
	t.readLife2(n, m)
	return t.readKE2(n, m)
}

// finishQM2 creates the SAs and confirms with HDR*, HASH(3).
func (t *turn) finishQM2(n *node, m *message) {
	t.number = 8
	t.traceIDs(n, m)
	t.createSAs(n)
	t.number = 9
	w := payload.NewWriter(t.header(payload.ExchangeQuick, n.mid))
	w.Add(payload.TypeHash, payload.Opaque(t.keys.hash3(n.mid, n.ni, n.nr)))
	t.sendQuick(n, w.Message(), "QM3", false)
	t.deleteNode(n, false, debug.NodeDone)
	t.nodeMove(n, debug.FromPeer, debug.QMExch, QMPhase2Complete)
	t.handOver()
	t.do(exchange.Enable{InboundSPI: n.deal.inSPI})
}

// quickRefused ends the Quick Mode that the peer refuses in an authenticated
// notification: the one with that SPI or, where peers name another SPI, the only one.
func (t *turn) quickRefused(spi, mid uint32) {
	var found *node
	waiting := 0
	for _, n := range t.nodes {
		if n.initiator && !n.deleted && n.state == QMIQM1 {
			waiting++
			if found == nil || n.deal.inSPI == spi {
				found = n
			}
		}
	}
	if waiting > 1 && found.deal.inSPI != spi {
		return
	}
	if found == nil {
		return
	}
	t.trace(debug.ISAKMPDeleteSPI{At: t.at(), SPI: found.deal.inSPI, MessageID: found.mid})
	t.deleteNode(found, true, debug.NodeDeleteLarval)
	t.do(exchange.Failed{Request: *found.request})
}
