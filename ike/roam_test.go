package ike_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
)

// roaming returns the lab with R1 behind a NAT, up.
func roaming(t *testing.T, change func(p1, p3 *exchange.Policy)) (box *iketest.NAT, n *iketest.Net, r1, r3 *iketest.Router) {
	t.Helper()
	p1, p3 := iketest.Policies()
	p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
	p3.Tunnels[0].Peers = []netip.Addr{outside}
	if change != nil {
		change(p1, p3)
	}
	box = iketest.NewNAT(outside, iketest.Addr1)
	n = iketest.New(1)
	n.Fate = box.Fate
	r1, r3 = n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	return box, n, r1, r3
}

func seenAt(t *testing.T, r *iketest.Router, n *iketest.Net, want netip.AddrPort) {
	t.Helper()
	pair := r.Core.IPsecSAs()[0]
	if pair.Remote != want || r.Plane.Pairs[pair.InboundSPI].Remote != want {
		t.Errorf("ESP goes to %v and %v, the peer is at %v", pair.Remote, r.Plane.Pairs[pair.InboundSPI].Remote, want)
	}
	if got := r.Core.ISAKMPSAs(n.Now)[0].Remote; got != want {
		t.Errorf("IKE goes to %v, the peer is at %v", got, want)
	}
	consistent(t, r)
}

// "If the NAT mapping changes … the host not behind NAT … SHOULD use the last valid UDP-
// encapsulated IKE or IPsec packet to determine which IP address and port numbers should
// be used." RFC 3947, section 4.
func TestMappingChanges(t *testing.T) {
	inside := netip.AddrPortFrom(iketest.Addr1, 4500)
	t.Run("IKE", func(t *testing.T) {
		box, n, r1, r3 := roaming(t, func(p1, _ *exchange.Policy) { p1.DPD = periodic })
		old := box.Seen(inside)
		box.Rebind()
		n.Run(11 * time.Second) // R1 asks whether R3 is alive
		if box.Seen(inside) == old {
			t.Fatal("the mapping has not changed")
		}
		seenAt(t, r3, n, box.Seen(inside))
		n.Run(time.Minute)
		if count(r1, "DPD incrementing error counter") > 1 || len(r1.Core.IPsecSAs()) != 1 {
			t.Error("R1 is not answered any more")
		}
		golden(t, "roam-r3", grep(r3.Lines(debug.FlagISAKMP), "floating", "existing peer"))
	})
	// The crypto map entry is that of the peer that has authenticated, wherever it is now.
	t.Run("another address", func(t *testing.T) {
		box, n, r1, r3 := roaming(t, func(p1, _ *exchange.Policy) { p1.DPD = periodic })
		box.Outside = netip.MustParseAddr("23.23.23.99")
		box.Rebind()
		n.Run(11 * time.Second)
		seenAt(t, r3, n, box.Seen(inside))
		for r, flow := range map[*iketest.Router]exchange.Selector{r1: iketest.Flow, r3: iketest.Reverse(iketest.Flow)} {
			r.Do(ike.ClearSA{})
			n.Run(time.Second)
			r.Acquire("MAP", 10, flow)
			n.Run(time.Second)
			if err := r1.Ping(r3, iketest.Flow); err != nil {
				t.Fatalf("new SAs that %s asks for: %v", r.Name, err)
			}
			seenAt(t, r3, n, box.Seen(inside))
		}
	})
	t.Run("ESP", func(t *testing.T) {
		box, n, _, r3 := roaming(t, nil)
		box.Rebind()
		r3.Do(ike.Moved{InboundSPI: r3.Core.IPsecSAs()[0].InboundSPI, Remote: box.Seen(inside)})
		seenAt(t, r3, n, box.Seen(inside))
		r3.Do(ike.ClearSA{}) // which R1 is told
		n.Run(time.Second)
	})
}

