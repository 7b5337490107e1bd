package aaa

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
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
	refused  int       // since a failure was logged last
	entered  int       // since somebody was logged who came in
	list     []Failure // the newest last
}

// Failure is somebody who did not come in.
type Failure struct {
	User  string
	Addr  netip.Addr // invalid on the console
	Port  uint16     // of the router, 0 on the console
	Count int        // how often
	At    string     // the last time, as `show clock` prints it
}

// maxFailures is how many of them are remembered.
const maxFailures = 50

// Failures returns those who did not come in lately, the newest last, and how often anybody ever did not.
func (a *Access) Failures() (list []Failure, total int) {
	a.guard.mu.Lock()
	defer a.guard.mu.Unlock()
	return slices.Clone(a.guard.list), a.guard.total
}

// remember adds a failure to the list. The caller holds the mutex.
func (g *guard) remember(s debug.LoginSource) {
	visible := func(r rune) rune {
		if hidden(r) {
			return '.'
		}
		return r
	}
	f := Failure{User: strings.Map(visible, s.User), Addr: s.Addr, Port: s.Port, Count: 1, At: s.At}
	same := func(x Failure) bool { return x.User == f.User && x.Addr == f.Addr && x.Port == f.Port }
	if i := slices.IndexFunc(g.list, same); i >= 0 {
		f.Count += g.list[i].Count
		g.list = slices.Delete(g.list, i, i+1)
	}
	g.list = append(g.list, f)
	g.list = g.list[max(0, len(g.list)-maxFailures):]
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
	a.wake(at)
	return g.quiet && !at.Console && !at.Exempt
}

// wake ends the quiet mode when its time is over, or nobody wants one any more. The caller holds
// the mutex.
func (a *Access) wake(at Attempt) {
	g := &a.guard
	over := !time.Now().Before(g.until)
	if !g.quiet || !over && a.Config().Guard.BlockFor > 0 {
		return
	}
	if g.quiet, g.failures = false, nil; over {
		a.Emit(debug.QuietOff{At: a.source(at).At})
	}
}

// due counts one more, and reports whether it is logged where every so many are; 0 are none.
func (g *guard) due(count *int, every int) bool {
	if every == 0 {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if *count++; *count < every {
		return false
	}
	*count = 0
	return true
}

// failed tells of a failure, and takes its time over it.
func (a *Access) failed(ctx context.Context, c *config.Config, at Attempt) {
	if a.guard.due(&a.guard.refused, c.Guard.LogFailure) {
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
	g.remember(a.source(at))
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
	block := time.Duration(c.Guard.BlockFor) * time.Second
	g.quiet, g.until = true, now.Add(block)
	time.AfterFunc(block, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		a.wake(at)
	})
	a.Emit(debug.QuietOn{LoginSource: a.source(at), Left: int(left.Seconds()), ACL: c.Guard.QuietClass})
}

func enableUser(level int) string { return fmt.Sprintf("$enab%d$", level) }
