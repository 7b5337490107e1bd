package v1

import (
	"crypto/hmac"
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// floatPort is where IKE continues once a NAT is found (RFC 3947, section 4).
const floatPort = 4500

// nat is what the NAT-D payloads have shown.
type nat struct{ self, peer bool }

func (n nat) found() bool { return n.self || n.peer }

var natSide = map[nat]debug.NATSide{
	{self: true}: debug.NATSelf, {peer: true}: debug.NATPeer, {self: true, peer: true}: debug.NATBoth,
}

// draft reports whether the numbers of draft-ietf-ipsec-nat-t-ike-03 are in use, which
// come from the private range.
func (v vendors) draft() bool { return v.natt >= payload.VendorNATTDraft03 }

// writeNATD adds the hash of the peer's address and port as we see them, then that of
// our own.
func (t *turn) writeNATD(w *payload.Writer) {
	if t.vendor.natt == payload.VendorUnknown {
		return
	}
	kind := payload.TypeNATD
	if t.vendor.draft() {
		kind = payload.TypeNATDDraft
	}
	for _, a := range []netip.AddrPort{t.remote, t.local} {
		w.Add(kind, payload.Opaque(natdHash(t.suite.Hash, t.cky, a)))
	}
}

// readNATD compares the NAT-D payloads. The first is the hash of the address and port
// where the peer sees us; the others are those it may itself have, and if none matches
// where we see it, it is behind a NAT (RFC 3947, section 3.2).
func (t *turn) readNATD(m *message) error {
	list := slices.Collect(m.all(payload.TypeNATD, payload.TypeNATDDraft))
	if t.vendor.natt == payload.VendorUnknown || len(list) < 2 {
		return nil
	}
	// Message 3 of Aggressive Mode may come from port 4500 already, and speak of that or
	// of where message 1 came from.
	mine, his := t.natdHashes(t.local, m.Local), t.natdHashes(t.remote, m.Remote)
	found := nat{peer: true}
	for i, r := range list {
		h, err := payload.DecodeNATD(r.Type, r.Body, t.suite.Hash.Size())
		if err != nil {
			return err
		}
		if i == 0 {
			found.self = !oneOf(mine, h)
		} else if oneOf(his, h) {
			found.peer = false
		}
		t.traceNATD(r.Type, found, i < len(list)-1)
	}
	t.nat = found
	t.traceNAT(found)
	return nil
}

func (t *turn) natdHashes(a, b netip.AddrPort) [][]byte {
	list := [][]byte{natdHash(t.suite.Hash, t.cky, a)}
	if b != a {
		list = append(list, natdHash(t.suite.Hash, t.cky, b))
	}
	return list
}

func oneOf(list [][]byte, h []byte) bool {
	return slices.ContainsFunc(list, func(x []byte) bool { return hmac.Equal(x, h) })
}

// floated reports whether the initiator has found a NAT and moved both sides to port
// 4500, where ESP follows in UDP. A responder goes by that and not by what it has found
// itself, for the two must not disagree.
func (p *Phase1) floated() bool { return p.local.Port() == floatPort }

// float moves an initiator to port 4500 from message 5 on (RFC 3947, section 4).
func (t *turn) float() {
	if t.nat.found() && !t.floated() {
		t.local = netip.AddrPortFrom(t.local.Addr(), floatPort)
		t.remote = netip.AddrPortFrom(t.remote.Addr(), floatPort)
	}
}

// elsewhere reports whether a message may be the peer's though it is from another address:
// a NAT that has several may give one to port 500 and another to port 4500. The pre-shared
// key stays that of the address where the keys were agreed. "If these are successful, the
// responder MUST update local state so that all subsequent packets (including informational
// notifications) to the initiator use the new port, and possibly the new IP address obtained
// from the incoming valid packet." RFC 3947, section 4.
func (t *turn) elsewhere(r *row, m *message) bool {
	return r.state == RMM4 && m.Local.Port() == floatPort && t.nat.peer && !t.nat.self
}

// follow moves to where an authenticated message 5 came from.
func (t *turn) follow(m *message) {
	if m.Remote == t.remote && m.Local == t.local {
		return
	}
	t.local, t.remote = m.Local, m.Remote
	t.trace(debug.ISAKMPFloating{At: t.at(), Port: t.remote.Port()})
	t.trace(debug.ISAKMPFindPeer{At: t.at(), Local: t.local.Addr(), Peer: t.peerAddr(), Port: t.remote.Port()})
}

// roams reports whether the peer is behind a NAT that may give it another port or
// address at any time. "The host behind dynamic NAT MUST NOT" follow, "as it opens DoS
// attack possibility" (RFC 3947, section 4).
func (p *Phase1) roams() bool { return p.floated() && p.nat.peer && !p.nat.self }

// roam follows to where an authenticated message came from.
func (t *turn) roam(m *message) {
	if t.state == P1Complete && m.Local == t.local && m.Remote != t.remote && t.roams() {
		t.follow(m)
		t.do(exchange.Roamed{Remote: t.remote})
	}
}

// moved takes note of where authenticated ESP of the peer's came from.
func (t *turn) moved(remote netip.AddrPort) {
	if t.state == P1Complete && t.roams() && remote != t.remote {
		t.follow(&message{Message: exchange.Message{Local: t.local, Remote: remote}})
	}
}

// held is what is known of the packets that hold the mapping of a NAT open.
type held struct {
	sent   uint64    // packets of ESP at the last look
	looked time.Time // when that was
	since  time.Time // when at the earliest the last packet went out
}

// holdLooks is how many times within the interval of the keepalives it is looked whether
// they are needed.
const holdLooks = 5

var keepaliveTimer = exchange.Timer{Kind: exchange.Keepalive}

// holdNAT begins to hold the mapping of a NAT open that we are behind.
func (t *turn) holdNAT() {
	if every := t.env.Policy.NATKeepalive; every > 0 && t.nat.self && t.floated() {
		t.held = held{sent: t.env.Registry.Traffic(t.own()).Sent, looked: t.env.Now, since: t.env.Now}
		t.do(exchange.Arm{Timer: keepaliveTimer, After: every / holdLooks})
	}
}

// keepAlive sends a keepalive "if no other packet to the peer has been sent in M seconds"
// (RFC 3948, section 4), as counters tell: a packet that was sent since the last look may
// have gone out right after it. "The sender MUST use a one-octet-long payload with the
// value 0xFF." RFC 3948, section 2.3.
func (t *turn) keepAlive() {
	every := t.env.Policy.NATKeepalive
	if every == 0 { // no longer configured
		return
	}
	h, now := &t.held, t.env.Now
	if sent := t.env.Registry.Traffic(t.own()).Sent; sent != h.sent {
		h.sent, h.since = sent, h.looked
	}
	h.looked = now
	if now.Sub(h.since) >= every {
		t.do(exchange.Send{Local: t.local, Remote: t.remote, Data: []byte{0xff}, Name: "KEEPALIVE"})
		h.since = now
	}
	t.do(exchange.Arm{Timer: keepaliveTimer, After: min(every/holdLooks, h.since.Add(every).Sub(now))})
}
