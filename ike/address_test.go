package ike_test

import (
	"net/netip"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/iketest"
)

// An interface that gets another address loses the SAs of the old one, IKE's too: they
// can carry nothing any more.
func TestAddressChange(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	p1, _ := iketest.Policies()
	p1.Tunnels[0].LifeSeconds += 60
	r1.Do(ike.SetPolicy{Policy: p1})
	if n.Run(time.Second); len(r1.Plane.Pairs) != 1 || len(r1.Core.ISAKMPSAs(n.Now)) != 1 {
		t.Fatalf("another change of the policy leaves %d pairs and %d ISAKMP SAs", len(r1.Plane.Pairs), len(r1.Core.ISAKMPSAs(n.Now)))
	}
	p1, _ = iketest.Policies()
	p1.Tunnels[0].Local = netip.MustParseAddr("12.12.12.9")
	r1.Do(ike.SetPolicy{Policy: p1})
	n.Run(2 * time.Minute)
	if len(r1.Plane.Pairs)+len(r3.Plane.Pairs) != 0 {
		t.Error("pairs of an address that is gone remain")
	}
	if list := append(r1.Core.ISAKMPSAs(n.Now), r3.Core.ISAKMPSAs(n.Now)...); len(list) != 0 {
		t.Errorf("ISAKMP SAs of an address that is gone remain: %+v", list)
	}
	r1.Events = nil
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	from := netip.Addr{}
	for _, e := range r1.Events {
		if e, ok := e.(debug.IPsecRequest); ok {
			from = e.Local
		}
	}
	if from != p1.Tunnels[0].Local {
		t.Errorf("the next SAs are asked for from %v", from)
	}
}

// What was being negotiated from the old address is not tried once more from there: the next
// packet begins from the new one.
func TestAddressChangeWhileNegotiating(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	r1.Do(ike.ClearSA{})
	n.Run(time.Second)
	r1.Acquire("MAP", 10, iketest.Flow) // Quick Mode begins
	p1, _ := iketest.Policies()
	p1.Tunnels[0].Local = netip.MustParseAddr("12.12.12.9")
	r1.Do(ike.SetPolicy{Policy: p1})
	r1.Events = nil
	r1.Acquire("MAP", 10, iketest.Flow)
	var from []netip.Addr
	for _, e := range r1.Events {
		if e, ok := e.(debug.IPsecRequest); ok {
			from = append(from, e.Local)
		}
	}
	if n.Run(time.Second); len(r3.Plane.Pairs) != 0 {
		t.Error("the peer keeps what was never confirmed")
	}
	if len(from) != 1 || from[0] != p1.Tunnels[0].Local {
		t.Errorf("SAs are asked for from %v", from)
	}
}
