package ike_test

import (
	"net/netip"
	"testing"
	"time"

	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
)

var addr4 = netip.MustParseAddr("23.23.23.4")

// twoPeers returns a net in which R1's entry has the peers R3 and R4, in this order. Dead
// routers neither send nor receive.
func twoPeers(change func(p1 *exchange.Policy)) (n *iketest.Net, r1, r3, r4 *iketest.Router, dead map[netip.Addr]bool) {
	p1, p3 := iketest.Policies()
	_, p4 := iketest.Policies()
	p4.Tunnels[0].Local = addr4
	p1.Keys = append(p1.Keys, exchange.PresharedKey{Prefix: netip.PrefixFrom(addr4, 32), Secret: []byte("cisco")})
	p1.Tunnels[0].Peers = []netip.Addr{iketest.Addr3, addr4}
	p1.DPD = periodic
	if change != nil {
		change(p1)
	}
	dead = make(map[netip.Addr]bool)
	n = iketest.New(1)
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if dead[p.From.Addr()] || dead[p.To.Addr()] {
			return nil
		}
		return []time.Duration{0}
	}
	return n, n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3), n.Add("R4", addr4, p4), dead
}

// connect asks for the tunnel and reports the peer that serves it after d.
func connect(n *iketest.Net, r1 *iketest.Router, d time.Duration) netip.Addr {
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(d)
	for _, i := range r1.Core.IPsecSAs() {
		return i.Remote.Addr()
	}
	return netip.Addr{}
}

func want(t *testing.T, what string, got, want netip.Addr) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: the peer is %v, want %v", what, got, want)
	}
}

// The next peer takes over from one that is dead, found so by retransmission or by dead
// peer detection, and stays when the first is back.
func TestFailOver(t *testing.T) {
	n, r1, _, _, dead := twoPeers(nil)
	dead[iketest.Addr3] = true
	want(t, "first dead from the start", connect(n, r1, 2*time.Minute), addr4)
	dead[iketest.Addr3] = false
	r1.Do(ike.ClearSA{})
	n.Run(time.Second)
	want(t, "first is back", connect(n, r1, 5*time.Second), addr4)
	dead[addr4] = true
	n.Run(30 * time.Second)
	if len(r1.Core.IPsecSAs()) != 0 {
		t.Fatal("the second is not noticed to be dead")
	}
	want(t, "second dead by detection", connect(n, r1, 5*time.Second), iketest.Addr3)
	dead[iketest.Addr3] = true
	n.Run(30 * time.Second)
	want(t, "both dead", connect(n, r1, 10*time.Minute), netip.Addr{})
	dead[addr4] = false
	want(t, "second is back", connect(n, r1, 2*time.Minute), addr4)
}

// A default peer is tried first whenever the one in use is dead.
func TestDefaultPeer(t *testing.T) {
	n, r1, _, _, dead := twoPeers(func(p1 *exchange.Policy) {
		p1.Tunnels[0].DefaultPeer = addr4
	})
	want(t, "at first", connect(n, r1, 5*time.Second), addr4)
	dead[addr4] = true
	n.Run(30 * time.Second)
	want(t, "default dead", connect(n, r1, 2*time.Minute), iketest.Addr3)
	dead[addr4], dead[iketest.Addr3] = false, true
	n.Run(30 * time.Second)
	want(t, "the other dead", connect(n, r1, 5*time.Second), addr4)
}

// SAs that idle can lead back to the default peer.
func TestIdleToDefault(t *testing.T) {
	for _, back := range []bool{true, false} {
		n, r1, _, _, dead := twoPeers(func(p1 *exchange.Policy) {
			p1.Tunnels[0].DefaultPeer = iketest.Addr3
			p1.Tunnels[0].IdleTime, p1.Tunnels[0].IdleDefault = time.Minute, back
		})
		dead[iketest.Addr3] = true
		want(t, "default dead", connect(n, r1, 90*time.Second), addr4)
		dead[iketest.Addr3] = false
		n.Run(2 * time.Minute)
		if len(r1.Core.IPsecSAs()) != 0 {
			t.Fatal("not idle")
		}
		peer := addr4
		if back {
			peer = iketest.Addr3
		}
		want(t, "after it idled", connect(n, r1, 5*time.Second), peer)
	}
}

// Whoever corrects the address of a peer that does not answer need not wait until the
// negotiation with it has been given up.
func TestPeerCorrected(t *testing.T) {
	n, r1, _, _, dead := twoPeers(func(p1 *exchange.Policy) {
		p1.Tunnels[0].Peers = []netip.Addr{addr4}
	})
	dead[addr4] = true
	want(t, "the wrong peer", connect(n, r1, 5*time.Second), netip.Addr{})
	p1, _ := iketest.Policies()
	r1.Do(ike.SetPolicy{Policy: p1})
	want(t, "corrected", connect(n, r1, 5*time.Second), iketest.Addr3)

	// The negotiation that nobody waits for has ended.
	fate := n.Fate
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.To.Addr() == addr4 {
			t.Error("a message still goes to the wrong peer")
		}
		return fate(p)
	}
	n.Run(2 * time.Minute)
}

// What show commands print is the peer that the next packet would go to. One that is
// taken out of the entry and put back behind another is not preferred any more.
func TestCurrentPeer(t *testing.T) {
	var policy exchange.Policy
	n, r1, _, _, dead := twoPeers(func(p1 *exchange.Policy) { policy = *p1 })
	at := policy.Tunnels[0].Place()
	want(t, "before anything", r1.Core.CurrentPeers()[at], iketest.Addr3)
	dead[iketest.Addr3] = true
	want(t, "first dead", connect(n, r1, 2*time.Minute), addr4)
	r1.Do(ike.ClearSA{})
	n.Run(time.Second)
	want(t, "without SAs", r1.Core.CurrentPeers()[at], addr4)
	r1.Do(ike.SetPolicy{Policy: &policy})
	want(t, "after another line", r1.Core.CurrentPeers()[at], addr4)

	without := policy
	without.Tunnels = []exchange.Tunnel{policy.Tunnels[0]}
	without.Tunnels[0].Peers = []netip.Addr{iketest.Addr3}
	r1.Do(ike.SetPolicy{Policy: &without})
	r1.Do(ike.SetPolicy{Policy: &policy})
	want(t, "taken out and put back", r1.Core.CurrentPeers()[at], iketest.Addr3)
}
