package ike_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
)

// watched returns the lab with a tunnel up, and with dead peer detection at R1.
func watched(t *testing.T, d exchange.DPD) (n *iketest.Net, r1, r3 *iketest.Router) {
	t.Helper()
	n = iketest.New(1)
	p1, p3 := iketest.Policies()
	p1.DPD = d
	r1, r3 = n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	return n, r1, r3
}

func count(r *iketest.Router, part string) (k int) {
	for _, l := range r.Lines(debug.FlagISAKMP) {
		if strings.Contains(l, part) {
			k++
		}
	}
	return k
}

func nothing(*iketest.Packet) []time.Duration { return nil }

var (
	onDemand = exchange.DPD{Interval: 10 * time.Second, Retry: 2 * time.Second}
	periodic = exchange.DPD{Interval: 10 * time.Second, Retry: 2 * time.Second, Periodic: true}
)

// Periodic: a question every interval, whatever the traffic.
func TestPeriodic(t *testing.T) {
	n, r1, r3 := watched(t, periodic)
	n.Run(61 * time.Second)
	if q, a := count(r1, "Sending NOTIFY DPD/R_U_THERE "), count(r1, "DPD/R_U_THERE_ACK received"); q != 6 || a != 6 {
		t.Errorf("%d questions and %d answers in a minute", q, a)
	}
	if k := count(r3, "Sending NOTIFY DPD/R_U_THERE "); k != 0 {
		t.Errorf("R3, which is not to ask, asked %d times", k)
	}
	golden(t, "dpd-r1", tail(r1.Lines(debug.FlagISAKMP), 8))
	golden(t, "dpd-r3", tail(r3.Lines(debug.FlagISAKMP), 11))
}

// A profile has its own keepalive, for those peers that it matches.
func TestKeepaliveOfProfile(t *testing.T) {
	for name, c := range map[string]struct {
		match     string
		ofAll     exchange.DPD
		questions int
	}{
		"matches":              {iketest.Addr3.String(), exchange.DPD{}, 6},
		"matches none":         {"192.0.2.1", exchange.DPD{}, 0},
		"comes before general": {iketest.Addr3.String(), exchange.DPD{Interval: 30 * time.Second, Retry: 2 * time.Second, Periodic: true}, 6},
		"leaves the general":   {"192.0.2.1", exchange.DPD{Interval: 30 * time.Second, Retry: 2 * time.Second, Periodic: true}, 2},
	} {
		n := iketest.New(1)
		p1, p3 := iketest.Policies()
		p1.DPD = c.ofAll
		p1.Profiles = []exchange.Profile{{Name: "P", DPD: periodic, Match: []exchange.IdentityMatch{{Prefix: netip.MustParsePrefix(c.match + "/32")}}}}
		r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
		up(t, n, r1, r3)
		n.Run(61 * time.Second)
		if q := count(r1, "Sending NOTIFY DPD/R_U_THERE "); q != c.questions {
			t.Errorf("%s: %d questions in a minute, want %d", name, q, c.questions)
		}
	}
}

func tail(list []string, n int) []string { return list[max(0, len(list)-n):] }

// On demand: a question only when something was sent and nothing came back.
func TestOnDemand(t *testing.T) {
	n, r1, r3 := watched(t, onDemand)
	n.Run(time.Minute)
	for range 6 { // both ways
		if err := r1.Ping(r3, iketest.Flow); err != nil {
			t.Fatal(err)
		}
		n.Run(10 * time.Second)
	}
	if k := count(r1, "R_U_THERE"); k != 0 {
		t.Fatalf("%d lines of detection, though there was no reason to doubt", k)
	}
	spi := r1.Core.IPsecSAs()[0].InboundSPI
	r1.Plane.Carry(spi, 1, 0)
	n.Run(11 * time.Second)
	if k := count(r1, "DPD/R_U_THERE_ACK received"); k != 1 {
		t.Errorf("%d answers", k)
	}
	n.Run(time.Minute)
	if k := count(r1, "DPD/R_U_THERE_ACK received"); k != 1 {
		t.Errorf("%d answers though nothing was sent", k)
	}
}

// A peer that does not answer five questions is dead: nothing of it is left, and it is
// found again when it is back.
func TestDeadPeer(t *testing.T) {
	for name, d := range map[string]exchange.DPD{"periodic": periodic, "on-demand": onDemand} {
		t.Run(name, func(t *testing.T) {
			n, r1, r3 := watched(t, d)
			n.Run(5 * time.Second)
			start := len(r1.Lines(debug.FlagISAKMP))
			n.Fate = nothing
			var asked time.Time
			dead := n.Until(time.Minute, func() bool {
				if asked.IsZero() && len(r1.Core.IPsecSAs()) == 1 {
					r1.Plane.Carry(r1.Core.IPsecSAs()[0].InboundSPI, 1, 0)
					if count(r1, "seq. no") > 0 {
						asked = n.Now
					}
				}
				return len(r1.Core.IPsecSAs()) == 0
			})
			if took := n.Now.Sub(asked); !dead || took != 10*time.Second {
				t.Fatalf("dead: %v, %v after the first question", dead, took)
			}
			if !r1.Core.ISAKMPSAs(n.Now)[0].Deleted {
				t.Error("the dead peer's phase 1 is still there")
			}
			golden(t, "dpd-dead", r1.Lines(debug.FlagISAKMP)[start:])
			n.Fate = nil
			n.Run(2 * time.Minute)
			up(t, n, r1, r3)
		})
	}
}

