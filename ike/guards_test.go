package ike_test

import (
	"net/netip"
	"testing"
	"time"

	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// Forged first messages of Aggressive Mode do not make an endless queue of Diffie-Hellman.
func TestComputationsAreBounded(t *testing.T) {
	n, r1, r3 := lab(byName)
	first := firstOf(r1, n)
	jobs := 0
	for i := range 500 {
		d := append([]byte(nil), first...)
		d[0], d[1], d[2] = byte(i), byte(i>>8), 1
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{100, 64, byte(i >> 8), byte(i)}), 500)
		jobs += len(r3.Core.Handle(n.Now, ike.Datagram{Local: netip.AddrPortFrom(iketest.Addr3, 500), Remote: from, Data: d}))
	}
	if jobs != 64 || counted(r3, "too many Diffie-Hellman computations") != 500-64 {
		t.Errorf("%d computations are due, %v", jobs, r3.Core.Counters())
	}
	consistent(t, r3)
}

// A peer that brings up SAs and deletes them does not fill the memory with what is left.
func TestTheDeadAreBounded(t *testing.T) {
	p1, p3 := iketest.Policies()
	p1.Proposals[0].Group, p3.Proposals[0].Group = suite.ECP256, suite.ECP256
	n := iketest.New(1)
	n.Quiet = true
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	for range 1100 {
		r1.Acquire("MAP", 10, iketest.Flow)
		n.Run(40 * time.Millisecond)
		r1.Do(ike.ClearSA{})
		r1.Do(ike.ClearISAKMP{})
		n.Run(10 * time.Millisecond)
	}
	if got := r3.Core.Held()["SAs"]; got < 1000 || got > 1030 {
		t.Errorf("%d SAs are kept", got)
	}
	if len(r3.Plane.Pairs) != 0 {
		t.Errorf("%d pairs", len(r3.Plane.Pairs))
	}
}

// Nor do packets to hosts of which none answers: each asks for SAs of its own.
func TestRequestsAreBounded(t *testing.T) {
	const many = 1100
	p1, _ := hosts(many)
	n := iketest.New(1)
	r1 := n.Add("R1", iketest.Addr1, p1) // alone
	for i := range many {
		r1.Acquire("MAP", 10, host(i))
	}
	if got := r1.Core.Held()["requests"]; got != 1024 {
		t.Errorf("%d requests wait", got)
	}
}

// A first message under a peer's address is no sign of the peer: a negotiation of our own is
// begun beside it, and says that we know of no other.
func TestForgeryIsNotThePeer(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	p1, px := iketest.Policies()
	px.Tunnels[0].Local = netip.MustParseAddr("192.0.2.9")
	px.Tunnels[0].Selectors = p1.Tunnels[0].Selectors
	first := firstOf(n.Add("X", px.Tunnels[0].Local, px), n)
	again := n.Add("R1", iketest.Addr1, p1) // has forgotten everything
	n.Inject(iketest.Packet{From: netip.AddrPortFrom(iketest.Addr3, 500), To: netip.AddrPortFrom(iketest.Addr1, 500), Data: first})
	n.Run(100 * time.Millisecond)
	if len(again.Core.ISAKMPSAs(n.Now)) != 1 {
		t.Fatal("there is no half-open SA")
	}
	again.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	if a, b := len(again.Plane.Pairs), len(r3.Plane.Pairs); a != 1 || b != 1 {
		t.Errorf("%d and %d pairs", a, b)
	}
}

// Of two peers behind one NAT, which share an address, one cannot delete the other's SAs.
func TestDeletionOfANeighboursSA(t *testing.T) {
	addr2 := netip.MustParseAddr("12.12.12.3")
	flow2 := exchange.Selector{Local: exchange.Proxy{Prefix: netip.MustParsePrefix("10.2.2.0/24")}, Remote: iketest.Side3}
	p1, p3 := iketest.Policies()
	p2, _ := iketest.Policies()
	p2.Tunnels[0].Local, p2.Tunnels[0].Selectors = addr2, []exchange.Selector{flow2}
	p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
	p3.Tunnels[0].Peers = []netip.Addr{outside}
	p3.Tunnels[0].Selectors = append(p3.Tunnels[0].Selectors, iketest.Reverse(flow2))
	n := iketest.New(1)
	n.Fate = iketest.NewNAT(outside, iketest.Addr1, addr2).Fate
	r1, r2, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R2", addr2, p2), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	r2.Acquire("MAP", 10, flow2)
	n.Run(time.Second)
	if err := r2.Ping(r3, flow2); err != nil {
		t.Fatal(err)
	}
	n.Run(2 * time.Second)
	r2.Do(ike.InvalidSPI{Local: addr2, Remote: iketest.Addr3, SPI: r1.Core.IPsecSAs()[0].InboundSPI}) // R2 deletes it
	n.Run(time.Second)
	if len(r3.Plane.Pairs) != 2 {
		t.Errorf("%d pairs remain", len(r3.Plane.Pairs))
	}
}
