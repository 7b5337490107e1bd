package router

import (
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
	mu    sync.Mutex
	next  *ScheduledReload
	timer *time.Timer
}

// set replaces what was scheduled, by nothing when s is nil, and reports whether there
// was anything.
func (x *schedule) set(s *ScheduledReload, after time.Duration, then func()) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	was := x.next != nil
	if was {
		x.timer.Stop()
	}
	if x.next = s; s != nil {
		x.timer = time.AfterFunc(after, func() {
			x.mu.Lock()
			due := x.next == s
			x.mu.Unlock()
			if due {
				then()
			}
		})
	}
	return was
}

// ScheduleReload has the router restart at s.For.
func (r *Router) ScheduleReload(s ScheduledReload) {
	r.scheduled.set(&s, s.For.Sub(r.clock.Now()), func() {
		r.hub.Emit(debug.SysReload{By: s.By, Reason: s.Reason})
		r.Reload()
	})
}

// CancelReload reports whether a restart was scheduled, which then does not happen.
func (r *Router) CancelReload() bool { return r.scheduled.set(nil, 0, nil) }

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
