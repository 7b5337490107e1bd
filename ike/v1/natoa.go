package v1

import (
	"net/netip"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// In transport mode behind a NAT each side tells the other the addresses under which it
// computes checksums: "the initiator's … and responder's original addresses", of both of
// which a NAT may change one (RFC 3947, section 5.2). They follow the identities.

// writeNATOA adds the initiator's address and the responder's as this side knows them.
func (t *turn) writeNATOA(w *payload.Writer, initiator bool) {
	kind := payload.TypeNATOA
	if t.vendor.draft() {
		kind = payload.TypeNATOADraft
	}
	first, second := t.local.Addr(), t.peerAddr()
	if !initiator {
		first, second = second, first
	}
	w.Add(kind, &payload.NATOA{Addr: first})
	w.Add(kind, &payload.NATOA{Addr: second})
}

// readNATOA takes the addresses as the peer knows them. One alone, as in the drafts, is its
// own.
func (t *turn) readNATOA(n *node, m *message) error {
	list := slices.Collect(m.all(payload.TypeNATOA, payload.TypeNATOADraft))
	if len(list) > 2 {
		return &payload.DecodeError{Payload: payload.TypeNATOA, Notify: payload.PayloadMalformed, Reason: "more than two addresses"}
	}
	n.deal.sentTo = t.local.Addr()
	for i, r := range list {
		oa, err := payload.DecodeNATOA(r.Type, r.Body)
		if err != nil || !oa.Addr.Is4() {
			return &payload.DecodeError{Payload: r.Type, Notify: payload.PayloadMalformed, Reason: "not an IPv4 address"}
		}
		ofPeer := len(list) == 1 || (i == 1) == n.initiator
		if ofPeer {
			n.deal.sentFrom = oa.Addr
		} else {
			n.deal.sentTo = oa.Addr
		}
		t.trace(debug.ISAKMPNATOA{At: t.at(), Responder: ofPeer == n.initiator, Addr: oa.Addr, MessageID: n.mid})
	}
	return nil
}

// visible replaces the two hosts of an initiator's identities by the addresses under which
// they are seen from here: in transport mode there are no others.
func (d *deal) visible(ids exchange.Selector, local, peer netip.Addr) exchange.Selector {
	for _, p := range []struct {
		proxy   *exchange.Proxy
		as, now netip.Addr
	}{{&ids.Local, d.sentTo, local}, {&ids.Remote, d.sentFrom, peer}} {
		if p.as.IsValid() && p.proxy.Prefix == netip.PrefixFrom(p.as, 32) {
			p.proxy.Prefix = netip.PrefixFrom(p.now, 32)
		}
	}
	return ids
}
