package router

import (
	"math"
	"testing"
	"time"

	"conft/internal/kernel"
)

func TestMeter(t *testing.T) {
	start := time.Unix(1000, 0)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	const interval = 30 * time.Second
	var c linkCount
	var m meter
	if u := m.use(at(0), c); u != (LinkUse{}) {
		t.Errorf("before the first sample: %+v", u)
	}
	c.in = kernel.Traffic{Packets: 1e6, Bytes: 1e9} // from before the router
	m.sample(at(0), c, interval)
	if u := m.use(at(0), c); u != (LinkUse{}) {
		t.Errorf("what there was before counts as a load: %+v", u)
	}
	// 100 packets and 8,000 octets a second for the length of the interval.
	for s := 5; s <= 30; s += 5 {
		c.in.Packets += 500
		c.in.Bytes += 40000
		m.sample(at(s), c, interval)
	}
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > want/1000 {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
	}
	reached := 1 - math.Exp(-1)
	near("packets/sec", m.in.Packets, 100*reached)
	near("bits/sec", m.in.Bits, 64000*reached)
	if m.out != (Rate{}) {
		t.Errorf("output rate %+v", m.out)
	}
	u := m.use(at(37), c)
	if u.LastInput != 7*time.Second || u.LastOutput != 0 {
		t.Errorf("last input %v, output %v", u.LastInput, u.LastOutput)
	}
	c.out.Packets++
	if u := m.use(at(37), c); u.LastOutput != justNow {
		t.Errorf("output since the last sample was %v ago", u.LastOutput)
	}
	for s := 35; s <= 600; s += 5 {
		m.sample(at(s), c, interval)
	}
	if m.in.Packets > 0.01 {
		t.Errorf("packets/sec %v ten minutes later", m.in.Packets)
	}
	m.resets = 2
	m.clear(at(600), c)
	m.resets++
	c.in.Packets += 7
	if d := c.since(m.base); d.in.Packets != 7 || d.in.Bytes != 0 {
		t.Errorf("since the clearing: %+v", d)
	}
	if u := m.use(at(660), c); u.Cleared != time.Minute || u.Resets != 1 {
		t.Errorf("cleared %v ago, %d resets", u.Cleared, u.Resets)
	}
	// One of ten frames is damaged.
	for s := 605; s <= 900; s += 5 {
		c.in.Packets += 9
		c.in.Errors++
		m.sample(at(s), c, interval)
	}
	near("share of errors", m.errors, 0.1)
	// The link is plugged in anew and counts from 0.
	fresh := linkCount{in: kernel.Traffic{Packets: 3}}
	if d := fresh.since(m.base); d != fresh {
		t.Errorf("a link that begins anew: %+v", d)
	}
	m.sample(at(905), fresh, interval)
	if m.base != (linkCount{}) || m.in.Bits < 0 {
		t.Errorf("after a new link: base %+v, rate %+v", m.base, m.in)
	}
}
