package router

import (
	"net/netip"
	"testing"
	"time"

	"conft/debug"
)

func packetFrom(last byte) debug.AccessListLog {
	return debug.AccessListLog{List: "101", Protocol: 17, Src: netip.AddrFrom4([4]byte{10, 0, 0, last}), Dst: netip.AddrFrom4([4]byte{10, 1, 0, 1}), Packets: 1}
}

// The first packet at once, the others every five minutes, until there are none.
func TestAccessLogOfOneFlow(t *testing.T) {
	l, now := newAccessLog(), time.Unix(1000, 0)
	if _, ok := l.hit(now, packetFrom(1)); !ok {
		t.Error("the first packet is not written about")
	}
	for range 7 {
		now = now.Add(10 * time.Second)
		if _, ok := l.hit(now, packetFrom(1)); ok {
			t.Error("another packet of the flow is written about")
		}
		if out := l.tick(now); out != nil {
			t.Errorf("%v before five minutes are over", out)
		}
	}
	now = now.Add(accessInterval)
	want := packetFrom(1)
	want.Packets = 7
	if out := l.tick(now); len(out) != 1 || out[0] != debug.Event(want) {
		t.Errorf("after five minutes %v, want %v", out, want)
	}
	if out := l.tick(now.Add(accessInterval)); out != nil || len(l.flows) != 0 {
		t.Errorf("a silent flow: %v, %d flows kept", out, len(l.flows))
	}
	if _, ok := l.hit(now.Add(accessInterval), packetFrom(1)); !ok {
		t.Error("the flow does not begin anew")
	}
}

// A flood of flows makes a bounded number of messages, and loses no packet silently.
func TestAccessLogIsBounded(t *testing.T) {
	l, start := newAccessLog(), time.Unix(1000, 0)
	const sent = 5000
	lines, packets := 0, uint64(0)
	note := func(out ...debug.Event) {
		for _, e := range out {
			lines++
			switch e := e.(type) {
			case debug.AccessListLog:
				packets += e.Packets
			case debug.AccessListMissed:
				packets += e.Packets
			}
		}
	}
	for i := range sent {
		e := packetFrom(1)
		e.SrcPort = uint16(i)
		if e, ok := l.hit(start.Add(time.Duration(i)*time.Millisecond), e); ok {
			note(e)
		}
	}
	if lines > accessBurst+5*10 {
		t.Errorf("%d messages in five seconds", lines)
	}
	if len(l.flows) > accessFlows {
		t.Errorf("%d flows", len(l.flows))
	}
	for s := range 1000 {
		out := l.tick(start.Add(time.Duration(s) * time.Second))
		if len(out) > accessBurst+1 {
			t.Fatalf("%d messages at once", len(out))
		}
		note(out...)
	}
	if packets != sent {
		t.Errorf("%d packets are told of, want %d", packets, sent)
	}
}

// What the kernel had too many of to show is told as missed, once, also what comes after the
// flood was noticed; without a flood nobody asks the kernel.
func TestAccessLogTellsWhatWasNotShown(t *testing.T) {
	l, now := newAccessLog(), time.Unix(1000, 0)
	total := uint64(0)
	second := func(hits int, more uint64) (told uint64) {
		for range hits {
			l.hit(now, packetFrom(1))
		}
		total += more
		now = now.Add(time.Second)
		if l.asks(now) {
			l.unshown(total)
		}
		for _, e := range l.tick(now) {
			if e, ok := e.(debug.AccessListMissed); ok {
				told += e.Packets
			}
		}
		return told
	}
	if second(accessFlood-1, 0); l.asks(now.Add(time.Hour)) {
		t.Error("the kernel is asked without a flood")
	}
	var told uint64
	for range 40 {
		told += second(100, 900)
	}
	told += second(1, 7) // its end is too short to be noticed as one
	for range 2 * int(accessMissed/time.Second) {
		told += second(0, 0)
	}
	if told != total {
		t.Errorf("%d told of %d", told, total)
	}
	if l.asks(now.Add(time.Hour)) {
		t.Error("the kernel is asked long after the flood")
	}
	l.unshown(5) // the rules were replaced
	if got := l.missed; got != 5 {
		t.Errorf("%d packets of new rules", got)
	}
}
