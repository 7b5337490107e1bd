package kernel

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"conft/internal/nstest"
)

// hostA 10.1.1.2 -- lan0 10.1.1.1 [router, its own namespace] wan0 192.0.2.1 mtu 1200 -- 192.0.2.2 [far]
func TestPingTellsTheFateOfItsRequest(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	hostA, far := newNetns(t), newNetns(t)
	cable(t, netns{}, "lan0", "", hostA, "eth0", "10.1.1.2/24")
	cable(t, netns{}, "wan0", "", far, "eth0", "192.0.2.2/24")
	defaultRoute(t, hostA, "10.1.1.1")
	defaultRoute(t, far, "192.0.2.1")
	k, err := Open()
	must(t, err)
	must(t, k.Apply(Desired{Links: []Link{
		{Name: "lan0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("10.1.1.1/24")}},
		{Name: "wan0", Up: true, Addrs: []netip.Prefix{netip.MustParsePrefix("192.0.2.1/24")}},
	}, Routes: []Route{{Prefix: netip.MustParsePrefix("198.51.100.0/24"), Null: true}}}))
	must(t, (linkMTU{"wan0", 1200}).do(nil))
	far.do(t, func() { must(t, (linkMTU{"eth0", 1200}).do(nil)) })
	for _, c := range []struct {
		name string
		from netns
		o    PingOptions
		want PingResult
	}{
		{"across the router", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 100}, PingReply},
		{"the smallest", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2")}, PingReply},
		{"in fragments", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 18024}, PingReply},
		{"of its own address", netns{}, PingOptions{Dst: netip.MustParseAddr("10.1.1.1"), Size: 100}, PingReply},
		{"from a chosen address", netns{}, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Src: netip.MustParseAddr("10.1.1.1"), Size: 100}, PingReply},
		{"too big on the way", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 1300, DF: true}, PingTooBig},
		{"too big for the first link", netns{}, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 1300, DF: true}, PingTooBig},
		{"data is compared", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 101, Pattern: 0x1234, Check: true}, PingReply},
		{"the route is recorded", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 100, Record: MaxRecord}, PingReply},
		{"fits exactly", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 1200, DF: true}, PingReply},
		{"router has no route", hostA, PingOptions{Dst: netip.MustParseAddr("203.0.113.1"), Size: 100}, PingUnreachable},
		{"router discards", hostA, PingOptions{Dst: netip.MustParseAddr("198.51.100.1"), Size: 100}, PingUnreachable},
		{"discarded here", netns{}, PingOptions{Dst: netip.MustParseAddr("198.51.100.1"), Size: 100, Timeout: lost}, PingTimeout},
		{"no route here", netns{}, PingOptions{Dst: netip.MustParseAddr("203.0.113.1"), Size: 100, Timeout: lost}, PingTimeout},
		{"nobody there", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.9"), Size: 100, Timeout: lost}, PingTimeout},
	} {
		if c.o.Timeout == 0 {
			c.o.Timeout = 5 * time.Second
		}
		c.from.do(t, func() {
			out, err := k.Ping(context.Background(), c.o)
			got, rtt := out.Result, out.RTT
			if want := "[10.1.1.2 192.0.2.1 192.0.2.2 192.0.2.2 10.1.1.1 10.1.1.2]"; c.o.Record > 0 && fmt.Sprint(out.Route) != want {
				t.Errorf("%s: %v, want %s", c.name, out.Route, want)
			}
			if got != c.want || err != nil || got == PingReply && (rtt <= 0 || rtt > c.o.Timeout || out.From != c.o.Dst) {
				t.Errorf("%s: %v after %v, %v; want %v", c.name, got, rtt, err, c.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := k.Ping(ctx, PingOptions{Dst: netip.MustParseAddr("192.0.2.9"), Size: 100, Timeout: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// A neighbour that does not answer is nothing that the router tells itself; what another router
// says of one counts.
func TestPingOfADeadNeighbour(t *testing.T) {
	own, other := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.254")
	o := PingOptions{Dst: netip.MustParseAddr("10.0.0.77"), Size: 36}
	request := o.request(7)
	msg := append([]byte{icmpUnreachable, codeHost, 0, 0, 0, 0, 0, 0, 0x45}, make([]byte, ipHeaderLen-1)...)
	copy(msg[icmpLen+12:], own.AsSlice())
	copy(msg[icmpLen+16:], o.Dst.AsSlice())
	msg = append(msg, request[:8]...)
	if out, ok := o.fate(msg, request, own); ok {
		t.Errorf("its own word: %v", out.Result)
	}
	if out, ok := o.fate(msg, request, other); !ok || out.Result != PingUnreachable {
		t.Errorf("another's word: %v, %v", out.Result, ok)
	}
	msg[1] = codeFragNeeded
	if out, ok := o.fate(msg, request, own); !ok || out.Result != PingTooBig {
		t.Errorf("too big for its own link: %v, %v", out.Result, ok)
	}
}
