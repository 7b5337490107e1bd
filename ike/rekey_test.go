package ike_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// living returns the classic lab with these lifetimes in seconds.
func living(seed uint64, phase1, phase2 uint32) (n *iketest.Net, r1, r3 *iketest.Router) {
	p1, p3 := iketest.Policies()
	p1.Proposals[0].LifeSeconds, p3.Proposals[0].LifeSeconds = phase1, phase1
	p1.Tunnels[0].LifeSeconds, p3.Tunnels[0].LifeSeconds = phase2, phase2
	n = iketest.New(seed)
	return n, n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
}

// renewed counts the pairs that a router has had.
func renewed(r *iketest.Router) uint32 {
	var last uint32
	for _, i := range r.Core.IPsecSAs() {
		last = max(last, i.OutboundConn)
	}
	return (last - 2000) / 2
}

// SAs are renewed before they end, so that no packet is lost while traffic flows, and
// each generation leaves nothing behind.
func TestRenewal(t *testing.T) {
	for _, l := range []struct {
		phase1, phase2 uint32
		pairs          uint32 // in 20 minutes
	}{{86400, 120, 13}, {60, 120, 13}, {60, 3600, 1}, {90, 300, 4}, {120, 120, 13}} {
		t.Run(fmt.Sprintf("phase 1 %d s, phase 2 %d s", l.phase1, l.phase2), func(t *testing.T) {
			n, r1, r3 := living(1, l.phase1, l.phase2)
			if crossed, lost := traffic(n, r1, r3, 20*time.Minute, 20*time.Millisecond); !crossed || len(lost) > 0 {
				t.Fatalf("lost %d: %v", len(lost), lost[:min(5, len(lost))])
			}
			for _, r := range []*iketest.Router{r1, r3} {
				if got := renewed(r); got != l.pairs && got != l.pairs+1 {
					t.Errorf("%s: %d pairs, want about %d", r.Name, got, l.pairs)
				}
				if got := len(r.Plane.Pairs); got > 2 {
					t.Errorf("%s: %d pairs at once", r.Name, got)
				}
				if got := len(r.Core.ISAKMPSAs(n.Now)); got > 4 {
					t.Errorf("%s: %d ISAKMP SAs at once", r.Name, got)
				}
			}
		})
	}
}

// The renewal survives the loss of any one datagram of it.
func TestRenewalWithLoss(t *testing.T) {
	for k := 10; k <= 22; k++ {
		n, r1, r3 := living(1, 100, 120)
		n.Fate = func(p *iketest.Packet) []time.Duration {
			if p.N == k {
				return nil
			}
			return []time.Duration{0}
		}
		if crossed, lost := traffic(n, r1, r3, 6*time.Minute, 50*time.Millisecond); !crossed || len(lost) > 0 {
			t.Errorf("datagram %d lost: %d packets: %v", k, len(lost), lost[:min(3, len(lost))])
		}
	}
}

// What carries no traffic is not renewed, and at its end both sides forget it.
func TestIdleEnds(t *testing.T) {
	n, r1, r3 := living(1, 300, 120)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(10 * time.Minute)
	for _, r := range []*iketest.Router{r1, r3} {
		if len(r.Plane.Pairs) != 0 || len(r.Core.ISAKMPSAs(n.Now)) != 0 {
			t.Errorf("%s: %d pairs and %d ISAKMP SAs remain", r.Name, len(r.Plane.Pairs), len(r.Core.ISAKMPSAs(n.Now)))
		}
		if _, ok := r.Core.Deadline(); ok {
			t.Errorf("%s: a timer is left", r.Name)
		}
	}
}

// The kilobytes run out on both sides at the same moment, or a little apart: one pair
// remains and nothing is lost.
func TestSimultaneousRenewal(t *testing.T) {
	for _, pfs := range []suite.Group{0, suite.ECP256} {
		for offset := time.Duration(0); offset <= 15*time.Millisecond; offset += time.Millisecond {
			p1, p3 := iketest.Policies()
			p1.Tunnels[0].PFS, p3.Tunnels[0].PFS = pfs, pfs
			n := iketest.New(2)
			r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
			up(t, n, r1, r3)
			for range 3 {
				for _, r := range []*iketest.Router{r1, r3} {
					r.Do(ike.VolumeExpired{InboundSPI: r.Core.IPsecSAs()[0].InboundSPI})
					n.Run(offset)
				}
				if _, lost := traffic(n, r1, r3, time.Minute, 5*time.Millisecond); len(lost) > 0 {
					t.Fatalf("offset %v: lost %v", offset, lost[:min(3, len(lost))])
				}
				if a, b := len(r1.Plane.Pairs), len(r3.Plane.Pairs); a != 1 || b != 1 {
					t.Fatalf("offset %v: %d and %d pairs remain", offset, a, b)
				}
			}
		}
	}
}

