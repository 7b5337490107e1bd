package router

import (
	"encoding/json"
	"sync"
	"time"

	"conft/debug"
)

// ConfigStamps say when a configuration was changed and saved, and by whom. A zero time
// stands for never.
type ConfigStamps struct {
	Changed, Saved     time.Time
	ChangedBy, SavedBy string // user, "" when nobody logged in by name
}

// stamps are those of the running and of the saved configuration. They are safe for
// concurrent use.
type stamps struct {
	mu      sync.Mutex
	running ConfigStamps
	saved   ConfigStamps // as stored
	read    bool         // saved is what is stored
}

// stampsKey is where the stamps of the saved configuration are stored, beside it: the
// text itself is the configuration and nothing else.
const stampsKey = "config-stamps"

// changed notes a change of the running configuration.
func (s *stamps) changed(when time.Time, by debug.Origin) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running.Changed, s.running.ChangedBy = when, by.User
}

// ConfigStamps returns the stamps of the running configuration and of the saved one.
func (r *Router) ConfigStamps() (running, saved ConfigStamps) {
	r.stamps.mu.Lock()
	defer r.stamps.mu.Unlock()
	r.readStamps()
	return r.stamps.running, r.stamps.saved
}

// readStamps reads what is stored, once; the mutex is held.
func (r *Router) readStamps() {
	if r.stamps.read {
		return
	}
	r.stamps.read = true
	if b, ok, err := r.nvram.Get(stampsKey); err == nil && ok && json.Unmarshal(b, &r.stamps.saved) == nil {
		r.stamps.running.Saved, r.stamps.running.SavedBy = r.stamps.saved.Saved, r.stamps.saved.SavedBy
	}
}

// stampSaved notes that the running configuration was saved, which it is even where that
// cannot be kept for the next start.
func (r *Router) stampSaved(by debug.Origin) {
	r.stamps.mu.Lock()
	defer r.stamps.mu.Unlock()
	r.readStamps()
	r.stamps.running.Saved, r.stamps.running.SavedBy = r.clock.Now(), by.User
	r.stamps.saved = r.stamps.running
	b, err := json.Marshal(r.stamps.saved)
	if err == nil {
		err = r.nvram.Put(stampsKey, b)
	}
	r.unkept("the time of saving", err)
}
