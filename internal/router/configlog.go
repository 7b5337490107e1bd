package router

import (
	"sync"
	"time"

	"conft/debug"
)

// ConfigLogged is one configuration line of the log of changes.
type ConfigLogged struct {
	Index int // from 1, since the router started
	When  time.Time
	By    debug.Origin
	Line  string // without keys and passwords
}

// configLog is the newest lines that changed the configuration. Safe for concurrent use.
type configLog struct {
	mu    sync.Mutex
	count int
	lines []ConfigLogged
}

// add keeps a line, and forgets the oldest beyond size.
func (l *configLog) add(when time.Time, by debug.Origin, line string, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	l.lines = append(l.lines, ConfigLogged{l.count, when, by, line})
	l.lines = l.lines[max(0, len(l.lines)-size):]
}

// Configured tells the router that somebody typed a configuration line which was
// accepted; of keys and passwords it has none.
func (r *Router) Configured(by debug.Origin, line string) {
	r.stamps.changed(r.clock.Now(), by)
	a := r.running.Load().Archive.Log
	if !a.Enabled {
		return
	}
	r.changes.add(r.clock.Now(), by, line, a.Size)
	if a.Notify {
		r.hub.Emit(debug.LoggedCommand{User: by.Name(), Command: line})
	}
}

// ConfigLog returns the log of changes, oldest first.
func (r *Router) ConfigLog() []ConfigLogged {
	r.changes.mu.Lock()
	defer r.changes.mu.Unlock()
	return append([]ConfigLogged(nil), r.changes.lines...)
}
