package router

import (
	"math"
	"time"

	"conft/internal/kernel"
)

// count is what a link has counted at one moment.
type linkCount struct {
	in, out kernel.Traffic
	detail  kernel.LinkDetail
}

// meter makes rates and times out of the counters of one interface.
type meter struct {
	at       time.Time // of the last sample
	last     linkCount
	lastIn   time.Time // zero: never
	lastOut  time.Time
	in, out  Rate
	errors   float64   // share of the packets received
	base     linkCount // at the last `clear counters`
	cleared  time.Time // zero: never
	resets   uint64    // how often the line went down
	baseline uint64    // resets at the last `clear counters`
}

// Rate is a load, averaged over an interval.
type Rate struct{ Bits, Packets float64 } // per second

// sample takes the counters of a moment into the averages over an interval: a load that
// begins or ends is in them by 63 % after that time.
func (m *meter) sample(now time.Time, c linkCount, interval time.Duration) {
	dt := now.Sub(m.at)
	first := m.at.IsZero()
	if !first && dt <= 0 {
		return
	}
	was := m.last
	m.at, m.last = now, c
	if c.in.Packets < was.in.Packets || c.out.Packets < was.out.Packets { // another link by the same name
		m.base, first = linkCount{}, true
	}
	if c.in.Packets != was.in.Packets && !first {
		m.lastIn = now
	}
	if c.out.Packets != was.out.Packets && !first {
		m.lastOut = now
	}
	if first {
		return
	}
	weight := 1 - math.Exp(-float64(dt)/float64(interval))
	toward := func(average *float64, value float64) { *average += weight * (value - *average) }
	load := func(r *Rate, c, was kernel.Traffic) {
		toward(&r.Bits, float64(c.Bytes-was.Bytes)*8/dt.Seconds())
		toward(&r.Packets, float64(c.Packets-was.Packets)/dt.Seconds())
	}
	load(&m.in, c.in, was.in)
	load(&m.out, c.out, was.out)
	if failed := float64(c.in.Errors - was.in.Errors); failed > 0 || c.in.Packets > was.in.Packets {
		toward(&m.errors, failed/(failed+float64(c.in.Packets-was.in.Packets)))
	}
}

// clear counts anew from now.
func (m *meter) clear(now time.Time, c linkCount) {
	m.base, m.cleared, m.baseline = c, now, m.resets
}

// justNow is the least time ago, as 0 is never.
const justNow = 1

// use is what show interfaces prints of the meter at a moment.
func (m *meter) use(now time.Time, c linkCount) LinkUse {
	since := func(t time.Time) time.Duration {
		if t.IsZero() {
			return 0
		}
		return max(now.Sub(t), justNow)
	}
	u := LinkUse{In: m.in, Out: m.out, LastInput: since(m.lastIn), LastOutput: since(m.lastOut), Cleared: since(m.cleared),
		Failed: m.errors, Resets: m.resets - m.baseline}
	if !m.at.IsZero() && c.in.Packets > m.last.in.Packets {
		u.LastInput = justNow
	}
	if !m.at.IsZero() && c.out.Packets > m.last.out.Packets {
		u.LastOutput = justNow
	}
	return u
}

// since returns the counters without those of the base, all of them when the link has
// begun anew.
func (c linkCount) since(base linkCount) linkCount {
	if c.in.Packets < base.in.Packets || c.out.Packets < base.out.Packets {
		return c
	}
	minus := func(a, b kernel.Traffic) kernel.Traffic {
		return kernel.Traffic{Packets: a.Packets - b.Packets, Bytes: a.Bytes - b.Bytes, Errors: a.Errors - b.Errors, Drops: a.Drops - b.Drops}
	}
	d, e := c.detail, base.detail
	return linkCount{minus(c.in, base.in), minus(c.out, base.out), kernel.LinkDetail{
		Multicast: d.Multicast - e.Multicast, Length: d.Length - e.Length, CRC: d.CRC - e.CRC, Frame: d.Frame - e.Frame,
		Overrun: d.Overrun - e.Overrun, Missed: d.Missed - e.Missed, Underrun: d.Underrun - e.Underrun, Aborted: d.Aborted - e.Aborted,
		Carrier: d.Carrier - e.Carrier, Window: d.Window - e.Window, Pulse: d.Pulse - e.Pulse, Collisions: d.Collisions - e.Collisions,
	}}
}