// A NAT that has several addresses may give one to port 500 and another to port 4500: the
// peer that message 5 authenticates is there, and its key is still that of the first.
func TestAnotherAddressForFloatedPort(t *testing.T) {
	second := netip.MustParseAddr("23.23.23.99")
	const shift = 20000
	n, r1, r3 := behindNAT()
	lie := false // somebody else sends what looks like message 5
	n.Fate = func(p *iketest.Packet) []time.Duration {
		switch {
		case p.From.Addr() == iketest.Addr1 && p.From.Port() == 4500:
			p.From = netip.AddrPortFrom(second, 4500+shift)
			if lie {
				p.Data[len(p.Data)/2] ^= 1
			}
		case p.To.Addr() == second && p.To.Port() == 4500+shift:
			p.To = netip.AddrPortFrom(iketest.Addr1, 4500)
		default:
			return translate(p)
		}
		return []time.Duration{0}
	}
	lie = true
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	if got := r3.Core.ISAKMPSAs(n.Now)[0]; got.Remote.Addr() != outside || got.State != "MM_KEY_EXCH" {
		t.Fatalf("before anything is authenticated: %+v", got)
	}
	lie = false
	n.Run(20 * time.Second)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Fatal(err)
	}
	if err := r3.Ping(r1, iketest.Reverse(iketest.Flow)); err != nil {
		t.Fatal(err)
	}
	seenAt(t, r3, n, netip.AddrPortFrom(second, 4500+shift))
	if _, lost := traffic(n, r1, r3, 2*time.Hour, time.Second); len(lost) > 0 {
		t.Errorf("lost %d: %v", len(lost), lost[0])
	}
}

// grep returns the lines that hold one of the parts.
func grep(list []string, parts ...string) (found []string) {
	for _, l := range list {
		for _, p := range parts {
			if strings.Contains(l, p) {
				found = append(found, l)
			}
		}
	}
	return found
}

// Whoever copies, damages or invents messages from elsewhere moves nothing, and a side
// that is itself behind the NAT follows nobody.
func TestNobodyElseMoves(t *testing.T) {
	box, n, r1, r3 := roaming(t, func(p1, p3 *exchange.Policy) { p1.DPD, p3.DPD = periodic, periodic })
	want := box.Seen(netip.AddrPortFrom(iketest.Addr1, 4500))
	elsewhere := netip.MustParseAddrPort("66.66.66.66:4500")
	n.Fate = func(p *iketest.Packet) []time.Duration {
		fates := box.Fate(p)
		damaged := *p
		damaged.From = elsewhere
		damaged.Data = append([]byte(nil), p.Data...)
		damaged.Data[len(damaged.Data)-1] ^= 1
		n.Inject(damaged)
		return fates
	}
	n.Run(time.Minute)
	seenAt(t, r3, n, want)
	seenAt(t, r1, n, netip.AddrPortFrom(iketest.Addr3, 4500))
	// A true message, repeated from elsewhere.
	var kept []iketest.Packet
	n.Fate = func(p *iketest.Packet) []time.Duration {
		fates := box.Fate(p)
		again := *p
		again.From = elsewhere
		kept = append(kept, again)
		return fates
	}
	for range 60 {
		n.Run(time.Second)
		for _, p := range kept {
			n.Inject(p)
		}
	}
	seenAt(t, r3, n, want)
	// One that comes first, at the inside of the NAT.
	n.Fate = func(p *iketest.Packet) []time.Duration {
		fates := box.Fate(p)
		if p.To.Addr() == iketest.Addr1 {
			p.From = elsewhere
		}
		return fates
	}
	n.Run(time.Minute)
	seenAt(t, r1, n, netip.AddrPortFrom(iketest.Addr3, 4500))
}

// The side outside of the NAT renews phase 1 and IPsec SAs to where its peer is seen, for
// nothing else would get through.
func TestRenewedFromOutside(t *testing.T) {
	box, n, r1, r3 := roaming(t, nil)
	old := r3.Core.IPsecSAs()[0].InboundSPI
	r3.Do(ike.ClearISAKMP{})
	n.Run(time.Second)
	r3.Do(ike.VolumeExpired{InboundSPI: old})
	n.Run(5 * time.Second)
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Fatal(err)
	}
	if pair := r3.Core.IPsecSAs()[0]; pair.InboundSPI == old || !pair.Initiator || !pair.UDPEncap {
		t.Errorf("not renewed: %+v", pair)
	}
	seenAt(t, r3, n, box.Seen(netip.AddrPortFrom(iketest.Addr1, 4500)))
	if p := r1.Core.ISAKMPSAs(n.Now)[0]; p.Initiator || p.Deleted {
		t.Errorf("phase 1 is %+v", p)
	}
	n.Run(time.Minute)
	if pairs := r1.Core.IPsecSAs(); len(pairs) != 1 {
		t.Errorf("%d pairs", len(pairs))
	}
}

