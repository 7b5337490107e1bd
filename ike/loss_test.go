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

// fate is one thing that can happen to a datagram.
type fate struct {
	name string
	do   func(p *iketest.Packet) []time.Duration
	slow bool // the damage may cost a whole round of retransmission
}

func fates() []fate {
	list := []fate{
		{"lost", func(*iketest.Packet) []time.Duration { return nil }, false},
		{"twice", func(*iketest.Packet) []time.Duration { return []time.Duration{0, 0} }, false},
		{"again much later", func(*iketest.Packet) []time.Duration { return []time.Duration{0, 7 * time.Second} }, false},
		{"overtaken", func(*iketest.Packet) []time.Duration { return []time.Duration{12 * time.Millisecond} }, false},
		{"late", func(*iketest.Packet) []time.Duration { return []time.Duration{12 * time.Second} }, false},
		{"cut", func(p *iketest.Packet) []time.Duration { p.Data = p.Data[:len(p.Data)/2]; return []time.Duration{0} }, false},
	}
	for _, at := range []int{0, 9, 16, 17, 18, 19, 22, 27, 28, 30, 31, 40, 47, 60, 77, -1, -9} {
		list = append(list, fate{fmt.Sprintf("octet %d damaged", at), func(p *iketest.Packet) []time.Duration {
			i := at
			if i < 0 {
				i += len(p.Data)
			}
			if i < len(p.Data) {
				p.Data[i] ^= 0x41
			}
			return []time.Duration{0}
		}, true})
	}
	return list
}

// Whatever happens to one datagram, with hosts that go on talking both sides come to
// the same pair of SAs, and keep it.
func TestEveryDatagramInTurn(t *testing.T) {
	for _, pfs := range []suite.Group{0, suite.MODP768} {
		everyDatagram(t, fmt.Sprintf("pfs %d", pfs), 9, func(p1, p3 *exchange.Policy) {
			p1.Tunnels[0].PFS, p3.Tunnels[0].PFS = pfs, pfs
		})
	}
}

// everyDatagram lets each thing happen to each of the first datagrams in turn.
func everyDatagram(t *testing.T, name string, datagrams int, change func(p1, p3 *exchange.Policy)) {
	conversation{name: name, datagrams: datagrams, change: change}.disturbed(t)
}

// conversation is a negotiation between the routers of the lab.
type conversation struct {
	name      string
	datagrams int
	change    func(p1, p3 *exchange.Policy)
	nat       bool // in front of R1
}

// disturbed lets each thing happen to each of the first datagrams in turn. In the end nothing
// of it is left.
func (c conversation) disturbed(t *testing.T) {
	for _, f := range fates() {
		for k := 1; k <= c.datagrams; k++ {
			t.Run(fmt.Sprintf("%s datagram %d %s", c.name, k, f.name), func(t *testing.T) {
				n, r1, r3 := c.lab()
				path := n.Fate
				n.Fate = func(p *iketest.Packet) []time.Duration {
					if times := path(p); p.N != k {
						return times
					}
					return f.do(p)
				}
				within := 25 * time.Second
				if f.slow {
					within = 3 * time.Minute
				}
				crossed, _ := traffic(n, r1, r3, within, time.Second)
				if !crossed {
					t.Fatalf("no packet has crossed: %v", r1.Ping(r3, iketest.Flow))
				}
				if _, lost := traffic(n, r1, r3, 5*time.Minute, time.Second); len(lost) > 0 {
					t.Fatalf("lost later: %v", lost)
				}
				if a, b := len(r1.Plane.Pairs), len(r3.Plane.Pairs); a != 1 || b != 1 {
					t.Errorf("%d and %d pairs remain", a, b)
				}
				nothingStays(t, n, r1, r3)
			})
		}
	}
}

// lab is the classic one, about to have the conversation. Its Fate is not nil.
func (c conversation) lab() (n *iketest.Net, r1, r3 *iketest.Router) {
	p1, p3 := iketest.Policies()
	c.change(p1, p3)
	n = iketest.New(1)
	n.Fate = func(*iketest.Packet) []time.Duration { return []time.Duration{0} }
	if c.nat {
		p3.Tunnels[0].Peers = []netip.Addr{outside}
		for i := range p3.Keys {
			if p3.Keys[i].Prefix.IsValid() {
				p3.Keys[i].Prefix = netip.PrefixFrom(outside, 32)
			}
		}
		n.Fate = translate
	}
	return n, n.Add("R1", iketest.Addr1, p1), n.Add("R3", iketest.Addr3, p3)
}

// consistent wants every index of the routers to have what there is.
func consistent(t *testing.T, routers ...*iketest.Router) {
	t.Helper()
	for _, r := range routers {
		if flaw := r.Core.Inconsistency(); flaw != "" {
			t.Errorf("%s: %s", r.Name, flaw)
		}
	}
}

// nothingStays ends every SA and looks for what is left.
func nothingStays(t *testing.T, n *iketest.Net, routers ...*iketest.Router) {
	t.Helper()
	for _, r := range routers {
		r.Do(ike.ClearSA{})
		r.Do(ike.ClearISAKMP{})
	}
	n.Run(5 * time.Minute)
	for _, r := range routers {
		for kind, left := range r.Core.Held() {
			if left != 0 {
				t.Errorf("%d %s remain on %s", left, kind, r.Name)
			}
		}
	}
}

// A network that loses every third datagram is slow, not broken.
func TestLossyNetwork(t *testing.T) {
	for seed := range uint64(20) {
		n, r1, r3 := iketest.Classic(seed)
		state := seed*2654435761 + 1
		n.Fate = func(*iketest.Packet) []time.Duration {
			state = state*6364136223846793005 + 1442695040888963407
			switch state >> 61 {
			case 0, 1:
				return nil
			case 2:
				return []time.Duration{0, time.Duration(state>>40%4000) * time.Millisecond}
			case 3:
				return []time.Duration{time.Duration(state>>40%4000) * time.Millisecond}
			}
			return []time.Duration{0}
		}
		if crossed, _ := traffic(n, r1, r3, 10*time.Minute, time.Second); !crossed {
			t.Errorf("seed %d: no packet has crossed in ten minutes", seed)
		}
	}
}
