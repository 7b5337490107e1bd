package ike_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// traffic sends a ping every interval, as hosts on both sides would: what finds no SA
// asks for one. It returns how many were lost after the first had crossed.
func traffic(n *iketest.Net, r1, r3 *iketest.Router, d, interval time.Duration) (crossed bool, lost []string) {
	for end := n.Now.Add(d); n.Now.Before(end); n.Run(interval) {
		err := r1.Ping(r3, iketest.Flow)
		switch {
		case err == nil:
			crossed = true
			continue
		case crossed:
			lost = append(lost, fmt.Sprintf("%v: %v", n.Now.Format(time.TimeOnly), err))
		}
		r1.Acquire("MAP", 10, iketest.Flow)
	}
	for _, r := range []*iketest.Router{r1, r3} {
		if flaw := r.Core.Inconsistency(); flaw != "" {
			panic(r.Name + ": " + flaw)
		}
	}
	return crossed, lost
}

// up is an Acquire and what must come of it without any disturbance.
func up(t *testing.T, n *iketest.Net, r1, r3 *iketest.Router) {
	t.Helper()
	r1.Acquire("MAP", 10, iketest.Flow)
	if !n.Until(time.Second, func() bool { return r1.Ping(r3, iketest.Flow) == nil && n.Idle() }) {
		t.Fatalf("no tunnel after a second: %v", r1.Ping(r3, iketest.Flow))
	}
}

var groups = []suite.Group{suite.MODP768, suite.MODP1024, suite.MODP1536, suite.MODP2048, suite.MODP3072, suite.MODP4096,
	suite.ECP256, suite.ECP384, suite.ECP521, suite.MODP2048S256}

// Every group in phase 1 and, as PFS, in phase 2; every cipher with every hash.
func TestEverySuite(t *testing.T) {
	type choice struct {
		p exchange.ISAKMPProposal
		g suite.Group
	}
	var all []choice
	base := exchange.ISAKMPProposal{Priority: 1, Encryption: suite.AES, KeyBits: 256, Hash: suite.SHA256, Group: suite.ECP256, Auth: exchange.PreShared, LifeSeconds: 86400}
	for _, g := range groups {
		p := base
		p.Group = g
		all = append(all, choice{p, 0}, choice{base, g})
	}
	for _, h := range []suite.Hash{suite.MD5, suite.SHA, suite.SHA256, suite.SHA384, suite.SHA512} {
		for _, c := range []struct {
			e    suite.Encryption
			bits int
		}{{suite.DES, 0}, {suite.TripleDES, 0}, {suite.AES, 128}, {suite.AES, 192}, {suite.AES, 256}} {
			p := base
			p.Hash, p.Encryption, p.KeyBits = h, c.e, c.bits
			all = append(all, choice{p, 0})
		}
	}
	for _, c := range all {
		name := fmt.Sprintf("%v %d %v %v pfs %d", c.p.Encryption, c.p.KeyBits, c.p.Hash, c.p.Group, c.g)
		t.Run(name, func(t *testing.T) {
			p1, p3 := iketest.Policies()
			for _, p := range []*exchange.Policy{p1, p3} {
				p.Proposals = []exchange.ISAKMPProposal{c.p}
				p.Tunnels[0].PFS = c.g
			}
			n := iketest.New(1)
			r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
			up(t, n, r1, r3)
			if got := r3.Core.ISAKMPSAs(n.Now)[0].Suite; got != c.p {
				t.Errorf("agreed on %+v", got)
			}
		})
	}
}

// The keys of both ends are equal for each transform and authenticator, and as long as
// ESP wants them.
func TestEveryTransform(t *testing.T) {
	for _, tr := range []struct {
		t    suite.Transform
		bits int
		keys int
	}{{suite.ESPDES, 0, 8}, {suite.ESP3DES, 0, 24}, {suite.ESPNull, 0, 0}, {suite.ESPAES, 128, 16}, {suite.ESPAES, 192, 24}, {suite.ESPAES, 256, 32}, {suite.ESPGCM16, 128, 20}, {suite.ESPGCM16, 256, 36}} {
		for _, a := range []suite.Auth{suite.AuthNone, suite.HMACMD5, suite.HMACSHA, suite.HMACSHA256, suite.HMACSHA384, suite.HMACSHA512} {
			if tr.t.Combined() != (a == suite.AuthNone) {
				continue
			}
			set := exchange.TransformSet{Transform: tr.t, KeyBits: tr.bits, Auth: a}
			t.Run(set.String(), func(t *testing.T) {
				p1, p3 := iketest.Policies()
				p1.Tunnels[0].Transforms = []exchange.TransformSet{set}
				p3.Tunnels[0].Transforms = []exchange.TransformSet{set}
				n := iketest.New(1)
				r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
				up(t, n, r1, r3)
				for _, p := range r1.Plane.Pairs {
					if len(p.Inbound.Encryption) != tr.keys || len(p.Inbound.Authentication) != a.KeyLen() {
						t.Errorf("keys of %d and %d octets", len(p.Inbound.Encryption), len(p.Inbound.Authentication))
					}
				}
			})
		}
	}
}