// Two peers behind one NAT, with one address and different ports, do not get into each
// other's way, whatever one of them says.
func TestTwoBehindOneNAT(t *testing.T) {
	addr2 := netip.MustParseAddr("12.12.12.3")
	side2 := exchange.Proxy{Prefix: netip.MustParsePrefix("10.2.2.0/24")}
	flow2 := exchange.Selector{Local: side2, Remote: iketest.Side3}
	p1, p3 := iketest.Policies()
	p2, _ := iketest.Policies()
	p2.Tunnels[0].Local, p2.Tunnels[0].Selectors = addr2, []exchange.Selector{flow2}
	p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
	p3.Tunnels[0].Peers = []netip.Addr{outside}
	second := p3.Tunnels[0]
	second.Seq, second.Selectors = 20, []exchange.Selector{iketest.Reverse(flow2)}
	p3.Tunnels = append(p3.Tunnels, second)
	for _, p := range []*exchange.Policy{p1, p2, p3} {
		p.DPD = periodic
	}
	box := iketest.NewNAT(outside, iketest.Addr1, addr2)
	n := iketest.New(1)
	n.Fate = box.Fate
	r1, r2, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R2", addr2, p2), n.Add("R3", iketest.Addr3, p3)
	both := func(when string) {
		t.Helper()
		if err := r1.Ping(r3, iketest.Flow); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		if err := r2.Ping(r3, flow2); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(5 * time.Second)
	r2.Acquire("MAP", 10, flow2) // with INITIAL-CONTACT
	n.Run(5 * time.Second)
	both("when both are up")
	box.Rebind()
	n.Run(11 * time.Second)
	both("after the NAT is started anew")
	where := map[uint32]netip.AddrPort{}
	for _, i := range r3.Core.IPsecSAs() {
		where[i.OutboundSPI] = i.Remote
	}
	for _, r := range []*iketest.Router{r1, r2} {
		if got, want := where[r.Core.IPsecSAs()[0].InboundSPI], box.Seen(netip.AddrPortFrom(r.Addr, 4500)); got != want {
			t.Errorf("%s is at %v, and R3 sends to %v", r.Name, want, got)
		}
	}
	n.Run(2 * time.Hour)
	for range 20 {
		n.Run(200 * time.Second)
		r1.Acquire("MAP", 10, iketest.Flow)
		r2.Acquire("MAP", 10, flow2)
		n.Run(5 * time.Second)
		both("later")
	}
	r1.Do(ike.ClearSA{})
	r1.Do(ike.ClearISAKMP{})
	n.Run(5 * time.Second)
	if err := r2.Ping(r3, flow2); err != nil {
		t.Errorf("R1's deletes touch R2: %v", err)
	}
	if len(r3.Core.IPsecSAs()) != 1 {
		t.Errorf("R3 has %d pairs", len(r3.Core.IPsecSAs()))
	}
}

// Without NAT transparency neither side offers or takes it.
func TestNoUDPEncapsulation(t *testing.T) {
	for _, off := range [][2]bool{{true, false}, {false, true}, {true, true}} {
		p1, p3 := iketest.Policies()
		p1.NoUDPEncap, p3.NoUDPEncap = off[0], off[1]
		p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
		p3.Tunnels[0].Peers = []netip.Addr{outside}
		n := iketest.New(1)
		n.Fate = iketest.NewNAT(outside, iketest.Addr1).Fate
		r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
		up(t, n, r1, r3)
		for _, r := range []*iketest.Router{r1, r3} {
			if r.Core.IPsecSAs()[0].UDPEncap || count(r, "NAT found") != 0 {
				t.Errorf("%v: %s uses NAT traversal", off, r.Name)
			}
		}
	}
}
