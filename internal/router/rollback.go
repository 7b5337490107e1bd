package router

import (
	"sync"
	"time"

	"conft/debug"
	"conft/internal/config"
)

// Rollback is a return to an earlier configuration that happens unless somebody
// confirms in time what was changed meanwhile.
type Rollback struct {
	To    string // where the earlier configuration is kept, for messages
	By    debug.Origin
	Level int       // his privilege
	Set   time.Time // when the time was set, by the router's clock
	After time.Duration

	config *config.Config
}

// rollbacks holds the one rollback that may be pending. Safe for concurrent use.
type rollbacks struct {
	emit  func(debug.Event)
	tell  func(string) // every user
	apply func(*config.Config)

	mu      sync.Mutex
	pending *Rollback
	timers  []*time.Timer
}

// start replaces whatever was pending.
func (r *rollbacks) start(b Rollback) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop()
	r.pending = &b
	r.emit(debug.RollbackScheduled{By: b.By, Level: b.Level, To: b.To, Minutes: int(b.After / time.Minute)})
	p := r.pending
	r.timers = append(r.timers,
		time.AfterFunc(b.After-time.Minute, func() { r.warn(p) }),
		time.AfterFunc(b.After, func() { r.back(p, r.tell) }))
}

func (r *rollbacks) warn(b *Rollback) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pending == b {
		r.emit(debug.RollbackWarning{To: b.To})
		r.tell("\nRollback Confirmed Change: Rollback will begin in one minute.\nEnter \"configure confirm\" if you wish to keep what you've configured\n\n")
	}
}

// back returns to the earlier configuration, unless b is no longer what is pending, and
// tells of it.
func (r *rollbacks) back(b *Rollback, tell func(string)) {
	r.mu.Lock()
	mine := b != nil && r.pending == b
	if mine {
		r.drop()
	}
	r.mu.Unlock()
	if mine {
		r.emit(debug.RollbackStarts{To: b.To})
		tell("\nRollback Confirmed Change: rolling to:" + b.To + "\n\n")
		r.apply(b.config)
	}
}

// drop forgets what is pending; it reports whether there was any.
func (r *rollbacks) drop() bool {
	was := r.pending != nil
	for _, t := range r.timers {
		t.Stop()
	}
	r.pending, r.timers = nil, nil
	return was
}

// StartRollback has the router return to c in a while, unless ConfirmRollback comes
// first; b.To says where c is kept. A nil c sets the time of b, which is pending, anew.
func (r *Router) StartRollback(c *config.Config, b Rollback) {
	if b.Set = r.clock.Now(); c != nil {
		b.config = c
		r.hub.Emit(debug.RollbackBackup{To: b.To})
	}
	r.rollbacks.start(b)
}

// PendingRollback returns the rollback that waits for its time.
func (r *Router) PendingRollback() (Rollback, bool) {
	r.rollbacks.mu.Lock()
	defer r.rollbacks.mu.Unlock()
	if r.rollbacks.pending == nil {
		return Rollback{}, false
	}
	return *r.rollbacks.pending, true
}

// ConfirmRollback keeps what was changed; it reports whether a rollback was pending.
func (r *Router) ConfirmRollback() bool {
	r.rollbacks.mu.Lock()
	defer r.rollbacks.mu.Unlock()
	return r.rollbacks.drop()
}

// RevertNow carries out the pending rollback at once; it reports whether there was one.
func (r *Router) RevertNow() bool {
	r.rollbacks.mu.Lock()
	b := r.rollbacks.pending
	r.rollbacks.mu.Unlock()
	r.rollbacks.back(b, func(string) {}) // he is told by the command
	return b != nil
}

// Replace makes c the running configuration. What both have in common is not touched.
func (r *Router) Replace(c *config.Config) error {
	return r.Change(func(to *config.Config) error {
		*to = *c.Clone()
		return nil
	})
}

// rollBack is Replace with nobody there to be told of an error but the log.
func (r *Router) rollBack(c *config.Config) {
	if err := r.Replace(c); err != nil {
		r.hub.Emit(debug.Notice{Level: 3, Facility: "CONFT", Mnemonic: "ROLLBACK", Text: oneLine(err)})
	}
}
