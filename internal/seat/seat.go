// Package seat is the lines of the router as places where users sit: who has which,
// since when, and how to have him leave. A Table is safe for concurrent use.
package seat

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"conft/debug"
	"conft/internal/config"
)

// Seat is a line that is taken. What does not change may be read by anybody.
type Seat struct {
	Number int  // as `show line` counts: 0 is the console
	Remote bool // an SSH session; otherwise a console, or one attached to it
	Since  time.Time
	SSH    SSH

	table   *Table
	by      debug.Origin // guarded by table.mu
	session Session
}

// Session is what is known of a session; its methods are safe for concurrent use.
type Session interface {
	Idle() time.Duration // for how long nothing was typed
	Clear()              // has the user leave
	Say(text string)     // shows lines that everybody is to see
}

// SSH is what a session over SSH has agreed on.
type SSH struct{ CipherIn, CipherOut, MACIn, MACOut string }

// Table is all lines.
type Table struct {
	mu    sync.Mutex
	taken map[int]*Seat
	uses  map[int]int
}

// NewTable returns lines that nobody uses.
func NewTable() *Table { return &Table{taken: map[int]*Seat{}, uses: map[int]int{}} }

// VTY is the number of a vty, as `line vty` counts, negative for the console.
func (s *Seat) VTY() int { return s.Number - config.FirstVTY }

// Name is how the line is called: "con 0", "vty 3".
func Name(number int) (kind string, index int) {
	switch {
	case number >= config.FirstVTY:
		return "vty", number - config.FirstVTY
	case number == config.AuxNumber:
		return "aux", 0
	}
	return "con", 0
}

// TakeConsole gives the console, or where it is taken the first vty that is free: an
// attached console is never refused.
func (t *Table) TakeConsole() *Seat {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	if t.taken[n] != nil {
		for n = config.FirstVTY; t.taken[n] != nil; n++ {
		}
	}
	return t.take(&Seat{Number: n})
}

// Free returns the first free vty that may be used.
func (t *Table) Free(lines []config.Line, may func(*config.Line) bool) (number int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range lines {
		if n := config.FirstVTY + i; t.taken[n] == nil && may(&lines[i]) {
			return n, true
		}
	}
	return 0, false
}

// TakeVTY gives a vty, nil if it is taken.
func (t *Table) TakeVTY(number int, by debug.Origin, agreed SSH) *Seat {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.taken[number] != nil {
		return nil
	}
	return t.take(&Seat{Number: number, Remote: true, SSH: agreed, by: by})
}

// take seats somebody. The caller holds the mutex.
func (t *Table) take(s *Seat) *Seat {
	s.table, s.Since = t, time.Now()
	t.taken[s.Number] = s
	t.uses[s.Number]++
	return s
}

// Leave gives the line back.
func (s *Seat) Leave() {
	s.table.mu.Lock()
	defer s.table.mu.Unlock()
	if s.table.taken[s.Number] == s {
		delete(s.table.taken, s.Number)
	}
}

// SetUser tells who sits here.
func (s *Seat) SetUser(by debug.Origin) {
	s.table.mu.Lock()
	defer s.table.mu.Unlock()
	s.by = by
}

// SetSession tells which session is here.
func (s *Seat) SetSession(x Session) {
	s.table.mu.Lock()
	defer s.table.mu.Unlock()
	s.session = x
}

// Taken is a line that somebody uses, as `show users` prints it.
type Taken struct {
	*Seat
	By   debug.Origin
	Idle time.Duration
}

// Taken returns the lines in use, by number.
func (t *Table) Taken() []Taken {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []Taken
	for _, s := range t.taken {
		x := Taken{Seat: s, By: s.by}
		if s.session != nil {
			x.Idle = s.session.Idle()
		}
		all = append(all, x)
	}
	slices.SortFunc(all, func(a, b Taken) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// Uses is how often a line has been taken.
func (t *Table) Uses(number int) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.uses[number]
}

// Tell shows every user some lines, without waiting for a terminal that takes nothing, but not the
// one on a line of that name: he has them already.
func (t *Table) Tell(text, except string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.taken {
		if s.session != nil && s.by.Line != except {
			go s.session.Say(text)
		}
	}
}

// Clear ends the session on a line; false when there is none.
func (t *Table) Clear(number int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.taken[number]
	if s == nil || s.session == nil {
		return false
	}
	s.session.Clear()
	return true
}
