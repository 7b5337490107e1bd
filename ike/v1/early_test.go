package v1

import (
	"errors"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

// refusing is a Trust that accepts nobody.
type refusing struct{}

func (refusing) Judge(exchange.Claim) exchange.Verdict {
	return exchange.Verdict{Err: errors.New("refused")}
}

// meanwhile gives the machine a message and, while its certificate is being judged, those
// behind it. It returns what is handed back then.
func meanwhile(t *testing.T, e *end, first exchange.Send, others ...exchange.Send) (again []exchange.Message) {
	t.Helper()
	var judge func() exchange.Verdict
	for _, a := range e.Step(e.env, deliver(first), nil) {
		if v, ok := a.(exchange.Verify); ok {
			judge = func() exchange.Verdict { return v.By.Judge(v.Claim) }
		}
	}
	if judge == nil {
		t.Fatal("nothing is to be judged")
	}
	for _, s := range others {
		for _, a := range e.Step(e.env, deliver(s), nil) {
			if _, ok := a.(exchange.Send); ok {
				t.Error("answered before the certificate is judged")
			}
		}
	}
	for _, a := range e.Step(e.env, judge(), nil) {
		if a, ok := a.(exchange.Again); ok {
			again = append(again, a.Message)
		}
	}
	return again
}

// The first message of a Quick Mode may come while message 3 of Aggressive Mode is judged.
func TestQuickModeBehindMessage3(t *testing.T) {
	_, r, _, _, sent := aggressiveSigned(2)
	if len(sent) != 2 {
		t.Fatalf("%d messages, want message 3 and the first of Quick Mode", len(sent))
	}
	again := meanwhile(t, r, sent[0], sent[1])
	if r.state != P1Complete || len(again) != 1 {
		t.Fatalf("in %v, %d messages are handed back", r.state, len(again))
	}
	if answer := r.step(again[0]); len(answer) != 1 || answer[0].Name != "QM2" {
		t.Errorf("the Quick Mode is answered with %v", answer)
	}
}

// The responder's lifetime may come while its message 6 is judged.
func TestLifetimeBehindMessage6(t *testing.T) {
	i, r := newEnd(debug.Initiator, addrI, addrR), newEnd(debug.Responder, addrR, addrI)
	signing(i)
	signing(r)
	r.env.Policy.Proposals[0].LifeSeconds = 600
	tunnel := &i.env.Policy.Tunnels[0]
	sent := i.step(exchange.Initiate{Requests: []exchange.Request{{Tunnel: tunnel, Peer: addrR.Addr(), Selector: tunnel.Selectors[0], SPI: 0x1234}}})
	for to, other := r, i; r.state != P1Complete; to, other = other, to {
		sent = to.step(deliver(sent[0]))
	}
	if len(sent) != 2 {
		t.Fatalf("%d messages, want message 6 and the lifetime", len(sent))
	}
	for _, m := range meanwhile(t, i, sent[0], sent[1]) {
		i.step(m)
	}
	if i.life != 600*time.Second {
		t.Errorf("the initiator's lifetime is %v", i.life)
	}
}

// Not more than a few messages wait, and none where the certificate is refused.
func TestLittleIsKeptBehind(t *testing.T) {
	_, r, _, _, sent := aggressiveSigned(2)
	if again := meanwhile(t, r, sent[0], sent[1], sent[1], sent[1], sent[1]); len(again) != maxEarly {
		t.Errorf("%d messages are handed back", len(again))
	}
	_, r, _, _, sent = aggressiveSigned(2)
	r.env.Policy.Trust = refusing{}
	if again := meanwhile(t, r, sent[0], sent[1]); len(again) != 0 || r.state == P1Complete {
		t.Errorf("in %v, %d messages are handed back", r.state, len(again))
	}
}
