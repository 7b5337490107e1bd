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
	"conft/internal/suite"
)

// Sets of the three forms that a transform set has besides ESP with authentication.
var (
	ahAlone = exchange.TransformSet{AH: suite.HMACSHA256}
	bundle  = exchange.TransformSet{AH: suite.HMACMD5, Transform: suite.ESPAES, KeyBits: 256, Auth: suite.HMACSHA}
	halved  = exchange.TransformSet{AH: suite.HMACSHA, Transform: suite.ESPDES}
	plain   = exchange.TransformSet{Transform: suite.ESPDES, Auth: suite.HMACMD5}
)

func hostProxy(a netip.Addr) exchange.Proxy { return exchange.Proxy{Prefix: netip.PrefixFrom(a, 32)} }

// routers is the traffic of the routers themselves.
var routers = exchange.Selector{Local: hostProxy(iketest.Addr1), Remote: hostProxy(iketest.Addr3)}

// formed is a net whose routers have a set each, and protect s.
func formed(s exchange.Selector, set1, set3 exchange.TransformSet) (n *iketest.Net, r1, r3 *iketest.Router) {
	p1, p3 := iketest.Policies()
	p1.Tunnels[0].Transforms, p1.Tunnels[0].Selectors = []exchange.TransformSet{set1}, []exchange.Selector{s}
	p3.Tunnels[0].Transforms, p3.Tunnels[0].Selectors = []exchange.TransformSet{set3}, []exchange.Selector{iketest.Reverse(s)}
	n = iketest.New(1)
	return n, n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
}

func in(m exchange.Mode, s exchange.TransformSet) exchange.TransformSet {
	s.Mode = m
	return s
}

// Both ends have the same keys for each protocol, of the length that it wants, and one end's
// delete ends both protocols at the other.
func TestEveryForm(t *testing.T) {
	for _, set := range []exchange.TransformSet{ahAlone, bundle, halved, {AH: suite.HMACSHA}, {AH: suite.HMACSHA384}, {AH: suite.HMACSHA512, Transform: suite.ESPGCM16, KeyBits: 128}} {
		for _, s := range []exchange.Selector{iketest.Flow, routers} {
			for _, mode := range []exchange.Mode{exchange.TunnelMode, exchange.TransportMode} {
				name := set.String() + map[exchange.Mode]string{exchange.TransportMode: ", transport"}[mode] + map[bool]string{true: ", hosts"}[s == routers]
				t.Run(name, func(t *testing.T) {
					n, r1, r3 := formed(s, in(mode, set), in(mode, set))
					r1.Acquire("MAP", 10, s)
					if !n.Until(time.Second, func() bool { return r1.Ping(r3, s) == nil && n.Idle() }) {
						t.Fatal(r1.Ping(r3, s))
					}
					for _, p := range r1.Plane.Pairs {
						enc, _ := set.Transform.KeyLen(set.KeyBits)
						if len(p.Inbound.AH) != set.AH.KeyLen() || len(p.Inbound.Encryption) != enc || len(p.Inbound.Authentication) != set.Auth.KeyLen() {
							t.Errorf("keys of %d, %d and %d octets", len(p.Inbound.AH), len(p.Inbound.Encryption), len(p.Inbound.Authentication))
						}
						if want := mode == exchange.TransportMode && s == routers; p.Transport != want {
							t.Errorf("transport mode %t", p.Transport)
						}
					}
					consistent(t, r1, r3)
					r1.Do(ike.ClearSA{})
					if n.Run(time.Second); len(r3.Plane.Pairs) != 0 {
						t.Errorf("%d pairs are left at the other end", len(r3.Plane.Pairs))
					}
					consistent(t, r1, r3)
				})
			}
		}
	}
}

