package router

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"conft/debug"
	"conft/internal/config"
)

func TestRollback(t *testing.T) {
	const minutes = 5
	for name, c := range map[string]struct {
		do   func(*rollbacks)
		want []string
	}{
		"nobody confirms": {func(*rollbacks) {}, []string{"scheduled 0s", "warning 4m0s", "told 4m0s", "starts 5m0s", "told 5m0s", "applied a 5m0s"}},
		"confirmed":       {func(r *rollbacks) { r.mu.Lock(); r.drop(); r.mu.Unlock() }, []string{"scheduled 0s"}},
		"at once":         {func(r *rollbacks) { r.back(r.pending, func(string) {}) }, []string{"scheduled 0s", "starts 2m0s", "applied a 2m0s"}},
		"a new time": {func(r *rollbacks) { b := *r.pending; b.After = time.Minute; r.start(b) },
			[]string{"scheduled 0s", "scheduled 2m0s", "warning 2m0s", "told 2m0s", "starts 3m0s", "told 3m0s", "applied a 3m0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				var saw []string
				note := func(what string) { saw = append(saw, fmt.Sprint(what, " ", time.Since(begin))) }
				r := &rollbacks{
					emit: func(e debug.Event) {
						switch e.(type) {
						case debug.RollbackScheduled:
							note("scheduled")
						case debug.RollbackWarning:
							note("warning")
						case debug.RollbackStarts:
							note("starts")
						}
					},
					tell:  func(string) { note("told") },
					apply: func(c *config.Config) { note("applied " + c.Hostname) },
				}
				old := config.New()
				old.Hostname = "a"
				r.start(Rollback{To: "flash:x", After: minutes * time.Minute, config: old})
				time.Sleep(2 * time.Minute)
				c.do(r)
				time.Sleep(time.Hour)
				synctest.Wait()
				if !slices.Equal(saw, c.want) {
					t.Errorf("%q, want %q", saw, c.want)
				}
			})
		})
	}
}