// A peer that dies before phase 1 ends is found dead, though that is decided later, and what
// leads to it is deleted. One that lives and misses a question costs phase 1 nothing.
func TestDeadAtEndOfLifetime(t *testing.T) {
	for _, dies := range []bool{true, false} {
		n := iketest.New(1)
		p1, p3 := iketest.Policies()
		p1.DPD = exchange.DPD{Interval: 50 * time.Second, Retry: 20 * time.Second, Periodic: true}
		p1.Proposals[0].LifeSeconds, p3.Proposals[0].LifeSeconds = 210, 86400
		r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
		up(t, n, r1, r3)
		n.Run(155 * time.Second) // of four questions three are answered
		n.Fate = nothing
		if !dies {
			n.Run(50 * time.Second)
			n.Fate = nil
		}
		n.Run(150 * time.Second)
		dead := count(r1, `deleting SA reason "P1 errcounter exceeded (PEERS_ALIVE_TIMER)"`) > 0
		stays := slices.ContainsFunc(r1.Core.ISAKMPSAs(n.Now), func(s exchange.PhaseOneInfo) bool { return s.ConnID == 1 && !s.Deleted })
		if pairs := len(r1.Core.IPsecSAs()); dead != dies || (pairs == 0) != dies || stays {
			t.Errorf("peer dies: %t; found dead: %t, phase 1 stays: %t, %d pairs are left", dies, dead, stays, pairs)
		}
	}
}

// Every answer of the first k questions lost, the peer lives.
func TestLostQuestions(t *testing.T) {
	for k := range 5 {
		n, r1, _ := watched(t, periodic)
		lost := 0
		n.Fate = func(p *iketest.Packet) []time.Duration {
			if p.From.Addr() == iketest.Addr3 && lost < k {
				lost++
				return nil
			}
			return []time.Duration{0}
		}
		n.Run(5 * time.Minute)
		if len(r1.Core.IPsecSAs()) != 1 {
			t.Errorf("dead after %d lost answers", k)
		}
	}
}

// Any packet of the peer's is a sign of life while an answer is awaited.
func TestTrafficIsLife(t *testing.T) {
	n, r1, _ := watched(t, periodic)
	n.Fate = nothing
	for range 30 {
		r1.Plane.Carry(r1.Core.IPsecSAs()[0].InboundSPI, 0, 1)
		n.Run(time.Second)
	}
	if len(r1.Core.IPsecSAs()) != 1 {
		t.Error("a peer that sends is dead")
	}
}

// A datagram of the peer's that comes again does not count as an answer, and a question
// that comes again is not answered twice.
func TestReplayedDetection(t *testing.T) {
	n, r1, r3 := watched(t, periodic)
	var kept []iketest.Packet
	n.Fate = func(p *iketest.Packet) []time.Duration {
		kept = append(kept, iketest.Packet{From: p.From, To: p.To, Data: slices.Clone(p.Data)})
		return []time.Duration{0}
	}
	n.Run(11 * time.Second)
	if len(kept) != 2 {
		t.Fatalf("%d datagrams", len(kept))
	}
	n.Fate = nothing
	answers := count(r3, "Sending NOTIFY DPD/R_U_THERE_ACK")
	for range 30 {
		n.Inject(kept[0])
		n.Inject(kept[1])
		n.Run(time.Second)
	}
	if k := count(r3, "Sending NOTIFY DPD/R_U_THERE_ACK"); k != answers {
		t.Errorf("%d more answers to an old question", k-answers)
	}
	if len(r1.Core.IPsecSAs()) != 0 {
		t.Error("old answers keep a dead peer alive")
	}
}

// An SA that carries nothing for its idle time is deleted at both ends, one that is used
// is not.
func TestIdleTime(t *testing.T) {
	p1, p3 := iketest.Policies()
	p1.Tunnels[0].IdleTime = time.Minute
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	for range 10 {
		n.Run(30 * time.Second)
		if err := r1.Ping(r3, iketest.Flow); err != nil {
			t.Fatal(err)
		}
	}
	n.Run(59 * time.Second)
	if len(r1.Core.IPsecSAs()) != 1 {
		t.Fatal("deleted too early")
	}
	n.Run(8 * time.Second)
	if len(r1.Core.IPsecSAs()) != 0 || len(r3.Core.IPsecSAs()) != 0 {
		t.Error("an idle SA stays")
	}
	r1.Do(ike.Tick{})
	up(t, n, r1, r3)
}
