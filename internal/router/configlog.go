package router

import (
	"strings"
	"sync"
	"time"

	"conft/debug"
	"conft/internal/config"
)

// ConfigLogged is one configuration line of the log of changes.
type ConfigLogged struct {
	Index int // from 1, since the router started
	When  time.Time
	By    debug.Origin
	Line  string // without keys and passwords, a blank before it for each block around it

	Session int // of configuration
}

// configLog is the newest lines that changed the configuration. Safe for concurrent use.
type configLog struct {
	mu       sync.Mutex
	count    int
	sessions int
	lines    []ConfigLogged
}

// add keeps a line, and forgets the oldest beyond size.
func (l *configLog) add(entry ConfigLogged, size int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	entry.Index = l.count
	l.lines = append(l.lines, entry)
	l.lines = l.lines[max(0, len(l.lines)-size):]
}

// ConfigSession numbers a session of configuration that begins, from 1.
func (r *Router) ConfigSession() int {
	r.changes.mu.Lock()
	defer r.changes.mu.Unlock()
	r.changes.sessions++
	return r.changes.sessions
}

// Configured tells the router that somebody typed a configuration line in a session which
// was accepted; of keys and passwords it has none.
func (r *Router) Configured(by debug.Origin, session int, line string) {
	r.stamps.changed(r.clock.Now(), by)
	var a config.ArchiveLog
	r.View(func(c *config.Config) { a = c.Archive.Log })
	if !a.Enabled {
		return
	}
	r.changes.add(ConfigLogged{When: r.clock.Now(), By: by, Line: line, Session: session}, a.Size)
	if a.Notify {
		r.hub.Emit(debug.LoggedCommand{User: by.Name(), Command: strings.TrimLeft(line, " ")})
	}
}

// ConfigLog returns the log of changes, oldest first.
func (r *Router) ConfigLog() []ConfigLogged {
	r.changes.mu.Lock()
	defer r.changes.mu.Unlock()
	return append([]ConfigLogged(nil), r.changes.lines...)
}

// ClearConfigLog forgets the lines logged so far; the numbers go on.
func (r *Router) ClearConfigLog() {
	r.changes.mu.Lock()
	defer r.changes.mu.Unlock()
	r.changes.lines = nil
}
