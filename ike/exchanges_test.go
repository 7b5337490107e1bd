package ike_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/internal/suite"
)

// believing is a Trust that wants the signatures of signing.
type believing struct{}

func (believing) Judge(c exchange.Claim) exchange.Verdict {
	if len(c.Certificates) != 2 || !bytes.Equal(c.Signature, signature(c.Hash)) {
		return exchange.Verdict{Err: errors.New("not signed")}
	}
	return exchange.Verdict{}
}

func signature(hash []byte) []byte { return append([]byte("signed "), hash...) }

// signing has both sides authenticate with signatures.
func signing(p1, p3 *exchange.Policy) {
	for _, p := range []*exchange.Policy{p1, p3} {
		p.Proposals[0].Auth = exchange.RSASig
		p.Keys, p.Trust = nil, believing{}
		p.Authorities = []exchange.Authority{{Name: []byte("the authority"), Text: "cn=ca"}}
		p.Credentials = []exchange.Credential{{Trustpoint: "CA", Chain: [][]byte{[]byte("certificate"), []byte("authority")},
			Issuers: [][]byte{[]byte("the authority")}, Subject: []byte("a name"), Text: "cn=r", Names: []string{"r.lab"},
			Usable: func() bool { return true },
			Sign:   func(hash []byte) ([]byte, error) { return signature(hash), nil }}}
	}
}

func aggressively(p1, p3 *exchange.Policy) {
	p1.Aggressive = []exchange.AggressivePeer{{Addr: iketest.Addr3, Identity: exchange.FQDN("r.lab")}}
}

func together(a, b func(p1, p3 *exchange.Policy)) func(p1, p3 *exchange.Policy) {
	return func(p1, p3 *exchange.Policy) { a(p1, p3); b(p1, p3) }
}

func unchanged(_, _ *exchange.Policy) {}

// conversations are all kinds of negotiation that bring a tunnel up.
var conversations = []conversation{
	{"main mode through a NAT", 9, unchanged, true},
	{"main mode, signatures", 9, signing, false},
	{"main mode, signatures through a NAT", 9, signing, true},
	{"aggressive mode through a NAT", 6, byName, true},
	{"aggressive mode, signatures", 6, together(signing, aggressively), false},
	{"aggressive mode, signatures through a NAT", 6, together(signing, aggressively), true},
	{"main mode, PFS through a NAT", 9, func(p1, p3 *exchange.Policy) { p1.Tunnels[0].PFS, p3.Tunnels[0].PFS = suite.ECP256, suite.ECP256 }, true},
}

// Whatever happens to one datagram of them, both sides come to the same pair of SAs, and in
// the end nothing is left.
func TestEveryDatagramOfEveryExchange(t *testing.T) {
	for _, c := range conversations {
		n, r1, r3 := c.lab()
		up(t, n, r1, r3)
		n.Run(3 * time.Second)
		if n.Sent != c.datagrams {
			t.Errorf("%s has %d datagrams", c.name, n.Sent)
		}
		c.disturbed(t)
	}
}

// Phase 1 and the SAs are renewed, the peer is asked whether it is alive and what was before
// is deleted: whatever happens to one datagram of that, nothing is lost on the way.
func TestEveryDatagramOfARenewal(t *testing.T) {
	for _, c := range []conversation{
		{"main mode", 9, unchanged, false}, {"main mode, signatures through a NAT", 9, signing, true}, {"aggressive mode", 6, byName, false},
	} {
		brief := c
		brief.change = func(p1, p3 *exchange.Policy) {
			c.change(p1, p3)
			for _, p := range []*exchange.Policy{p1, p3} {
				p.Proposals[0].LifeSeconds, p.Tunnels[0].LifeSeconds = 100, 120
				p.DPD = periodic
			}
		}
		for i, f := range fates() {
			for k := c.datagrams + 1 + i%3; k <= c.datagrams+26; k += 3 {
				n, r1, r3 := brief.lab()
				n.Quiet = true
				path := n.Fate
				n.Fate = func(p *iketest.Packet) []time.Duration {
					if times := path(p); p.N != k {
						return times
					}
					return f.do(p)
				}
				if crossed, lost := traffic(n, r1, r3, 150*time.Second, 250*time.Millisecond); !crossed || len(lost) > 0 {
					t.Errorf("%s, datagram %d %s: crossed %v, lost %d: %v", c.name, k, f.name, crossed, len(lost), lost[:min(3, len(lost))])
				}
				if a, b := len(r1.Plane.Pairs), len(r3.Plane.Pairs); a > 2 || b > 2 {
					t.Errorf("%s, datagram %d %s: %d and %d pairs", c.name, k, f.name, a, b)
				}
				nothingStays(t, n, r1, r3)
			}
		}
	}
}

// Cut at any octet, no datagram of any exchange does anything, nor keeps the whole one, which
// comes behind it, from being taken.
func TestEveryDatagramCutAtEveryOctet(t *testing.T) {
	for _, c := range []conversation{
		{"main mode, signatures through a NAT", 9, signing, true}, {"aggressive mode, signatures", 6, together(signing, aggressively), false},
	} {
		var lengths []int
		n, r1, r3 := c.lab()
		path := n.Fate
		n.Fate = func(p *iketest.Packet) []time.Duration {
			lengths = append(lengths, len(p.Data))
			return path(p)
		}
		up(t, n, r1, r3)
		for k, length := range lengths[:c.datagrams] {
			for at := range length {
				n, r1, r3 := c.lab()
				n.Quiet = true
				path := n.Fate
				n.Fate = func(p *iketest.Packet) []time.Duration {
					times := path(p)
					if p.N == k+1 {
						cut := *p
						cut.Data = slices.Clone(p.Data[:at])
						n.Inject(cut) // comes before the whole
					}
					return times
				}
				r1.Acquire("MAP", 10, iketest.Flow)
				n.Run(100 * time.Millisecond)
				if err := r1.Ping(r3, iketest.Flow); err != nil {
					t.Fatalf("%s: datagram %d cut to %d octets: %v", c.name, k+1, at, err)
				}
				if n.Sent != c.datagrams {
					t.Fatalf("%s: datagram %d cut to %d octets: %d datagrams", c.name, k+1, at, n.Sent)
				}
			}
		}
	}
}