// Which modes come together, seen from the initiator: "the router … will request transport
// mode but will accept either transport or tunnel mode. If tunnel mode is specified, the
// router … will accept only tunnel mode."
func TestModes(t *testing.T) {
	const (
		tun = exchange.TunnelMode
		tra = exchange.TransportMode
		req = exchange.RequireTransport
	)
	for _, v := range []struct {
		s          exchange.Selector
		ours, his  exchange.Mode
		up, inTran bool
	}{
		{routers, tun, tun, true, false}, {routers, tun, tra, true, false}, {routers, tun, req, false, false},
		{routers, tra, tun, false, false}, {routers, tra, tra, true, true}, {routers, tra, req, true, true},
		{routers, req, tun, false, false}, {routers, req, tra, true, true}, {routers, req, req, true, true},
		{iketest.Flow, tun, tra, true, false}, {iketest.Flow, tra, tra, true, false}, {iketest.Flow, tra, req, false, false},
		{iketest.Flow, req, tra, false, false}, {iketest.Flow, tra, tun, true, false},
	} {
		n, r1, r3 := formed(v.s, in(v.ours, plain), in(v.his, plain))
		r1.Acquire("MAP", 10, v.s)
		up := n.Until(5*time.Second, func() bool { return r1.Ping(r3, v.s) == nil })
		if up != v.up {
			t.Errorf("%v, mode %d with %d: up %t", v.s, v.ours, v.his, up)
		}
		for _, p := range r3.Plane.Pairs {
			if p.Transport != v.inTran {
				t.Errorf("%v, mode %d with %d: transport %t", v.s, v.ours, v.his, p.Transport)
			}
		}
	}
}

// Each of several sets is one proposal, whatever it holds: the responder takes the first
// that it has as a whole.
func TestBundleIsOneChoice(t *testing.T) {
	p1, p3 := iketest.Policies()
	p1.Tunnels[0].Transforms = []exchange.TransformSet{bundle, halved, ahAlone, plain}
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	if got := r3.Core.IPsecSAs()[0].Set; got != plain {
		t.Errorf("agreed on %v", got)
	}
	lines := strings.Join(r3.Lines(debug.FlagISAKMP, debug.FlagIPsec), "\n")
	for _, want := range []string{"ISAKMP: transform 1, AH_MD5", "authenticator is HMAC-MD5", "{ah-md5-hmac esp-aes 256 esp-sha-hmac }",
		"IPSEC(validate_proposal_request): proposal part #2,", "protocol= AH, transform= ah-md5-hmac  (Tunnel)", "protocol= ESP, transform= esp-aes 256 esp-sha-hmac  (Tunnel)"} {
		if !strings.Contains(lines, want) {
			t.Errorf("%q is not in\n%s", want, lines)
		}
	}
}

// The debug lines of a bundle name each protocol.
func TestBundleLines(t *testing.T) {
	n, r1, r3 := formed(iketest.Flow, bundle, bundle)
	up(t, n, r1, r3)
	i := r1.Core.IPsecSAs()[0]
	if i.AH.InboundConn != 2001 || i.AH.OutboundConn != 2002 || i.InboundConn != 2003 || i.OutboundConn != 2004 {
		t.Errorf("connections %+v", i)
	}
	r1.Do(ike.ClearSA{})
	n.Run(time.Second)
	for _, v := range []struct {
		r     *iketest.Router
		lines []string
	}{
		{r1, []string{"sa_prot= 51", "sa_prot= 50", "sa_trans= ah-md5-hmac ,", "sa_trans= esp-aes 256 esp-sha-hmac ,"}},
		{r3, []string{"for prot 2", "for prot 3", "/51", "/50", " proto 51 for 12.12.12.1"}},
	} {
		lines := strings.Join(v.r.Lines(debug.FlagISAKMP, debug.FlagIPsec), "\n")
		for _, want := range v.lines {
			if !strings.Contains(lines, want) {
				t.Errorf("%s: %q is not in\n%s", v.r.Name, want, lines)
			}
		}
	}
}

// AH protects the addresses that a NAT changes: it is not proposed through one, and the sets
// without it are.
func TestNoAHThroughNAT(t *testing.T) {
	_, n, r1, r3 := natted(t, debug.IOS12, iketest.Flow, bundle, ahAlone, plain)
	r1.Acquire("MAP", 10, iketest.Flow)
	if !n.Until(5*time.Second, func() bool { return r1.Ping(r3, iketest.Flow) == nil }) {
		t.Fatal(r1.Ping(r3, iketest.Flow))
	}
	if got := r3.Core.IPsecSAs()[0].Set; got != plain {
		t.Errorf("agreed on %v", got)
	}
	if lines := r3.Lines(debug.FlagISAKMP); slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, "AH_") }) {
		t.Error("AH was proposed")
	}
	inOrder(t, r1, []string{"{ah-md5-hmac esp-aes 256 esp-sha-hmac } not proposed: AH cannot pass a NAT", "} not proposed: AH cannot pass a NAT", "beginning Quick Mode"})
}

