package ike_test

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/ike/payload"
)

// outside is where R3 sees R1 behind its NAT.
var outside = netip.MustParseAddr("23.23.23.2")

// translate is a NAT in front of R1 that maps each of its ports to one of its own.
func translate(p *iketest.Packet) []time.Duration {
	const shift = 20000
	switch {
	case p.From.Addr() == iketest.Addr1:
		p.From = netip.AddrPortFrom(outside, p.From.Port()+shift)
	case p.To.Addr() == outside:
		p.To = netip.AddrPortFrom(iketest.Addr1, p.To.Port()-shift)
	}
	return []time.Duration{0}
}

// behindNAT returns the lab with R1 behind a NAT.
func behindNAT() (n *iketest.Net, r1, r3 *iketest.Router) {
	p1, p3 := iketest.Policies()
	p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
	p3.Tunnels[0].Peers = []netip.Addr{outside}
	n = iketest.New(1)
	n.Fate = translate
	return n, n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
}

// Through a NAT both sides move to port 4500 with message 5 and put ESP into UDP.
func TestThroughNAT(t *testing.T) {
	n, r1, r3 := behindNAT()
	up(t, n, r1, r3)
	want := map[*iketest.Router][2]string{
		r1: {"12.12.12.1:4500", "23.23.23.3:4500"},
		r3: {"23.23.23.3:4500", "23.23.23.2:24500"},
	}
	for r, w := range want {
		i := r.Core.IPsecSAs()[0]
		if got := [2]string{i.Local.String(), i.Remote.String()}; got != w || !i.UDPEncap {
			t.Errorf("%s: ESP from %s to %s, in UDP: %v", r.Name, got[0], got[1], i.UDPEncap)
		}
		if p := r.Core.ISAKMPSAs(n.Now)[0]; !p.NATT {
			t.Errorf("%s: phase 1 without NAT-T", r.Name)
		}
		golden(t, "nat-"+map[*iketest.Router]string{r1: "r1", r3: "r3"}[r], r.Lines(debug.FlagISAKMP, debug.FlagNone))
	}
	if _, lost := traffic(n, r1, r3, 2*time.Hour, time.Second); len(lost) > 0 {
		t.Errorf("lost %d: %v", len(lost), lost[0])
	}
}

// Only the side behind the NAT keeps its mapping open, if it is told to.
func TestKeepalive(t *testing.T) {
	_, n, r1, r3 := roaming(t, func(p1, p3 *exchange.Policy) { p1.NATKeepalive, p3.NATKeepalive = 20*time.Second, 20*time.Second })
	n.Run(20 * time.Second)
	for _, r := range []*iketest.Router{r1, r3} {
		r.Keepalives = 0
	}
	n.Run(time.Minute)
	if r1.Keepalives != 3 || r3.Keepalives != 0 {
		t.Errorf("%d and %d keepalives in a minute", r1.Keepalives, r3.Keepalives)
	}
	_, n, r1, _ = roaming(t, nil)
	n.Run(time.Hour / 2)
	if r1.Keepalives != 0 {
		t.Errorf("%d keepalives that nobody asked for", r1.Keepalives)
	}
}

// "A peer SHOULD send a NAT-keepalive packet … if no other packet to the peer has been sent
// in M seconds." RFC 3948, section 4. What comes in does not hold every mapping.
func TestKeepaliveIsForTheSilent(t *testing.T) {
	_, n, r1, _ := roaming(t, func(p1, _ *exchange.Policy) { p1.NATKeepalive = 20 * time.Second })
	spi := r1.Core.IPsecSAs()[0].InboundSPI
	during := func(sent, received uint64) int {
		r1.Keepalives = 0
		for range 30 {
			r1.Plane.Carry(spi, sent, received)
			n.Run(3 * time.Second)
		}
		return r1.Keepalives
	}
	if k := during(1, 1); k != 0 {
		t.Errorf("%d keepalives while packets go out", k)
	}
	if k := during(0, 1); k != 4 && k != 5 {
		t.Errorf("%d keepalives in 90 s of packets that come in, want one each 20 s", k)
	}
	// A packet at whatever time is followed by a keepalive within the interval.
	for after := range 20 {
		n.Run(time.Duration(after) * time.Second)
		r1.Plane.Carry(spi, 1, 1)
		r1.Keepalives = 0
		n.Run(20 * time.Second)
		if r1.Keepalives == 0 {
			t.Errorf("none in the 20 s after a packet %d s later", after)
		}
	}
}

