package nettest

import (
	"bytes"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"conft/internal/netns"

	"golang.org/x/sys/unix"
)

// traffic flows all the time through a tunnel and beside it, and is watched by r2,
// which stands between the routers:
//
//	a  10.1.1.2 -> 20.1.1.2 protected, -> 30.1.1.1 in clear, from 12.12.12.1 if r1 translates it
//	r1 10.1.1.1 -> 20.1.1.1 protected, -> 30.1.1.1 in clear, likewise
//	b  20.1.1.2 -> 10.1.1.2 protected
type traffic struct {
	t        testing.TB
	watch    *watch
	from     map[string]*atomic.Int64 // rounds sent, by the sender
	leaked   int                      // packets of the tunnel's that were seen in clear
	clear    map[string]int           // others, by the sender
	esp      map[netip.Addr]int       // ESP, raw or in UDP, and AH packets, by the router
	rounds   map[string]int64         // from at the last mark
	clearWas map[string]int           // likewise
	espWas   map[netip.Addr]int
}

var (
	lan1 = netip.MustParsePrefix("10.1.1.0/24")
	lan3 = netip.MustParsePrefix("20.1.1.0/24")
)

var elsewhere = netip.MustParseAddr("30.1.1.1")

// sender of traffic in clear to elsewhere: r1 forwards that of a, and may have translated
// either's address.
func sender(p []byte) string {
	const initial = 64
	if p[8] == initial {
		return "r1"
	}
	return "a"
}

// newTraffic begins before there is a router.
func newTraffic(t testing.TB, c *chain) *traffic {
	return &traffic{
		t: t, watch: capture(t, c.r2, everyLink), clear: map[string]int{}, esp: map[netip.Addr]int{},
		from: map[string]*atomic.Int64{
			"a":  flood(t, c.a, "10.1.1.2", "20.1.1.2", "30.1.1.1"),
			"r1": flood(t, c.r1, "10.1.1.1", "20.1.1.1", "30.1.1.1"),
			"b":  flood(t, c.b, "20.1.1.2", "10.1.1.2"),
		},
	}
}

// look counts what has come since the last look.
func (x *traffic) look() {
	x.t.Helper()
	was := x.leaked
	var example []byte
	for _, f := range x.watch.frames() {
		p := f.ip()
		if p == nil || f.out {
			continue
		}
		src, dst := netip.AddrFrom4([4]byte(p[12:])), netip.AddrFrom4([4]byte(p[16:]))
		switch {
		case lan1.Contains(src) && lan3.Contains(dst), lan3.Contains(src) && lan1.Contains(dst), bytes.Contains(p, []byte(guarded)):
			x.leaked++
			example = p
		case f.encrypted():
			x.esp[src]++
		case dst == elsewhere:
			x.clear[sender(p)]++
		}
	}
	if x.leaked > was {
		x.t.Errorf("%d protected packets left in clear, such as %x", x.leaked-was, example)
	}
}

// mark begins a new count of what moved sees.
func (x *traffic) mark() {
	x.t.Helper()
	x.look()
	x.rounds, x.clearWas, x.espWas = map[string]int64{}, map[string]int{}, map[netip.Addr]int{}
	for s, n := range x.from {
		x.rounds[s] = n.Load()
	}
	for s, n := range x.clear {
		x.clearWas[s] = n
	}
	for s, n := range x.esp {
		x.espWas[s] = n
	}
}

// moved reports whether, since the mark, so many packets have been sent by a and b, seen in
// clear from both senders where they are to pass, and seen encrypted from these routers: a
// tap that sees nothing proves nothing.
func (x *traffic) moved(clear bool, routers ...string) bool {
	const enough = 100
	x.t.Helper()
	x.look()
	ok := x.from["a"].Load() > x.rounds["a"]+enough && x.from["b"].Load() > x.rounds["b"]+enough
	if clear {
		ok = ok && x.clear["a"] > x.clearWas["a"]+enough && x.clear["r1"] > x.clearWas["r1"]+enough
	}
	for _, r := range routers {
		ok = ok && x.esp[netip.MustParseAddr(r)] > x.espWas[netip.MustParseAddr(r)]+enough
	}
	return ok
}

// encrypted is how many ESP packets were seen.
func (x *traffic) encrypted() (n int) {
	for _, k := range x.esp {
		n += k
	}
	return n
}

// encrypted reports whether a frame carries ESP, in UDP or not, or AH.
func (f frame) encrypted() bool {
	p := f.ip()
	if p[9] == unix.IPPROTO_UDP && len(p) > 32 {
		ports := [4]byte(p[20:])
		return (ports[0] == 4500>>8 && ports[1] == 4500&0xff || ports[2] == 4500>>8 && ports[3] == 4500&0xff) &&
			[4]byte(p[28:]) != [4]byte{}
	}
	return p[9] == unix.IPPROTO_ESP || p[9] == unix.IPPROTO_AH
}

// guarded is in the data of what flood sends to the tunnel's networks.
const guarded = "guarded: nobody between the routers may read this"

// flood sends UDP datagrams from a source address to all targets in turn, thousands in a
// second, until the end of the test; the counter says how many rounds were sent. Where the
// address is not there at the moment, it tries again.
func flood(t testing.TB, ns *netns.NS, source string, targets ...string) *atomic.Int64 {
	t.Helper()
	var to []*net.UDPAddr
	var data [][]byte
	for _, target := range targets {
		a, text := netip.MustParseAddr(target), "plain"
		if lan1.Contains(a) || lan3.Contains(a) {
			text = guarded
		}
		to = append(to, net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 9)))
		data = append(data, bytes.Repeat([]byte(text), 400/len(text)))
	}
	var rounds atomic.Int64
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		var conn net.PacketConn
		for {
			select {
			case <-stop:
				if conn != nil {
					conn.Close()
				}
				return
			case <-tick.C:
			}
			if conn == nil {
				ns.Do(func() (err error) {
					conn, err = net.ListenPacket("udp4", source+":0")
					return err
				})
				if conn == nil {
					continue
				}
			}
			for i := range to {
				conn.WriteTo(data[i], to[i])
			}
			rounds.Add(1)
		}
	}()
	t.Cleanup(func() {
		close(stop)
		<-done
	})
	return &rounds
}