// Where every set has AH the request fails, and says why.
func TestNothingButAHThroughNAT(t *testing.T) {
	_, n, r1, _ := natted(t, debug.IOS12, iketest.Flow, ahAlone)
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	inOrder(t, r1, []string{"} not proposed: AH cannot pass a NAT", "Error while processing SA request: Failed to initialize SA"})
	if got, want := newest(r1), "Quick 1: no transform set can be proposed: AH cannot pass a NAT"; got != want {
		t.Errorf("%q is remembered, want %q", got, want)
	}
}

// natted is a net whose first router is behind a NAT.
func natted(t *testing.T, version debug.Manner, s exchange.Selector, sets ...exchange.TransformSet) (box *iketest.NAT, n *iketest.Net, r1, r3 *iketest.Router) {
	t.Helper()
	p1, p3 := iketest.Policies()
	p1.Version, p3.Version = version, version
	p3.Keys[0].Prefix = netip.PrefixFrom(outside, 32)
	p3.Tunnels[0].Peers = []netip.Addr{outside}
	p1.Tunnels[0].Transforms, p3.Tunnels[0].Transforms = sets, sets
	if s == routers {
		p1.Tunnels[0].Selectors = []exchange.Selector{routers}
		p3.Tunnels[0].Selectors = []exchange.Selector{{Local: routers.Remote, Remote: hostProxy(outside)}}
	}
	box = iketest.NewNAT(outside, iketest.Addr1)
	n = iketest.New(1)
	n.Fate = box.Fate
	return box, n, n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
}

// Transport mode through a NAT: each side hears under which addresses the other computes
// checksums, and the responder's selector is what it sees on the wire (RFC 3947, section
// 5.2).
func TestTransportThroughNAT(t *testing.T) {
	for _, version := range []debug.Manner{debug.IOS12, debug.IOS15} {
		_, n, r1, r3 := natted(t, version, routers, in(exchange.TransportMode, plain))
		r1.Acquire("MAP", 10, routers)
		if !n.Until(5*time.Second, func() bool { return len(r1.Plane.Pairs) == 1 && len(r3.Plane.Pairs) == 1 && n.Idle() }) {
			t.Fatalf("no SAs\n%s", strings.Join(r3.Lines(debug.FlagISAKMP, debug.FlagIPsec), "\n"))
		}
		i1, i3 := r1.Core.IPsecSAs()[0], r3.Core.IPsecSAs()[0]
		if !i1.Transport || !i3.Transport || !i1.UDPEncap || !i3.UDPEncap {
			t.Errorf("not in transport mode in UDP: %+v %+v", i1, i3)
		}
		if want := (exchange.Selector{Local: routers.Remote, Remote: hostProxy(outside)}); i3.Selector != want {
			t.Errorf("the responder protects %v, want %v", i3.Selector, want)
		}
		if i3.SentFrom != iketest.Addr1 || i3.SentTo != iketest.Addr3 || i1.SentFrom != iketest.Addr3 || i1.SentTo != outside {
			t.Errorf("original addresses %v to %v, and %v to %v", i3.SentFrom, i3.SentTo, i1.SentFrom, i1.SentTo)
		}
		lines := strings.Join(r3.Lines(debug.FlagISAKMP), "\n")
		for _, want := range []string{"encaps is 4 (Transport-UDP)", "processing NAT-OAi payload. addr = 12.12.12.1, message ID = ", "processing NAT-OAr payload. addr = 23.23.23.3, message ID = "} {
			if strings.Count(lines, want) != 1 {
				t.Errorf("%q is not once in\n%s", want, lines)
			}
		}
	}
}

