package v1

import (
	"encoding/binary"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// Dead peer detection, RFC 3706:
//
//	 Sender                          Receiver
//	--------                        -----------
//	 HDR*, NOTIFY(R-U-THERE), HASH   -->
//	                                <--    HDR*, NOTIFY(R-U-THERE-ACK), HASH
//
// A peer is asked only if it has said that it knows the question.

// probes is how many questions without answer make a peer dead, as on IOS.
const probes = 5

// alive is what is known of the peer's life.
type alive struct {
	able     bool // the peer has sent the vendor ID
	watched  bool
	heard    time.Time
	traffic  exchange.Traffic // at the last look
	looked   time.Time
	sequence uint32 // of the question asked last
	waiting  int    // questions that wait for an answer
	peers    uint32 // sequence number of the peer's last question
	asked    bool   // the peer has asked before
}

var aliveTimer = exchange.Timer{Kind: exchange.Alive}

// watch sets the timer of the next look at the peer.
func (t *turn) watch() {
	t.alive.looked = t.env.Now
	t.alive.traffic = t.env.Registry.Traffic(t.own())
	if d := t.dpd(); d.Interval > 0 && t.alive.able {
		t.alive.watched = true
		t.do(exchange.Arm{Timer: aliveTimer, After: d.Interval})
	}
}

// dpd is how the peer is watched.
func (t *turn) dpd() exchange.DPD {
	if q := t.env.Policy.Profile(t.profile); q != nil && q.DPD.Interval > 0 {
		return q.DPD
	}
	return t.env.Policy.DPD
}

// own is our own cookie, by which the engine knows the SA.
func (p *Phase1) own() [8]byte {
	if p.initiator() {
		return [8]byte(p.cky[:8])
	}
	return [8]byte(p.cky[8:])
}

// look decides whether the peer has to be asked.
func (t *turn) look() {
	a, d := &t.alive, t.dpd()
	switch {
	case d.Interval == 0: // no longer configured
		a.waiting = 0
	case a.waiting > 0:
		t.unanswered()
	case d.Periodic || t.doubtful():
		a.waiting = 0
		t.ask()
	default:
		t.watch()
	}
}

// doubtful reports whether something was sent and nothing has come back. "If there is
// no outbound traffic, there is no need to know": the idea of RFC 3706, section 5.5.
func (t *turn) doubtful() bool {
	a, now := &t.alive, t.env.Registry.Traffic(t.own())
	heard := now.Received != a.traffic.Received || a.heard.After(a.looked)
	return now.Sent != a.traffic.Sent && !heard
}

// unanswered counts a question, and asks again or declares the peer dead. A packet that
// has come from it meanwhile is as good as an answer.
func (t *turn) unanswered() {
	a := &t.alive
	if t.env.Registry.Traffic(t.own()).Received != a.traffic.Received {
		a.waiting = 0
		t.watch()
		return
	}
	t.number = 0
	t.trace(debug.ISAKMPAliveError{At: t.at(), Attempt: a.waiting, Of: probes})
	if a.waiting < probes {
		t.ask()
		return
	}
	t.trace(debug.ISAKMPNotResponding{At: t.at(), Peer: t.peerAddr()})
	t.trace(debug.ISAKMPNoParanoid{At: t.at()})
	gone := debug.ISAKMPDeleteSA{At: t.at(), Reason: debug.SAPeerDead, State: t.shown, Peer: t.peerAddr()}
	t.trace(gone)
	t.do(exchange.PeerDead{})
	t.destroy(gone, false, debug.FromTimer, debug.TimerPeersAlive)
}

// counting reports whether a question waits for an answer. Phase 1 does not end before that is
// decided, or nobody would see that what it has negotiated leads nowhere.
func (t *turn) counting() bool { return t.alive.waiting > 0 && t.dpd().Interval > 0 }

// ask sends R-U-THERE. "The sender SHOULD … choose a random sequence number" for the
// first (RFC 3706, section 6.2), and one more for each that follows.
func (t *turn) ask() {
	a := &t.alive
	if a.sequence == 0 {
		a.sequence = binary.BigEndian.Uint32(t.draw(4)) & 0x7fffffff
	}
	a.sequence++
	a.waiting++
	a.traffic = t.env.Registry.Traffic(t.own())
	t.number = 0
	t.notify(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.RUThere,
		SPI: t.cky[:], Data: octets(a.sequence)}, 0)
	t.move(debug.FromTimer, debug.TimerIMAlive, t.state)
	t.do(exchange.Arm{Timer: aliveTimer, After: t.dpd().Retry})
}

// asked answers R-U-THERE, unless it is older than one already answered: "a receiver
// SHOULD … reject" those (RFC 3706, section 5.4).
func (t *turn) asked(n payload.Notify, q uint32) (answered bool) {
	a := &t.alive
	if !t.aliveSPI(n) || a.asked && int32(q-a.peers) < 0 {
		t.drop("R-U-THERE out of sequence")
		return false
	}
	a.asked, a.peers = true, q
	t.notify(payload.Notify{DOI: payload.DOIIPsec, Protocol: payload.ProtocolISAKMP, Type: payload.RUThereAck, SPI: t.cky[:], Data: octets(q)}, 0)
	return true
}

// answered takes R-U-THERE-ACK, which must be to a question that waits.
func (t *turn) answered(n payload.Notify, q uint32) {
	a := &t.alive
	if !t.aliveSPI(n) || a.sequence-q >= uint32(a.waiting) {
		t.drop("R-U-THERE-ACK out of sequence")
		return
	}
	a.waiting = 0
	t.watch()
}

// aliveSPI reports whether the notification names this SA by its cookies (RFC 3706,
// section 5.3).
func (t *turn) aliveSPI(n payload.Notify) bool { return cookiesEqual(n.SPI, t.cky) }

func cookiesEqual(spi []byte, c cookies) bool { return len(spi) == len(c) && cookies(spi) == c }
