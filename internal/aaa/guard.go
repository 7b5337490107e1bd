package aaa

import (
	"context"
	"fmt"
	"sync"
	"time"

	"conft/debug"
	"conft/internal/config"
)

// guard counts failures for `login block-for`. The clock of the machine is not asked,
// which somebody may set meanwhile.
type guard struct {
	mu       sync.Mutex
	failures []time.Time
	until    time.Time // the end of the quiet mode
	quiet    bool
	total    int
}

// Watch is the state of the watch over failed logins.
type Watch struct {
	Failures, Total int           // within the watch period, and ever
	Window          time.Duration // what is left of the watch period
	Quiet           time.Duration // what is left of the quiet mode, 0 when there is none
}

// Watch returns it as it is now.
func (a *Access) Watch() Watch {
	g, now := &a.guard, time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	within := time.Duration(a.Config().Guard.Within) * time.Second
	w := Watch{Total: g.total, Window: within}
	if g.quiet {
		w.Quiet = max(0, g.until.Sub(now))
	}
	g.forget(now, within)
	if w.Failures = len(g.failures); w.Failures > 0 {
		w.Window = within - now.Sub(g.failures[0])
	}
	return w
}

// forget drops what has happened before the watch period.
func (g *guard) forget(now time.Time, within time.Duration) {
	for len(g.failures) > 0 && now.Sub(g.failures[0]) > within {
		g.failures = g.failures[1:]
	}
}

// Quiet reports whether somebody is not let in for now. The console is never closed:
// somebody must be able to come in.
func (a *Access) Quiet(at Attempt) bool {
	g := &a.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.quiet && !time.Now().Before(g.until) {
		g.quiet, g.failures = false, nil
		a.Emit(debug.QuietOff{At: a.source(at).At})
	}
	return g.quiet && !at.Console && !at.Exempt
}

// failed tells of a failure, and takes its time over it.
func (a *Access) failed(ctx context.Context, c *config.Config, at Attempt) {
	if c.Guard.LogFailure {
		a.Emit(debug.LoginFailed{LoginSource: a.source(at)})
	}
	a.count(c, at)
	delay := c.Guard.Delay
	if delay == 0 && c.Guard.BlockFor > 0 {
		delay = 1
	}
	if delay == 0 {
		return
	}
	wait := time.NewTimer(time.Duration(delay) * time.Second)
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

// count begins the quiet mode when there were too many failures within the time.
func (a *Access) count(c *config.Config, at Attempt) {
	g := &a.guard
	g.mu.Lock()
	defer g.mu.Unlock()
	g.total++
	if c.Guard.BlockFor == 0 || g.quiet {
		return
	}
	now := time.Now()
	within := time.Duration(c.Guard.Within) * time.Second
	g.forget(now, within)
	if g.failures = append(g.failures, now); len(g.failures) < c.Guard.Attempts {
		return
	}
	left := within - now.Sub(g.failures[0])
	g.quiet, g.until = true, now.Add(time.Duration(c.Guard.BlockFor)*time.Second)
	a.Emit(debug.QuietOn{LoginSource: a.source(at), Left: int(left.Seconds()), ACL: c.Guard.QuietClass})
}

func enableUser(level int) string { return fmt.Sprintf("$enab%d$", level) }