// Two peers behind one NAT that both want transport mode are one to whoever sends to the
// NAT's address: the second gets no SAs for traffic that the first has (RFC 3948, section
// 5.2), and can have them once the first is gone.
func TestTransportOfTwoBehindOneNAT(t *testing.T) {
	addr2 := netip.MustParseAddr("12.12.12.3")
	_, n, r1, r3 := natted(t, debug.IOS15, routers, in(exchange.TransportMode, plain))
	p2, _ := iketest.Policies()
	flow2 := exchange.Selector{Local: hostProxy(addr2), Remote: routers.Remote}
	p2.Version = debug.IOS15
	p2.Tunnels[0].Local, p2.Tunnels[0].Selectors = addr2, []exchange.Selector{flow2}
	p2.Tunnels[0].Transforms = []exchange.TransformSet{in(exchange.TransportMode, plain)}
	box := iketest.NewNAT(outside, iketest.Addr1, addr2)
	n.Fate = box.Fate
	r2 := n.Add("R2", addr2, p2)
	r1.Acquire("MAP", 10, routers)
	n.Run(5 * time.Second)
	r2.Acquire("MAP", 10, flow2)
	n.Run(5 * time.Second)
	list := r3.Core.IPsecSAs()
	if len(list) != 1 || list[0].SentFrom != iketest.Addr1 {
		t.Fatalf("R3 has %+v", list)
	}
	if len(r1.Core.IPsecSAs()) != 1 || len(r2.Core.IPsecSAs()) != 0 {
		t.Errorf("R1 has %d pairs and R2 %d", len(r1.Core.IPsecSAs()), len(r2.Core.IPsecSAs()))
	}
	if got := r3.Lines(debug.FlagIPsec); !slices.Contains(got, "IPSEC(ipsec_process_proposal): proxy identities not supported") {
		t.Errorf("nothing says why:\n%s", strings.Join(got, "\n"))
	}
	n.Run(2 * time.Hour) // R1 renews its pair
	r1.Acquire("MAP", 10, routers)
	n.Run(5 * time.Second)
	if list := r3.Core.IPsecSAs(); len(list) == 0 || list[0].SentFrom != iketest.Addr1 {
		t.Errorf("later R3 has %+v", list)
	}
	r1.Do(ike.ClearSA{})
	n.Run(time.Minute)
	r2.Acquire("MAP", 10, flow2)
	n.Run(5 * time.Second)
	if list := r3.Core.IPsecSAs(); len(list) != 1 || list[0].SentFrom != addr2 {
		t.Errorf("after R1 has left R3 has %+v", list)
	}
}

// The same where the NAT has another address for port 4500: what is sent there decides, not
// where message 1 came from.
func TestTransportOfTwoBehindOneNATElsewhere(t *testing.T) {
	addr2, second := netip.MustParseAddr("12.12.12.3"), netip.MustParseAddr("23.23.23.99")
	p1, p3 := dynamic()
	p2, _ := iketest.Policies()
	flow2 := exchange.Selector{Local: hostProxy(addr2), Remote: routers.Remote}
	p1.Tunnels[0].Selectors = []exchange.Selector{routers}
	p2.Tunnels[0].Local, p2.Tunnels[0].Selectors = addr2, []exchange.Selector{flow2}
	for _, p := range []*exchange.Policy{p1, p2, p3} {
		p.Tunnels[0].Transforms = []exchange.TransformSet{in(exchange.TransportMode, plain)}
	}
	box500, box4500 := iketest.NewNAT(outside, iketest.Addr1, addr2), iketest.NewNAT(second, iketest.Addr1, addr2)
	n := iketest.New(1)
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.From.Port() == 4500 && p.From.Addr() != iketest.Addr3 || p.To.Addr() == second {
			return box4500.Fate(p)
		}
		return box500.Fate(p)
	}
	r1, r2, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R2", addr2, p2), n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, routers)
	n.Run(5 * time.Second)
	list := r3.Core.IPsecSAs()
	if len(list) != 1 || list[0].Remote.Addr() != second || list[0].Selector.Remote != hostProxy(second) {
		t.Fatalf("R3 has %+v", list)
	}
	r2.Acquire("MAP", 10, flow2)
	n.Run(5 * time.Second)
	if list := r3.Core.IPsecSAs(); len(list) != 1 || list[0].SentFrom != iketest.Addr1 {
		t.Errorf("R3 has %+v", list)
	}
}
