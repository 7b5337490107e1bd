package ike_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/ike/payload"
	"conft/internal/suite"
)

// byName makes R1 begin in Aggressive Mode as r1.example.com, a name for which R3 has the
// only key.
func byName(p1, p3 *exchange.Policy) {
	p1.Aggressive = []exchange.AggressivePeer{{Addr: iketest.Addr3, Password: []byte("tunnel"), Identity: exchange.FQDN("r1.example.com")}}
	p1.Keys = nil
	p3.Keys = []exchange.PresharedKey{{Host: "R1.example.com", Secret: []byte("tunnel")}}
}

// byProfile makes R1 begin in Aggressive Mode by its profile, with keys by address.
func byProfile(p1, p3 *exchange.Policy) {
	p1.Profiles = []exchange.Profile{{Name: "SITE", Aggressive: true,
		Match: []exchange.IdentityMatch{{Prefix: netip.PrefixFrom(iketest.Addr3, 32)}}}}
	p1.Tunnels[0].Profile = "SITE"
}

func lab(change func(p1, p3 *exchange.Policy)) (n *iketest.Net, r1, r3 *iketest.Router) {
	p1, p3 := iketest.Policies()
	change(p1, p3)
	n = iketest.New(1)
	return n, n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
}

func contains(lines []string, part string) bool {
	return strings.Contains(strings.Join(lines, "\n"), part)
}

func TestAggressive(t *testing.T) {
	for name, change := range map[string]func(p1, p3 *exchange.Policy){
		"by-name": byName, "by-profile": byProfile,
		"by-name-15": func(p1, p3 *exchange.Policy) {
			byName(p1, p3)
			p1.Version, p3.Version = debug.IOS15, debug.IOS15
		},
	} {
		t.Run(name, func(t *testing.T) {
			n, r1, r3 := lab(change)
			up(t, n, r1, r3)
			if n.Sent != 6 {
				t.Errorf("%d datagrams, want 3 of phase 1 and 3 of phase 2", n.Sent)
			}
			for _, r := range []*iketest.Router{r1, r3} {
				if i := r.Core.ISAKMPSAs(n.Now)[0]; !i.Aggressive || i.State != "QM_IDLE" {
					t.Errorf("%s: %+v", r.Name, i)
				}
				golden(t, "aggressive-"+name+"-"+strings.ToLower(r.Name), r.Lines(isakmp...))
			}
			if got := r3.Core.ISAKMPSAs(n.Now)[0].PeerID; name == "by-name" && !got.Equal(exchange.FQDN("r1.example.com")) {
				t.Errorf("R3 knows the peer as %s", got)
			}
			n.Run(90 * time.Second)
			if n.Sent != 6 {
				t.Errorf("%d datagrams a minute later", n.Sent)
			}
			if _, lost := traffic(n, r1, r3, 25*time.Hour, time.Minute); len(lost) > 0 {
				t.Errorf("lost %d, the first at %s", len(lost), lost[0])
			}
		})
	}
}

func TestEveryAggressiveDatagramInTurn(t *testing.T) {
	everyDatagram(t, "by name", 6, byName)
}

// Message 3 has no answer. If it is lost and nothing else is sent, the responder hears it
// again all the same.
func TestLostMessage3(t *testing.T) {
	n, r1, r3 := lab(byName)
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.N == 3 || p.N == 4 { // and the Quick Mode that follows at once
			return nil
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(2 * time.Second)
	if got := r3.Core.ISAKMPSAs(n.Now)[0].State; got != "QM_IDLE" {
		t.Errorf("the responder is in %s", got)
	}
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Error(err)
	}
}

// With different keys nobody is authenticated, each side says so, and nothing is left.
func TestAggressiveWrongKey(t *testing.T) {
	n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
		byName(p1, p3)
		p3.Keys[0].Secret = []byte("another")
	})
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(5 * time.Second)
	lines := r1.Lines(isakmp...)
	if !contains(lines, "HASH payload does not match") || !contains(lines, "%CRYPTO-6-IKMP_MODE_FAILURE: Processing of Aggressive mode failed with peer at 23.23.23.3") {
		t.Errorf("the initiator prints:\n%s", strings.Join(lines, "\n"))
	}
	n.Run(3 * time.Minute)
	if a, b := len(r1.Core.ISAKMPSAs(n.Now)), len(r3.Core.ISAKMPSAs(n.Now)); a != 0 || b != 0 {
		t.Errorf("%d and %d SAs remain", a, b)
	}
	if contains(r3.Lines(isakmp...), "has been authenticated") {
		t.Error("the responder has authenticated somebody")
	}
}