// Without the line there are none from the next look on, and the SA lives.
func TestKeepaliveTakenBack(t *testing.T) {
	var policy exchange.Policy
	_, n, r1, _ := roaming(t, func(p1, _ *exchange.Policy) {
		policy = *p1
		p1.NATKeepalive = 20 * time.Second
	})
	r1.Do(ike.SetPolicy{Policy: &policy})
	r1.Keepalives = 0
	n.Run(time.Minute)
	if r1.Keepalives != 0 || len(r1.Core.ISAKMPSAs(n.Now)) != 1 {
		t.Errorf("%d keepalives, %d SAs", r1.Keepalives, len(r1.Core.ISAKMPSAs(n.Now)))
	}
}

// A peer that fakes a NAT, to get ESP in UDP, sends a NAT-D payload that matches
// nothing: the initiator moves to port 4500, and both agree on it.
func TestFakedNAT(t *testing.T) {
	for name, damaged := range map[string][]int{"by the responder": {4}, "by both": {3, 4}} {
		t.Run(name, func(t *testing.T) {
			n, r1, r3 := iketest.Classic(1)
			n.Fate = func(p *iketest.Packet) []time.Duration {
				if slices.Contains(damaged, p.N) {
					p.Data[len(p.Data)-1] ^= 1
				}
				return []time.Duration{0}
			}
			up(t, n, r1, r3)
			for _, r := range []*iketest.Router{r1, r3} {
				if i := r.Core.IPsecSAs()[0]; !i.UDPEncap || i.Local.Port() != 4500 || i.Remote.Port() != 4500 {
					t.Errorf("%s: ESP from %v to %v, in UDP: %v", r.Name, i.Local, i.Remote, i.UDPEncap)
				}
			}
		})
	}
}

// A message from another address than the peer's changes nothing before phase 1 is
// authenticated.
func TestForeignSource(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.N == 2 {
			p.From = netip.AddrPortFrom(outside, 500)
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	if got := r1.Core.ISAKMPSAs(n.Now)[0].State; got != "MM_NO_STATE" {
		t.Errorf("the initiator is in %s", got)
	}
	n.Run(20 * time.Second)
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Error(err)
	}
}

// Each version of NAT traversal that a peer may have is agreed on, by initiator and
// responder, also where it is the only one, and ESP in UDP has that version's number.
func TestEveryVersion(t *testing.T) {
	versions := []payload.Vendor{payload.VendorNATTRFC3947, payload.VendorNATTDraft07, payload.VendorNATTDraft03, payload.VendorNATTDraft02}
	encaps := map[payload.Vendor]string{
		payload.VendorNATTRFC3947: "encaps is 3 (Tunnel-UDP)", payload.VendorNATTDraft07: "encaps is 3 (Tunnel-UDP)",
		payload.VendorNATTDraft03: "encaps is 61443 (Tunnel-UDP)", payload.VendorNATTDraft02: "encaps is 61443 (Tunnel-UDP)",
	}
	for _, only := range versions {
		p1, p3 := iketest.Policies()
		p1.Version = debug.IOS15 // which offers all of them
		p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
		p3.Tunnels[0].Peers = []netip.Addr{outside}
		n := iketest.New(1)
		box := iketest.NewNAT(outside, iketest.Addr1)
		n.Fate = func(p *iketest.Packet) []time.Duration {
			for _, v := range versions {
				if v != only && p.N == 1 { // vendor IDs are in clear
					p.Data = bytes.ReplaceAll(p.Data, v.ID(), []byte("of another maker"))
				}
			}
			return box.Fate(p)
		}
		r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
		up(t, n, r1, r3)
		for _, r := range []*iketest.Router{r1, r3} {
			if i := r.Core.IPsecSAs()[0]; !i.UDPEncap {
				t.Errorf("%v: %s has no ESP in UDP", only, r.Name)
			}
			if count(r, encaps[only]) != 1 {
				t.Errorf("%v: %s does not say %s", only, r.Name, encaps[only])
			}
		}
	}
}
