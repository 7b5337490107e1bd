package nettest

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// stream sends numbered datagrams from host a to host b, one every gap, and counts
// those that do not arrive, and those that arrive behind a later one.
type stream struct {
	sent, got, late atomic.Int64
	stop            context.CancelFunc
	done            chan struct{}
}

func (u *tunnel) stream(t *testing.T, size int, gap time.Duration) *stream {
	t.Helper()
	var in, out *net.UDPConn
	at := netip.MustParseAddrPort("20.1.1.2:7000")
	err := u.b.Do(func() (err error) { in, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at)); return err })
	if err == nil {
		err = u.a.Do(func() (err error) { out, err = net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(at)); return err })
	}
	if err != nil {
		t.Fatal(err)
	}
	in.SetReadBuffer(1 << 22)
	ctx, cancel := context.WithCancel(context.Background())
	s := &stream{stop: cancel, done: make(chan struct{})}
	t.Cleanup(cancel)
	go func() {
		defer in.Close()
		b := make([]byte, 1<<16)
		for last := uint64(0); ; {
			n, err := in.Read(b)
			if err != nil {
				return
			}
			if n == size {
				s.got.Add(1)
			}
			number := binary.BigEndian.Uint64(b)
			if number == 0 { // the last
				close(s.done)
				return
			}
			if number < last {
				s.late.Add(1)
			}
			last = max(last, number)
		}
	}()
	go func() {
		defer out.Close()
		b := make([]byte, size)
		tick := time.NewTicker(gap)
		defer tick.Stop()
		for n := uint64(1); ctx.Err() == nil; n++ {
			<-tick.C
			binary.BigEndian.PutUint64(b, n)
			s.sent.Add(1)
			out.Write(b)
		}
		binary.BigEndian.PutUint64(b, 0)
		s.sent.Add(1)
		out.Write(b)
	}()
	return s
}

// lost ends the stream and returns how many of its datagrams are lost.
func (s *stream) lost(t *testing.T) int64 {
	t.Helper()
	s.stop()
	select {
	case <-s.done:
	case <-time.After(10 * time.Second):
		t.Error("the last datagram of the stream did not arrive")
	}
	return s.sent.Load() - s.got.Load()
}

var inboundSPI = regexp.MustCompile(`inbound (?:esp|ah) sas:\n +spi: 0x([0-9A-F]+)`)

// newest returns the SPI of the newest inbound SA, "" when there is none.
func newest(c *Conft) string { return newestOf(c.Exec("show crypto ipsec sa")) }

func newestOf(show string) string {
	if m := inboundSPI.FindStringSubmatch(show); m != nil {
		return m[1]
	}
	return ""
}

// An SA that has carried its volume is renewed before, and no packet is lost or out of
// its order.
func TestVolumeRekey(t *testing.T) {
	t.Parallel()
	// A new SA is asked for when a tenth of the volume is left: here for a second.
	u := newTunnel(t, ends{global: []string{"crypto ipsec security-association lifetime kilobytes 5120"}})
	u.up(t, u.a, "20.1.1.2")
	before := newest(u.left)
	s := u.stream(t, 1000, 2*time.Millisecond)
	renewals := 0
	wait(t, "two renewals", 40*time.Second, func() bool {
		if now := newest(u.left); now != before {
			before = now
			renewals++
		}
		return renewals == 2
	})
	if n := s.lost(t); n != 0 || s.late.Load() != 0 {
		t.Errorf("of %d packets %d were lost and %d came behind a later one", s.sent.Load(), n, s.late.Load())
	}
	for _, c := range []*Conft{u.left, u.right} {
		if out := c.Exec("show crypto ipsec sa"); !strings.Contains(out, "#recv errors 0") {
			t.Errorf("receive errors in %s:\n%s", c.ns.Name, out)
		}
	}
	// Faster than any negotiation: a packet may be lost at the end of a volume, but none
	// goes in clear, and the stream does not stop.
	transfer(t, u.a, u.b, netip.MustParseAddrPort("10.1.1.2:0"), netip.MustParseAddrPort("20.1.1.2:5001"), 16<<20)
	u.wire.protected()
}

// The operator clears SAs while packets flow: those packets are lost that come before
// the new SAs, nothing goes in clear, and the stream flows again by itself.
func TestClearUnderTraffic(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	u.up(t, u.a, "20.1.1.2")
	s := u.stream(t, 500, 2*time.Millisecond)
	for _, clear := range []struct {
		c    *Conft
		line string
		ike  bool // of phase 1 too
	}{
		{u.left, "clear crypto sa", false},
		{u.right, "clear crypto sa", false},
		{u.left, "clear crypto sa peer 23.23.23.3", false},
		{u.left, "clear crypto isakmp", true},
		{u.right, "clear crypto isakmp", true},
		{u.left, "clear crypto sa", false},
	} {
		old := newest(u.left)
		clear.c.Exec(clear.line)
		if clear.ike {
			// The IPsec SAs stay: "no packet … while phase 1 is away" needs it.
			if now := newest(u.left); now != old {
				t.Errorf("%s in %s: the IPsec SAs are others", clear.line, clear.c.ns.Name)
			}
			got := s.got.Load()
			wait(t, "packets after "+clear.line, 10*time.Second, func() bool { return s.got.Load() > got+50 })
			continue
		}
		wait(t, "a new SA after "+clear.line, 10*time.Second, func() bool { return newest(u.left) != old })
		got := s.got.Load()
		wait(t, "packets after "+clear.line, 10*time.Second, func() bool { return s.got.Load() > got+50 })
	}
	u.wire.protected()
	s.lost(t)
	if errs := u.left.Exec("show crypto isakmp sa"); !strings.Contains(errs, "QM_IDLE") {
		t.Errorf("no phase 1:\n%s", errs)
	}
}
