package v1

import (
	"bytes"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

// Retransmission as IOS does it: every ten seconds, five times.
const (
	retransmitEvery = 10 * time.Second
	attempts        = 5
	// A copy that comes so soon was made by the network, not by a peer that misses its
	// answer.
	copied = 500 * time.Millisecond
)

// patience is how long an answer is waited for at first. What follows message 3 of
// Aggressive Mode at once may overtake it inside the peer, which then drops it: that is
// soon put right.
func (p *Phase1) patience() time.Duration {
	if p.unheard {
		return time.Second
	}
	return retransmitEvery
}

// transmit sends a message of phase 1 and keeps a copy without spare room, to be sent again
// to a peer that repeats itself and, if an answer is awaited, when the timer runs out.
func (t *turn) transmit(msg []byte, name string, answer bool) {
	t.sent = exchange.Send{Local: t.local, Remote: t.remote, Data: bytes.Clone(msg), Name: name}
	t.sentNo, t.retries, t.sentAt = t.number, 0, t.env.Now
	t.send(t.sent)
	timer := exchange.Timer{Kind: exchange.Retransmit}
	if answer {
		t.do(exchange.Arm{Timer: timer, After: t.patience()})
	} else {
		t.do(exchange.Disarm{Timer: timer})
	}
}

// send reports and sends one message.
func (t *turn) send(s exchange.Send) {
	if t.env.Tracing {
		at := t.at()
		if s.Name == "INFO" {
			at.Message = 0 // none of those of the exchange that it is about
		}
		t.trace(debug.ISAKMPSending{At: at, Peer: s.Remote.Addr(), MyPort: s.Local.Port(), PeerPort: s.Remote.Port(), State: t.shown})
	}
	t.do(s)
	if t.env.Tracing && t.ios15() {
		t.trace(debug.ISAKMPSendingIPv4{At: t.at()})
	}
}

// expired serves the timers.
func (t *turn) expired(timer exchange.Timer) {
	switch {
	case timer.Node != 0:
		t.nodeExpired(timer)
	case timer.Kind == exchange.Purge:
		t.trace(debug.ISAKMPPurgeSA{At: t.at(), Ptr: t.ptr})
		t.do(exchange.Gone{})
	case t.state == DestSA:
	case timer.Kind == exchange.Retransmit && t.unheard:
		t.repeatAM3()
	case timer.Kind == exchange.Retransmit:
		t.retransmit()
	case timer.Kind == exchange.Renewal:
		t.do(exchange.Renew{})
	case timer.Kind == exchange.Alive:
		t.look()
	case timer.Kind == exchange.Keepalive:
		t.keepAlive()
	case timer.Kind == exchange.Lifetime && t.state == P1Complete && t.counting():
		t.do(exchange.Arm{Timer: timer, After: t.dpd().Retry})
	case timer.Kind == exchange.Lifetime && t.state == P1Complete:
		t.delete(debug.SALifetime, false)
	case timer.Kind == exchange.Lifetime:
		t.bury(debug.SADeathP1)
	}
}

// retransmit sends the last message of phase 1 again, or gives up.
func (t *turn) retransmit() {
	if t.pending != nil { // its answer is being computed
		t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Retransmit}, After: retransmitEvery})
		return
	}
	t.number = t.sentNo
	t.trace(debug.ISAKMPRetransmit{At: t.at(), State: t.shown})
	if t.retries == attempts {
		t.bury(debug.SADeathP1)
		return
	}
	t.retries++
	t.trace(debug.ISAKMPErrorCounter{At: t.at(), Attempt: t.retries, Of: attempts, Reason: debug.ErrorRetransmit1})
	t.trace(debug.ISAKMPRetransmit{At: t.at(), State: t.shown, Again: true})
	t.send(t.sent)
	t.do(exchange.Arm{Timer: exchange.Timer{Kind: exchange.Retransmit}, After: retransmitEvery})
}

// duplicate answers a message that was answered before.
func (t *turn) duplicate(m *message) {
	// The last message of an exchange is not answered, or its copies would go to and
	// fro for ever.
	last := t.initiator() != t.aggressive && t.state == P1Complete
	t.number = t.sentNo - 1
	if last {
		t.number = t.lastNumber()
	}
	t.received(m)
	t.trace(debug.ISAKMPDuplicate{At: t.at()})
	if t.sent.Data == nil || last || t.state == DestSA {
		return
	}
	if t.env.Now.Before(t.sentAt.Add(copied)) {
		t.tooSoon(false, t.sentAt)
		return
	}
	t.sentAt, t.number = t.env.Now, t.sentNo
	t.trace(debug.ISAKMPRetransmitDue{At: t.at()})
	t.trace(debug.ISAKMPRetransmit{At: t.at(), State: t.shown})
	t.send(t.sent)
}
