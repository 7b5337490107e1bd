package ike_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/iketest"
)

// The notes on packets go by the message's number, which therefore has to be that of a
// message that this side sends, or that side: the odd ones of the nine, and of the three
// of Aggressive Mode, are the initiator's. Also where a message goes out again.
func TestPacketsAreTheirSendersMessages(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p1, p3 *exchange.Policy)
		again  int // how many are sent once more, in turn
	}{
		"main mode":       {unchanged, 9},
		"aggressive mode": {byName, 6},
		"keys differ":     {func(_, p3 *exchange.Policy) { p3.Keys[0].Secret = []byte("other") }, 5},
	} {
		for _, f := range fates()[:5] {
			for k := 1; k <= c.again; k++ {
				n, r1, r3 := lab(c.change)
				n.Fate = func(p *iketest.Packet) []time.Duration {
					if p.N == k {
						return f.do(p)
					}
					return []time.Duration{0}
				}
				r1.Acquire("MAP", 10, iketest.Flow)
				n.Run(45 * time.Second)
				where := fmt.Sprintf("%s, datagram %d %s", name, k, f.name)
				ownMessages(t, where, r1, debug.Initiator)
				ownMessages(t, where, r3, debug.Responder)
			}
		}
	}
}

// ownMessages wants the packets of a router to be those of its role.
func ownMessages(t *testing.T, where string, r *iketest.Router, role debug.Role) {
	t.Helper()
	for _, e := range r.Events {
		var at debug.At
		sender := role
		switch e := e.(type) {
		case debug.ISAKMPSending:
			at = e.At
		case debug.ISAKMPReceived:
			at, sender = e.At, debug.Initiator+debug.Responder-role
		case debug.ISAKMPRetransmit:
			at = e.At
		default:
			continue
		}
		number := at.Message
		if number >= debug.AM1 {
			number -= debug.AM1 - 1
		}
		if number != 0 && (number%2 == 1) != (sender == debug.Initiator) {
			t.Errorf("%s: message %d of %v: %s", where, number, sender, e.Explain(debug.English))
			return
		}
	}
}

// A request is explained as what it is: the first by the packet that has no SA, the next
// by the SAs that end.
func TestRequestsSayWhatTheyAreFor(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	traffic(n, r1, r3, 2*time.Hour, 10*time.Second)
	var renews []bool
	for _, e := range append(r1.Events, r3.Events...) {
		if e, ok := e.(debug.IPsecRequest); ok {
			renews = append(renews, e.Renews)
		}
	}
	if len(renews) < 2 || renews[0] || slices.Contains(renews[1:], false) {
		t.Errorf("renewals: %v", renews)
	}
}