// The responder believes no other HASH_I than the right one.
func TestAggressiveWrongHash(t *testing.T) {
	n, r1, r3 := lab(byName)
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.Data[18] == byte(payload.ExchangeAggressive) && p.Data[19]&payload.FlagEncryption != 0 {
			p.Data[40] ^= 1
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(5 * time.Second)
	if contains(r3.Lines(isakmp...), "has been authenticated") {
		t.Error("the responder has authenticated a changed message")
	}
	if got := r3.Core.ISAKMPSAs(n.Now)[0].State; got != "AG_INIT_EXCH" {
		t.Errorf("the responder is in %s", got)
	}
}

func TestAggressiveDisabled(t *testing.T) {
	const refusal = "%CRYPTO-5-IKMP_AG_MODE_DISABLED: Unable to initiate or respond to Aggressive Mode while disabled"
	for name, where := range map[string]func(p1, p3 *exchange.Policy) *exchange.Policy{
		"at the initiator": func(p1, _ *exchange.Policy) *exchange.Policy { return p1 },
		"at the responder": func(_, p3 *exchange.Policy) *exchange.Policy { return p3 },
	} {
		t.Run(name, func(t *testing.T) {
			n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
				byName(p1, p3)
				where(p1, p3).NoAggressive = true
			})
			r1.Acquire("MAP", 10, iketest.Flow)
			n.Run(time.Second)
			r := r3
			if name == "at the initiator" {
				r = r1
			}
			if !contains(r.Lines(debug.FlagNone), refusal) {
				t.Errorf("it prints %q", r.Lines(debug.FlagNone))
			}
			if f := r.Core.Failures(); len(f) != 1 || f[0].Reason != "aggressive mode is disabled" || f[0].Exchange != debug.AggressiveMode || f[0].Message != 1 {
				t.Errorf("it remembers %+v", f)
			}
			if len(r3.Core.ISAKMPSAs(n.Now)) != 0 {
				t.Error("the responder has an SA")
			}
			n.Run(3 * time.Minute)
			if got := len(r1.Core.ISAKMPSAs(n.Now)); got != 0 {
				t.Errorf("%d SAs remain at the initiator", got)
			}
		})
	}
}

// A name that nobody knows costs the responder no Diffie-Hellman and gets no hash.
func TestAggressiveUnknownIdentity(t *testing.T) {
	n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
		byName(p1, p3)
		p1.Aggressive[0].Identity = exchange.UserFQDN("r1@example.com")
	})
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.From.Addr() == iketest.Addr3 && len(p.Data) > 100 {
			t.Errorf("a stranger gets %d octets", len(p.Data))
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(5 * time.Second)
	golden(t, "aggressive-unknown-r3", r3.Lines(isakmp...))
	n.Run(5 * time.Minute)
	if a, b := len(r1.Core.ISAKMPSAs(n.Now)), len(r3.Core.ISAKMPSAs(n.Now)); a != 0 || b != 0 {
		t.Errorf("%d and %d SAs remain", a, b)
	}
}

// Through a NAT message 3 comes from port 4500 already.
func TestAggressiveThroughNAT(t *testing.T) {
	p1, p3 := iketest.Policies()
	byName(p1, p3)
	p3.Tunnels[0].Peers = []netip.Addr{outside}
	n := iketest.New(1)
	var ports []uint16
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.From.Addr() == iketest.Addr1 {
			ports = append(ports, p.From.Port())
		}
		return translate(p)
	}
	r1, r3 := n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
	up(t, n, r1, r3)
	if ports[0] != 500 || ports[1] != 4500 {
		t.Errorf("messages from ports %v", ports)
	}
	for _, r := range []*iketest.Router{r1, r3} {
		if i := r.Core.IPsecSAs()[0]; !i.UDPEncap {
			t.Errorf("%s: ESP is not in UDP", r.Name)
		}
		golden(t, "aggressive-nat-"+strings.ToLower(r.Name), r.Lines(isakmp...))
	}
	if _, lost := traffic(n, r1, r3, 2*time.Hour, time.Second); len(lost) > 0 {
		t.Errorf("lost %d: %v", len(lost), lost[0])
	}
}

// What is offered has one group, that of the first policy, for the public value goes out
// with it.
func TestAggressiveOffersOneGroup(t *testing.T) {
	n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
		byName(p1, p3)
		better := p1.Proposals[0]
		better.Priority, better.Group = 5, suite.MODP1024
		p1.Proposals = append([]exchange.ISAKMPProposal{better}, p1.Proposals...)
		p3.Proposals = p1.Proposals
	})
	up(t, n, r1, r3)
	if contains(r3.Lines(isakmp...), "ISAKMP transform 2") {
		t.Error("a second transform was offered")
	}
	if got := r3.Core.ISAKMPSAs(n.Now)[0].Suite.Group; got != suite.MODP1024 {
		t.Errorf("group %d", got)
	}
}

// Forged first messages cost the responder a bounded amount of Diffie-Hellman, and one
// that means it gets through.
func TestAggressiveFlood(t *testing.T) {
	n, r1, r3 := lab(byName)
	var first []byte
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.N == 1 {
			first = append([]byte(nil), p.Data...)
			return nil
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	for i := range 3000 {
		d := append([]byte(nil), first...)
		d[0], d[1], d[2] = byte(i), byte(i>>8), 1
		from := netip.AddrFrom4([4]byte{100, 64, byte(i >> 8), byte(i)})
		n.Inject(iketest.Packet{From: netip.AddrPortFrom(from, 500), To: netip.AddrPortFrom(iketest.Addr3, 500), Data: d})
	}
	n.Run(11 * time.Second)
	if got := len(r3.Core.ISAKMPSAs(n.Now)); got > 1100 {
		t.Errorf("%d SAs are kept", got)
	}
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Errorf("after the flood: %v", err)
	}
}