// The responder takes the first transform that any of its policies accepts, and the
// lower of each lifetime counts on both sides.
func TestChoice(t *testing.T) {
	p1, p3 := iketest.Policies()
	weak := p1.Proposals[0]
	strong := exchange.ISAKMPProposal{Priority: 5, Encryption: suite.AES, KeyBits: 256, Hash: suite.SHA256, Group: suite.ECP256, Auth: exchange.PreShared, LifeSeconds: 86400}
	other := strong
	other.Priority, other.KeyBits = 1, 128
	p1.Proposals = []exchange.ISAKMPProposal{other, strong, weak}
	lower := strong
	lower.Priority, lower.LifeSeconds = 20, 600
	p3.Proposals = []exchange.ISAKMPProposal{weak, lower}
	first := exchange.TransformSet{Transform: suite.ESPAES, KeyBits: 256, Auth: suite.HMACSHA256}
	second := exchange.TransformSet{Transform: suite.ESP3DES, Auth: suite.HMACSHA}
	p1.Tunnels[0].Transforms = []exchange.TransformSet{first, second}
	p3.Tunnels[0].Transforms = []exchange.TransformSet{{Transform: suite.ESPDES, Auth: suite.HMACMD5}, second}
	p3.Tunnels[0].LifeSeconds, p1.Tunnels[0].LifeKilobytes = 1200, 5000
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	for _, r := range []*iketest.Router{r1, r3} {
		if i := r.Core.ISAKMPSAs(n.Now)[0]; i.Suite.KeyBits != 256 || i.Remaining.Round(time.Second) != 600*time.Second {
			t.Errorf("%s: phase 1 is %+v", r.Name, i)
		}
		if i := r.Core.IPsecSAs()[0]; i.Set != second || i.LifeSeconds != 1200 || i.LifeKilobytes != 5000 {
			t.Errorf("%s: phase 2 is %+v", r.Name, i)
		}
	}
}

// A second selector is negotiated under the same phase 1, and so is one that comes while
// that is still budding.
func TestManySelectors(t *testing.T) {
	p1, p3 := iketest.Policies()
	host := exchange.Selector{
		Local:  exchange.Proxy{Prefix: netip.MustParsePrefix("10.9.0.1/32"), Protocol: 6},
		Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("20.9.0.0/16"), Protocol: 6, Port: 80},
	}
	late := exchange.Selector{Local: exchange.Proxy{Prefix: netip.MustParsePrefix("0.0.0.0/0")}, Remote: host.Remote}
	for _, s := range []exchange.Selector{host, late} {
		p1.Tunnels[0].Selectors = append(p1.Tunnels[0].Selectors, s)
		p3.Tunnels[0].Selectors = append(p3.Tunnels[0].Selectors, iketest.Reverse(s))
	}
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, host)
	up(t, n, r1, r3)
	r1.Acquire("MAP", 10, late)
	n.Run(time.Second)
	for _, s := range []exchange.Selector{iketest.Flow, host, late} {
		if err := r1.Ping(r3, s); err != nil {
			t.Errorf("%v: %v", s, err)
		}
	}
	if sas := r1.Core.ISAKMPSAs(n.Now); len(sas) != 1 {
		t.Errorf("%d ISAKMP SAs", len(sas))
	}
}

// A responder accepts a part of what its access list protects.
func TestNarrowerProxies(t *testing.T) {
	p1, p3 := iketest.Policies()
	narrow := exchange.Selector{
		Local:  exchange.Proxy{Prefix: netip.MustParsePrefix("10.1.1.2/32"), Protocol: 1},
		Remote: exchange.Proxy{Prefix: netip.MustParsePrefix("20.1.1.128/25"), Protocol: 1},
	}
	p1.Tunnels[0].Selectors = []exchange.Selector{narrow}
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	r1.Acquire("MAP", 10, narrow)
	n.Run(time.Second)
	if err := r1.Ping(r3, narrow); err != nil {
		t.Error(err)
	}
}

