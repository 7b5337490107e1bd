package kernel

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"testing"

	"conft/internal/acl"
	"conft/internal/nstest"
	"conft/internal/packet"
)

// Many rules, which packets reach by their destination, decide as the lists do that they are
// made of: the first that matches, and after a deny the next selector. Each counts what it
// has decided, also over a change of the rules.
func TestManyRulesDecideAsTheirLists(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	cable(t, netns{}, "lan0", "", newNetns(t), "eth0", "10.1.1.2/24")
	cable(t, netns{}, "wan0", "", newNetns(t), "wan0", "12.12.12.3/24")
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.Close() })
	random := rand.New(rand.NewPCG(5, 6))
	d := router("12.12.12.1", "10.1.1.1", "30.0.0.0/8", "12.12.12.3")
	var selectors []Selector
	for i := range 5 {
		s := Selector{Name: fmt.Sprint("CMAP ", i)}
		for range 12 {
			e := acl.Entry{Protocol: 17, Src: network("10.1.1.0/24"), Dst: acl.Addr{Base: 30<<24 | random.Uint32N(16)<<8 | random.Uint32N(6), Wildcard: uint32(1)<<random.IntN(10) - 1}}
			if random.IntN(3) == 0 {
				e.Action = acl.Deny
			}
			if random.IntN(10) == 0 {
				e.Dst.Wildcard = 0x302 // with holes
			}
			if random.IntN(4) == 0 {
				e.DstPort = acl.Ports{Op: acl.PortEq, Low: 7}
			}
			if e.Dst.Base &^= e.Dst.Wildcard; !slices.Contains(s.Rules, e) { // of equals the first counts for all
				s.Rules = append(s.Rules, e)
			}
		}
		selectors = append(selectors, s)
	}
	d.Crypto[0].Selectors = selectors
	if d.Crypto[0].index() == nil {
		t.Fatal("these rules have no index")
	}
	must(t, k.Apply(d))

	want := make([][]uint64, len(selectors))
	for i, s := range selectors {
		want[i] = make([]uint64, len(s.Rules))
	}
	send := func(n int) {
		for range n {
			p := packet.Parsed{Src: 0x0a010101, Dst: 30<<24 | random.Uint32N(20)<<8 | random.Uint32N(6), Protocol: packet.UDP, HasPorts: true, DstPort: uint16(7 + random.IntN(2))}
			c, err := net.DialUDP("udp4", &net.UDPAddr{IP: net.ParseIP("10.1.1.1")}, net.UDPAddrFromAddrPort(netip.AddrPortFrom(acl.IPv4(p.Dst), p.DstPort)))
			must(t, err)
			c.Write([]byte("x"))
			c.Close()
			for i, s := range selectors {
				j := (&acl.List{Entries: s.Rules}).Match(&p)
				if j < 0 {
					continue
				}
				want[i][j]++
				if s.Rules[j].Action == acl.Permit {
					break
				}
			}
		}
	}
	check := func(when string) {
		t.Helper()
		c, err := k.Counters()
		must(t, err)
		for i, s := range selectors {
			if got := c["wan0"].Matched[i]; !slices.Equal(got, want[i]) {
				t.Errorf("%s, %s: counted %v, want %v", when, s.Name, got, want[i])
			}
		}
	}
	send(400)
	check("at first")
	d.Crypto = slices.Clone(d.Crypto)
	d.Crypto[0].Selectors = append(slices.Clone(selectors), Selector{Name: "CMAP 99", Rules: []acl.Entry{{Src: acl.Any, Dst: network("30.1.0.0/16")}}})
	must(t, k.Apply(d))
	check("with one more")
	send(200)
	check("after more packets")
}
