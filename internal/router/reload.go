package router

import (
	"fmt"
	"sync"
	"time"

	"conft/debug"
)

// ScheduledReload is a restart at a time to come.
type ScheduledReload struct {
	For    time.Time // by the router's clock
	By     debug.Origin
	Reason string
}

// schedule holds the one restart that may be scheduled. Safe for concurrent use.
type schedule struct {
	mu     sync.Mutex
	next   *ScheduledReload
	timers []*time.Timer
}

// shutdownMarks are how long before the restart everybody is told of it.
var shutdownMarks = []time.Duration{time.Hour, 30 * time.Minute, 5 * time.Minute, time.Minute}

// set replaces what was scheduled, by nothing when s is nil, and reports whether there
// was anything. The time that is left is told at once and at each mark.
func (x *schedule) set(s *ScheduledReload, after time.Duration, tell func(left time.Duration), then func()) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	was := x.next != nil
	for _, t := range x.timers {
		t.Stop()
	}
	if x.next, x.timers = s, nil; s == nil {
		return was
	}
	at := func(d time.Duration, f func()) {
		x.timers = append(x.timers, time.AfterFunc(d, func() {
			x.mu.Lock()
			due := x.next == s
			x.mu.Unlock()
			if due {
				f()
			}
		}))
	}
	tell(after)
	for _, left := range shutdownMarks {
		if left < after {
			at(after-left, func() { tell(left) })
		}
	}
	at(after, then)
	return was
}

// ScheduleReload has the router restart at s.For.
func (r *Router) ScheduleReload(s ScheduledReload) {
	tell := func(left time.Duration) {
		left = left.Round(time.Second)
		r.seats.Tell(fmt.Sprintf("\n\n***\n*** --- SHUTDOWN in %d:%02d:%02d ---\n***\n\n", left/time.Hour, left/time.Minute%60, left/time.Second%60), "")
	}
	r.scheduled.set(&s, s.For.Sub(r.clock.Now()), tell, func() {
		r.hub.Emit(debug.SysReload{By: s.By, Reason: s.Reason})
		r.Reload()
	})
}

// CancelReload reports whether a restart was scheduled, which then does not happen.
func (r *Router) CancelReload() bool { return r.scheduled.set(nil, 0, nil, nil) }

// NextReload returns the restart that is scheduled.
func (r *Router) NextReload() (ScheduledReload, bool) {
	r.scheduled.mu.Lock()
	defer r.scheduled.mu.Unlock()
	if r.scheduled.next == nil {
		return ScheduledReload{}, false
	}
	return *r.scheduled.next, true
}

// Reload asks whoever runs the router to start it anew from the startup
// configuration.
func (r *Router) Reload() {
	select {
	case r.reload <- struct{}{}:
	default:
	}
}

// Reloads delivers a value when Reload was called.
func (r *Router) Reloads() <-chan struct{} { return r.reload }
