package kernel

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"testing"

	"conft/internal/acl"
	"conft/internal/nstest"
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// Many rules, which packets reach by their destination, decide as the lists do that they are
// made of: the first that matches, and after a deny the next selector. Each counts what it
// has decided, also over a change of the rules.
func TestManyRulesDecideAsTheirLists(t *testing.T) { manyRules(t, 1, 16) }

// Likewise those that packets reach by their source, because all are for the same destination.
func TestManyRulesForOneHostDecideAsTheirLists(t *testing.T) { manyRules(t, 16, 1) }

// Likewise those that take both.
func TestRulesOfManyWithManyDecideAsTheirLists(t *testing.T) { manyRules(t, 4, 4) }

// manyRules is for so many networks of near and of far hosts.
func manyRules(t *testing.T, near, far uint32) {
	if !nstest.Alone(t) {
		return
	}
	cable(t, netns{}, "lan0", "", newNetns(t), "eth0", "10.1.1.2/24")
	cable(t, netns{}, "wan0", "", newNetns(t), "wan0", "12.12.12.3/24")
	k, err := Open()
	must(t, err)
	t.Cleanup(func() { k.Close() })
	random := rand.New(rand.NewPCG(5, 6))
	const lan, wan = 10<<24 | 2<<16, 30 << 24
	host := func(net, n uint32) uint32 { return net | random.Uint32N(n)<<8 | random.Uint32N(6) }
	hosts := func(net, n uint32) acl.Addr {
		if n == 1 {
			return acl.Addr{Base: net, Wildcard: 0xff}
		}
		return acl.Addr{Base: host(net, n), Wildcard: uint32(1)<<random.IntN(10) - 1}
	}
	d := router("12.12.12.1", "10.1.1.1", "30.0.0.0/8", "12.12.12.3")
	var selectors []Selector
	for i := range 5 {
		s := Selector{Name: fmt.Sprint("CMAP ", i)}
		for range 12 {
			e := acl.Entry{Protocol: 17, Src: hosts(lan, near), Dst: hosts(wan, far)}
			if random.IntN(3) == 0 {
				e.Action = acl.Deny
			}
			if random.IntN(10) == 0 {
				e.Dst.Wildcard = 0x302 // with holes
			}
			if random.IntN(4) == 0 {
				e.DstPort = acl.Ports{Op: acl.PortEq, Low: 7}
			}
			e.Src.Base &^= e.Src.Wildcard
			if e.Dst.Base &^= e.Dst.Wildcard; !slices.Contains(s.Rules, e) { // of equals the first counts for all
				s.Rules = append(s.Rules, e)
			}
		}
		selectors = append(selectors, s)
	}
	d.Crypto[0].Selectors = selectors
	x := d.Crypto[0].index()
	if x == nil {
		t.Fatal("these rules have no index")
	}
	if by := slices.ContainsFunc(x.Second, func(y *acl.Index) bool { return y != nil }); by != (near > 1) {
		t.Fatalf("by the source: %t", by)
	}
	must(t, k.Apply(d))

	want := make([][]uint64, len(selectors))
	for i, s := range selectors {
		want[i] = make([]uint64, len(s.Rules))
	}
	send := func(n int) {
		for range n {
			p := packet.Parsed{Src: host(lan, near+2), Dst: host(wan, far+2), Protocol: packet.UDP, HasPorts: true, DstPort: uint16(7 + random.IntN(2))}
			from := net.Dialer{LocalAddr: net.UDPAddrFromAddrPort(netip.AddrPortFrom(acl.IPv4(p.Src), 0)), Control: transparent}
			c, err := from.Dial("udp4", netip.AddrPortFrom(acl.IPv4(p.Dst), p.DstPort).String())
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

// transparent lets a socket send from addresses that are not the machine's.
func transparent(_, _ string, c syscall.RawConn) (err error) {
	return errors.Join(c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_IP, unix.IP_TRANSPARENT, 1) }), err)
}
