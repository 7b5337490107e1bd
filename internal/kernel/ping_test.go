package kernel

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"conft/internal/nstest"
	"conft/internal/packet"
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
	}, Routes: []Route{{Prefix: netip.MustParsePrefix("198.51.100.0/24"), Null: true},
		{Prefix: netip.MustParsePrefix("198.18.0.0/15"), Via: netip.MustParseAddr("192.0.2.2")}}}))
	must(t, (linkMTU{"wan0", 1200}).do(nil))
	far.do(t, func() {
		must(t, (linkMTU{"eth0", 1200}).do(nil))
		followSourceRoutes(t, "eth0")
	})
	followSourceRoutes(t, "lan0", "wan0") // hostA does not, as no router of ours does
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
		{"the route is recorded", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 100, Options: string(packet.PadOptions(packet.AppendRecord(nil, 9)))}, PingReply},
		{"timestamps", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 1200, DF: true, Options: string(packet.AppendTimestamps(nil, 9))}, PingReply},
		{"a loose route", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 100, Check: true, Options: via(packet.OptionLoose, "10.1.1.1")}, PingReply},
		{"a strict route, in fragments", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 5000, Check: true, Options: via(packet.OptionStrict, "10.1.1.1")}, PingReply},
		{"a strict route that leaves out the router", hostA, PingOptions{Dst: netip.MustParseAddr("192.0.2.2"), Size: 100, Timeout: lost, Options: via(packet.OptionStrict, "192.0.2.2")}, PingTimeout},
		{"a strict route that leaves out another", hostA, PingOptions{Dst: netip.MustParseAddr("198.18.0.1"), Size: 100, Options: via(packet.OptionStrict, "10.1.1.1")}, PingUnreachable},
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
			if want, ok := optionsOf[c.name]; ok && shown(out.Options) != want {
				t.Errorf("%s: %s, want %s", c.name, shown(out.Options), want)
			}
			if got != c.want || err != nil || got == PingReply && (rtt <= 0 || rtt > c.o.Timeout || out.From != c.o.Dst) {
				t.Errorf("%s: %v after %v, %v; want %v", c.name, got, rtt, err, c.want)
			}
		})
	}
	hostA.do(t, func() {
		for ttl, want := range []string{"10.1.1.1 11.0 ", "192.0.2.2 3.3 131 0a010101; 0; "} {
			out, err := k.Probe(context.Background(), ProbeOptions{Dst: netip.MustParseAddr("192.0.2.2"), Port: 33434, TTL: ttl + 1,
				Timeout: 5 * time.Second, Options: via(packet.OptionLoose, "10.1.1.1")})
			if got := fmt.Sprintf("%v %d.%d %s", out.From, out.Type, out.Code, shown(out.Options)); got != want || err != nil {
				t.Errorf("a probe by a source route, TTL %d: %s, %v; want %s", ttl+1, got, err, want)
			}
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := k.Ping(ctx, PingOptions{Dst: netip.MustParseAddr("192.0.2.9"), Size: 100, Timeout: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// optionsOf are the options of replies to hostA, each written as far as it goes.
var optionsOf = map[string]string{
	"the route is recorded":        "7 0a010102 c0000201 c0000202 c0000202 0a010101 0a010102; 0; ",
	"timestamps":                   "68 6 in the last minute; ",
	"a loose route":                "131 0a010101; 0; ",
	"a strict route, in fragments": "137 0a010101; 0; ",
}

func shown(options []byte) (s string) {
	for o := range packet.Options(options) {
		s += fmt.Sprint(o.Type)
		words := o.Words()[:o.Used()/4]
		if o.Type == packet.OptionTimestamp {
			now := time.Since(time.Now().UTC().Truncate(24 * time.Hour))
			if !slices.ContainsFunc(words, func(ms uint32) bool { return (now - time.Duration(ms)*time.Millisecond).Abs() > time.Minute }) {
				s += fmt.Sprintf(" %d in the last minute", len(words))
			}
		} else {
			for _, w := range words {
				s += fmt.Sprintf(" %08x", w)
			}
		}
		s += "; "
	}
	return s
}

// via is a source route over one router.
func via(kind uint8, hop string) string {
	return string(packet.PadOptions(packet.AppendRoute(nil, kind, []netip.Addr{netip.MustParseAddr(hop)})))
}

// followSourceRoutes has the namespace forward and answer what has a source route.
func followSourceRoutes(t *testing.T, links ...string) {
	t.Helper()
	for _, l := range append(links, "all") {
		must(t, os.WriteFile("/proc/sys/net/ipv4/conf/"+l+"/accept_source_route", []byte("1"), 0))
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
	if out, ok := o.fate(icmpAnswer{msg: msg, from: own}, request); ok {
		t.Errorf("its own word: %v", out.Result)
	}
	if out, ok := o.fate(icmpAnswer{msg: msg, from: other}, request); !ok || out.Result != PingUnreachable {
		t.Errorf("another's word: %v, %v", out.Result, ok)
	}
	msg[1] = codeFragNeeded
	if out, ok := o.fate(icmpAnswer{msg: msg, from: own}, request); !ok || out.Result != PingTooBig {
		t.Errorf("too big for its own link: %v, %v", out.Result, ok)
	}
}