// Kilobytes that have run out end the pair at once, on both sides.
func TestVolumeHard(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	r3.Do(ike.VolumeExpired{InboundSPI: r3.Core.IPsecSAs()[0].InboundSPI, Hard: true})
	n.Run(time.Second)
	if len(r1.Plane.Pairs)+len(r3.Plane.Pairs) != 0 {
		t.Error("the pair remains")
	}
}

// A responder with the lower phase-1 lifetime tells the initiator, which adopts it.
func TestResponderLifetime(t *testing.T) {
	p1, p3 := iketest.Policies()
	p3.Proposals[0].LifeSeconds = 600
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	if got := r1.Core.ISAKMPSAs(n.Now)[0].Remaining.Round(time.Second); got != 10*time.Minute {
		t.Errorf("the initiator's lifetime is %v", got)
	}
}

// A side whose volume is not limited neither offers a limit nor takes that of the peer,
// which renews the SA by its own.
func TestNoVolumeLimit(t *testing.T) {
	for name, c := range map[string]struct{ kb1, kb3, want1, want3 uint32 }{
		"neither":       {0, 0, 0, 0},
		"the initiator": {0, 5000, 0, 5000},
		"the responder": {5000, 0, 5000, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p1, p3 := iketest.Policies()
			p1.Tunnels[0].LifeKilobytes, p3.Tunnels[0].LifeKilobytes = c.kb1, c.kb3
			n := iketest.New(1)
			r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
			r1.Acquire("MAP", 10, iketest.Flow)
			n.Run(time.Second)
			if err := r1.Ping(r3, iketest.Flow); err != nil {
				t.Fatal(err)
			}
			if a, b := r1.Core.IPsecSAs()[0].LifeKilobytes, r3.Core.IPsecSAs()[0].LifeKilobytes; a != c.want1 || b != c.want3 {
				t.Errorf("%d and %d kilobytes, want %d and %d", a, b, c.want1, c.want3)
			}
			lines := strings.Join(r1.Lines(debug.FlagISAKMP), "\n")
			if offered := c.kb1 != 0; strings.Contains(lines, "SA life type in kilobytes") != offered || strings.Contains(lines, "NOTIFY RESPONDER_LIFETIME protocol 3") {
				t.Errorf("R1 says\n%s", lines)
			}
		})
	}
}

// What clear crypto sa names goes, and nothing else.
func TestClearNamedSA(t *testing.T) {
	for name, c := range map[string]struct {
		which func(p exchange.SAInfo) ike.ClearSA
		goes  bool
	}{
		"peer":          {func(exchange.SAInfo) ike.ClearSA { return ike.ClearSA{Peer: iketest.Addr3} }, true},
		"another peer":  {func(exchange.SAInfo) ike.ClearSA { return ike.ClearSA{Peer: iketest.Addr1} }, false},
		"map":           {func(exchange.SAInfo) ike.ClearSA { return ike.ClearSA{Map: "MAP"} }, true},
		"another map":   {func(exchange.SAInfo) ike.ClearSA { return ike.ClearSA{Map: "map"} }, false},
		"outbound":      {func(p exchange.SAInfo) ike.ClearSA { return ike.ClearSA{To: iketest.Addr3, SPI: p.OutboundSPI} }, true},
		"inbound":       {func(p exchange.SAInfo) ike.ClearSA { return ike.ClearSA{To: iketest.Addr1, SPI: p.InboundSPI} }, true},
		"the other way": {func(p exchange.SAInfo) ike.ClearSA { return ike.ClearSA{To: iketest.Addr3, SPI: p.InboundSPI} }, false},
		"another protocol": {func(p exchange.SAInfo) ike.ClearSA {
			return ike.ClearSA{To: iketest.Addr3, SPI: p.OutboundSPI, AH: true}
		}, false},
	} {
		n, r1, r3 := iketest.Classic(1)
		up(t, n, r1, r3)
		r1.Do(c.which(r1.Core.IPsecSAs()[0]))
		n.Run(time.Second)
		if gone := len(r1.Core.IPsecSAs()) == 0 && len(r3.Core.IPsecSAs()) == 0; gone != c.goes {
			t.Errorf("%s: gone %v", name, gone)
		}
	}
}
