package kernel

import (
	"net/netip"
	"testing"
	"time"

	"conft/internal/acl"
)

// The namespaces of these tests; r1 is the process's own.
//
//	hostA 10.1.1.2 -- lan0 10.1.1.1 [r1] wan0 12.12.12.1 -- wan0 12.12.12.3 [r3] lan0 20.1.1.1 -- hostB 20.1.1.2
type lab struct {
	hostA, r1, r3, hostB netns
	k1, k3               *Kernel
	e1, e3               *engine
	d1                   Desired
}

const lost = 200 * time.Millisecond // a packet in these namespaces takes far less

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{hostA: newNetns(t), r3: newNetns(t), hostB: newNetns(t)}
	cable(t, l.r1, "lan0", "", l.hostA, "eth0", "10.1.1.2/24")
	cable(t, l.r1, "wan0", "", l.r3, "wan0", "")
	cable(t, l.r3, "lan0", "", l.hostB, "eth0", "20.1.1.2/24")
	defaultRoute(t, l.hostA, "10.1.1.1")
	defaultRoute(t, l.hostB, "20.1.1.1")
	l.d1 = router("12.12.12.1", "10.1.1.1", "20.1.1.0/24", "12.12.12.3", acl.Entry{Src: network("10.1.1.0/24"), Dst: network("20.1.1.0/24")})
	l.k1 = l.start(t, l.r1, l.d1)
	l.e1 = startEngine(t, l.k1, "crypto1", "12.12.12.1", "12.12.12.3")
	l.k3 = l.start(t, l.r3, router("12.12.12.3", "20.1.1.1", "10.1.1.0/24", "12.12.12.1",
		acl.Entry{Src: network("20.1.1.0/24"), Dst: network("10.1.1.0/24")},
		acl.Entry{Src: network("20.1.1.0/24"), Dst: network("12.12.12.1/32")}))
	l.r3.do(t, func() { l.e3 = startEngine(t, l.k3, "crypto1", "12.12.12.3", "12.12.12.1") })
	t.Cleanup(func() { l.e1.stop(); l.e3.stop() })
	return l
}

func (l *lab) start(t *testing.T, n netns, d Desired) (k *Kernel) {
	t.Helper()
	n.do(t, func() {
		var err error
		k, err = Open()
		must(t, err)
		must(t, k.Apply(d))
	})
	return k
}

// router is the desired state of r1 or r3.
func router(wan, lan, remote, peer string, rules ...acl.Entry) Desired {
	return Desired{
		Links: []Link{
			{Name: "wan0", Alias: "GigabitEthernet0/0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix(wan + "/24")}},
			{Name: "lan0", Alias: "GigabitEthernet0/1", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix(lan + "/24")}},
		},
		Routes: []Route{{Prefix: netip.MustParsePrefix(remote), Via: netip.MustParseAddr(peer)}},
		Crypto: []CryptoLink{{Link: "wan0", TUN: "crypto1", Selectors: []Selector{{Name: "CMAP 10", Rules: rules}}}},
	}
}

// network turns a prefix into base and wildcard.
func network(s string) acl.Addr {
	p := netip.MustParsePrefix(s)
	b := p.Masked().Addr().As4()
	return acl.Addr{
		Base:     uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]),
		Wildcard: uint32(uint64(1)<<(32-p.Bits()) - 1),
	}
}

func TestForwardedAndLocalPacketsAreProtected(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	l := newLab(t)
	w := tap(t, l.r3, "wan0")
	if r := ping(t, l.hostA, "", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("host A to host B: %v", r)
	}
	if r := ping(t, l.r1, "10.1.1.1", "20.1.1.2", 100, time.Second); r != PingReply {
		t.Errorf("r1's LAN address to host B: %v", r)
	}
	if r := ping(t, l.hostA, "", "20.1.1.2", 4000, time.Second); r != PingReply {
		t.Errorf("fragments from host A to host B: %v", r)
	}
	if r := ping(t, l.r1, "10.1.1.1", "20.1.1.2", 4000, time.Second); r != PingReply {
		t.Errorf("fragments from r1 to host B: %v", r)
	}
	seen := w.arrived(t)
	if n := clearPackets(seen); n != 0 || len(seen) < 8 {
		t.Errorf("%d of %d packets in clear", n, len(seen))
	}
	c, err := l.k1.Counters()
	if err != nil || c["wan0"].Matched[0][0] != 4 {
		t.Errorf("counters %+v, %v; want 4 matches, fragments counted as one packet", c, err)
	}
	// What the list does not permit goes in clear.
	if r := ping(t, l.r1, "12.12.12.1", "12.12.12.3", 100, time.Second); r != PingReply {
		t.Errorf("r1 to r3: %v", r)
	}
	if n := clearPackets(w.arrived(t)); n != 1 {
		t.Errorf("%d packets in clear, want 1", n)
	}
}
