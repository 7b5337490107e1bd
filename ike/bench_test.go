package ike_test

import (
	"fmt"
	"testing"
	"time"

	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// Complete negotiations, main mode and quick mode of both ends, on one core.
func BenchmarkNegotiation(b *testing.B) {
	for _, g := range groups {
		for _, pfs := range []suite.Group{0, g} {
			b.Run(fmt.Sprintf("group=%d/pfs=%v", g, pfs != 0), func(b *testing.B) {
				p1, p3 := iketest.Policies()
				for _, p := range []*exchange.Policy{p1, p3} {
					p.Proposals[0].Encryption, p.Proposals[0].KeyBits, p.Proposals[0].Hash, p.Proposals[0].Group = suite.AES, 128, suite.SHA256, g
					p.Tunnels[0].PFS = pfs
				}
				for b.Loop() {
					n := iketest.New(1)
					n.Quiet = true
					r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
					r1.Acquire("MAP", 10, iketest.Flow)
					n.Run(time.Second)
					if len(r1.Plane.Pairs) != 1 || len(r3.Plane.Pairs) != 1 {
						b.Fatal("no tunnel")
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "negotiations/s")
			})
		}
	}
}
