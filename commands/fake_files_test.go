package commands

import (
	"strconv"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/flash"
	"conft/internal/router"
)

// fakeFiles is flash: in a directory of the test, and what is pending.
type fakeFiles struct {
	flash    *flash.FS
	archived []string
	log      []router.ConfigLogged
	pending  *router.Rollback
	before   *config.Config
	reload   *router.ScheduledReload
}

func (r *fakeRouter) Flash() *flash.FS { return r.files.flash }

func (r *fakeRouter) Archives() ([]string, error) {
	if r.config.Archive.Path == "" {
		return nil, router.ErrNoArchive
	}
	return r.files.archived, nil
}

func (r *fakeRouter) NextArchive() (string, error) {
	return "a-" + strconv.Itoa(len(r.files.archived)), nil
}

func (r *fakeRouter) Archive() (string, error) {
	if _, err := r.Archives(); err != nil {
		return "", err
	}
	name, _ := r.NextArchive()
	r.files.archived = append(r.files.archived, name)
	return name, r.files.flash.Write(name, []byte(Text(r.config)))
}

func (r *fakeRouter) ConfigLog() []router.ConfigLogged { return r.files.log }

func (r *fakeRouter) ClearConfigLog() { r.files.log = nil }

func (r *fakeRouter) ConfigSession() int { return len(r.files.log) + 1 }

func (r *fakeRouter) Configured(by debug.Origin, session int, line string) {
	r.files.log = append(r.files.log, router.ConfigLogged{Index: len(r.files.log) + 1, By: by, Session: session, Line: line})
}

func (r *fakeRouter) Base(string) *config.Config { return newRouter() }

func (r *fakeRouter) Change(f func(*config.Config) error) error {
	c := r.config.Clone()
	if err := f(c); err != nil {
		return err
	}
	r.config = c
	return nil
}

func (r *fakeRouter) Replace(c *config.Config) error { r.config = c; return nil }

func (r *fakeRouter) StartRollback(c *config.Config, b router.Rollback) {
	if c != nil {
		r.files.before = c
	}
	b.Set = r.clock.now
	r.files.pending = &b
}

func (r *fakeRouter) PendingRollback() (router.Rollback, bool) {
	if r.files.pending == nil {
		return router.Rollback{}, false
	}
	return *r.files.pending, true
}

func (r *fakeRouter) ConfirmRollback() bool {
	was := r.files.pending != nil
	r.files.pending = nil
	return was
}

func (r *fakeRouter) RevertNow() bool {
	r.config = r.files.before
	return r.ConfirmRollback()
}

func (r *fakeRouter) ScheduleReload(s router.ScheduledReload) { r.files.reload = &s }

func (r *fakeRouter) CancelReload() bool {
	was := r.files.reload != nil
	r.files.reload = nil
	return was
}

func (r *fakeRouter) NextReload() (router.ScheduledReload, bool) {
	if r.files.reload == nil {
		return router.ScheduledReload{}, false
	}
	return *r.files.reload, true
}
