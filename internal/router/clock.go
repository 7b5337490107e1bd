package router

import (
	"sync"
	"time"

	"conft/internal/config"
)

// ClockSource says where the router's time comes from at start.
type ClockSource uint8

const (
	SystemClock ClockSource = iota // the machine's clock
	BootClock                      // *Mar  1 00:00:00, as a box without a clock starts
)

// bootTime is when the time of a router without a clock begins.
var bootTime = time.Date(1993, time.March, 1, 0, 0, 0, 0, time.UTC)

// Clock is the router's time. It is safe for concurrent use.
type Clock struct {
	source ClockSource
	start  time.Time
	synced func() bool // of the machine's clock

	mu     sync.Mutex
	offset time.Duration // what `clock set` added
	set    bool
	was    bool // the machine's clock has been seen synchronised
	zone   config.TimeZone
}

// NewClock starts a clock. synced tells whether the machine's clock is synchronised.
func NewClock(source ClockSource, synced func() bool) *Clock {
	c := &Clock{source: source, start: time.Now(), synced: synced}
	if source == BootClock {
		c.offset = bootTime.Sub(c.start)
	}
	return c
}

// SetZone has the time shown in a zone.
func (c *Clock) SetZone(z config.TimeZone) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone = z
}

// Now returns the router's time in its zone.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.zone.In(c.utc())
}

func (c *Clock) utc() time.Time {
	// Measured from the start, so that a step of the machine's clock is a step of
	// the router's only where that clock is the source.
	if c.source == BootClock || c.set {
		return c.start.Add(time.Since(c.start)).Add(c.offset).UTC()
	}
	return time.Now().UTC()
}

// TimeSource says where the router's time comes from.
type TimeSource uint8

const (
	NoSource   TimeSource = iota // a time that nobody has set
	UserSource                   // `clock set`
	NTPSource                    // the machine's clock, which follows another
	LostSource                   // which followed another
)

// Source says where the time comes from.
func (c *Clock) Source() TimeSource {
	switch c.Mark() {
	case '*':
		return NoSource
	case '.':
		return LostSource
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.set {
		return UserSource
	}
	return NTPSource
}

// TimeSource says where the router's time comes from.
func (r *Router) TimeSource() TimeSource { return r.clock.Source() }

// Mark returns '*' for a time that nobody has set, '.' for one whose
// synchronisation was lost, and 0 for one to rely on.
func (c *Clock) Mark() byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.set:
		return 0
	case c.source == BootClock:
		return '*'
	case c.synced():
		c.was = true
		return 0
	case c.was:
		return '.'
	}
	return '*'
}

// Set makes t the router's time from now on.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset = t.Sub(c.start.Add(time.Since(c.start)))
	c.set = true
}

// Uptime returns the time since the start.
func (c *Clock) Uptime() time.Duration { return time.Since(c.start) }
