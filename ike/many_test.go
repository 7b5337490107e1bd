package ike_test

import (
	"net/netip"
	"testing"
	"time"

	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
)

// As many flows as one peer may have, which come up within a second, are renewed within one,
// too: none of them loses a packet.
func TestThousandFlowsOfOnePeerAreRenewedAtOnce(t *testing.T) {
	const many = 1000
	n, r1, lost := manyFlows(1, many, 120)
	for end := n.Now.Add(150 * time.Second); n.Now.Before(end); n.Run(time.Second) {
		if n := lost(); n > 0 {
			t.Fatalf("%d flows lose packets", n)
		}
	}
	if got := len(r1.Plane.Pairs); got != many {
		t.Errorf("%d pairs", got)
	}
}

// Nor do more than may ask for SAs at once without having any, of several peers, when those of
// all are used up in the same moment.
func TestThousandsOfFlowsAreRenewedAtOnce(t *testing.T) {
	n, r1, lost := manyFlows(5, 500, 3600)
	old := r1.Core.IPsecSAs()
	for _, p := range old {
		r1.Do(ike.VolumeExpired{InboundSPI: p.InboundSPI})
	}
	for range 60 {
		if n := lost(); n > 0 {
			t.Fatalf("%d flows lose packets", n)
		}
		n.Run(time.Second)
	}
	for _, p := range old {
		if _, there := r1.Plane.Pairs[p.InboundSPI]; there {
			t.Fatal("a pair has no successor")
		}
	}
}

// manyFlows brings up so many flows of R1 with each of some peers. lost sends a packet of each
// and returns how many did not cross.
func manyFlows(peers, each int, life uint32) (n *iketest.Net, r1 *iketest.Router, lost func() int) {
	n = iketest.New(1)
	n.Quiet = true
	p1, _ := hosts(0)
	tunnel := p1.Tunnels[0]
	tunnel.LifeSeconds, p1.Tunnels = life, nil
	var others []*iketest.Router
	for k := range peers {
		addr := netip.AddrFrom4([4]byte{34, 34, 34, byte(k + 1)})
		_, p3 := hosts(0)
		p3.Tunnels[0].Local, p3.Tunnels[0].LifeSeconds = addr, life
		others = append(others, n.Add(addr.String(), addr, p3))
		t := tunnel
		t.Seq, t.Peers, t.Selectors = k+1, []netip.Addr{addr}, nil
		for i := range each {
			t.Selectors = append(t.Selectors, host(k*each+i))
		}
		p1.Tunnels = append(p1.Tunnels, t)
		p1.Keys = append(p1.Keys, exchange.PresharedKey{Prefix: netip.PrefixFrom(addr, 32), Secret: []byte("cisco")})
	}
	r1 = n.Add("R1", iketest.Addr1, p1)
	for _, t := range p1.Tunnels {
		for i, f := range t.Selectors {
			r1.Acquire("MAP", t.Seq, f)
			if i%50 == 0 {
				n.Run(50 * time.Millisecond)
			}
		}
	}
	n.Run(2 * time.Second)
	return n, r1, func() (count int) {
		for k, t := range p1.Tunnels {
			for _, f := range t.Selectors {
				if r1.Ping(others[k], f) != nil {
					count++
				}
			}
		}
		return count
	}
}