// Both ends start at about the same time: whatever crosses, one pair remains, the same
// on both sides, and no packet is lost once the first has crossed.
func TestSimultaneousInitiation(t *testing.T) {
	for seed := range uint64(4) {
		for offset := time.Duration(0); offset <= 40*time.Millisecond; offset += time.Millisecond {
			n, r1, r3 := iketest.Classic(seed)
			r1.Acquire("MAP", 10, iketest.Flow)
			n.Run(offset)
			r3.Acquire("MAP", 10, iketest.Reverse(iketest.Flow))
			crossed, lost := traffic(n, r1, r3, 2*time.Minute, 10*time.Millisecond)
			if !crossed || len(lost) > 0 {
				t.Fatalf("seed %d, offset %v: lost %v", seed, offset, lost)
			}
			if len(r1.Plane.Pairs) != 1 || len(r3.Plane.Pairs) != 1 {
				t.Fatalf("seed %d, offset %v: %d and %d pairs remain", seed, offset, len(r1.Plane.Pairs), len(r3.Plane.Pairs))
			}
		}
	}
}

// "clear crypto sa" ends the pairs of both sides and leaves phase 1, "clear crypto
// isakmp" ends phase 1 and leaves the pairs.
func TestClear(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	r1.Do(ike.ClearSA{})
	n.Run(time.Second)
	if len(r1.Plane.Pairs)+len(r3.Plane.Pairs) != 0 {
		t.Error("pairs remain after clear crypto sa")
	}
	if i := r3.Core.ISAKMPSAs(n.Now)[0]; i.State != "QM_IDLE" {
		t.Errorf("phase 1 is %s", i.State)
	}
	up(t, n, r1, r3)
	r3.Do(ike.ClearISAKMP{})
	n.Run(time.Second)
	for _, r := range []*iketest.Router{r1, r3} {
		if i := r.Core.ISAKMPSAs(n.Now)[0]; !i.Deleted || i.State != "MM_NO_STATE" {
			t.Errorf("%s: phase 1 is %+v", r.Name, i)
		}
	}
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Errorf("after clear crypto isakmp: %v", err)
	}
	n.Run(2 * time.Minute)
	if len(r1.Core.ISAKMPSAs(n.Now))+len(r3.Core.ISAKMPSAs(n.Now)) != 0 {
		t.Error("deleted SAs are not purged")
	}
}

// A router that has lost everything comes back: its INITIAL-CONTACT clears what the
// other still has.
func TestInitialContact(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	n.Run(time.Minute)
	p1, _ := iketest.Policies()
	again := n.Add("R1'", iketest.Addr1, p1)
	up(t, n, again, r3)
	if len(r3.Plane.Pairs) != 1 {
		t.Errorf("%d pairs remain", len(r3.Plane.Pairs))
	}
	live := 0
	for _, i := range r3.Core.ISAKMPSAs(n.Now) {
		if !i.Deleted {
			live++
		}
	}
	if live != 1 {
		t.Errorf("%d ISAKMP SAs remain", live)
	}
}

// A tunnel that the configuration no longer has loses its SAs on both sides.
func TestPolicyChange(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	p1, _ := iketest.Policies()
	p1.Tunnels[0].Seq = 20
	r1.Do(ike.SetPolicy{Policy: p1})
	n.Run(time.Second)
	if len(r1.Plane.Pairs)+len(r3.Plane.Pairs) != 0 {
		t.Error("pairs of a tunnel that is gone remain")
	}
}

// Without an answer the next peer of the crypto map is tried.
func TestSecondPeer(t *testing.T) {
	p1, p3 := iketest.Policies()
	dead := netip.MustParseAddr("192.0.2.1")
	p1.Tunnels[0].Peers = []netip.Addr{dead, iketest.Addr3}
	p1.Keys = append(p1.Keys, exchange.PresharedKey{Prefix: netip.PrefixFrom(dead, 32), Secret: []byte("other")})
	n := iketest.New(1)
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	crossed, _ := traffic(n, r1, r3, 2*time.Minute, time.Second)
	if !crossed {
		t.Error("the second peer was not reached")
	}
}
