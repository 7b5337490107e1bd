package v1

import "conft/ike/exchange"

// Under an open tunnel (a dynamic crypto map without access list) the initiator says which
// traffic is to be protected. None of it may leave in clear any more once message 2 is
// sent, for the initiator will use the SAs at once: the answer waits for the data plane.

// shelter answers message 1 when the data plane is ready for it.
func (t *turn) shelter(n *node, m *message) {
	d := &n.deal
	if !d.tunnel.Open() {
		t.answerQM1(n, m)
		return
	}
	n.waiting = m
	t.do(exchange.Shelter{Node: n.mid, Flow: exchange.Flow{
		Interface: d.tunnel.Interface, Map: d.tunnel.Map, Seq: d.tunnel.Seq, Selector: d.selector,
	}})
}

// sheltered goes on with a message 1 that waited.
func (t *turn) sheltered(ev exchange.Sheltered) {
	n := t.nodes[ev.Node]
	if n == nil || n.deleted || n.waiting == nil || t.state != P1Complete {
		return
	}
	m := n.waiting
	n.waiting = nil
	if ev.Err != nil {
		t.rejectQuick(n)
		return
	}
	t.answerQM1(n, m)
}
