package shell

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"conft/internal/config"
	"conft/shell/grammar"
)

// late is what a session knows of its lines that are staged.
type late struct {
	staged bool // owned by the session's goroutine

	mu      sync.Mutex
	refused []string // texts about lines that had to be taken back
}

// pause is how long the lines of a paste may be apart.
const pause = 20 * time.Millisecond

// change makes the change of one line of configuration. A line that others follow is
// staged: in a paste of thousands each would wait for the kernel.
func (s *Session) change(at grammar.Position[*config.Config], line string, step *grammar.Step[*config.Config]) error {
	apply := func(step *grammar.Step[*config.Config]) func(*config.Config) error {
		return func(c *config.Config) (err error) {
			if *step, err = at.Apply(c, line); err == nil && !step.Changed {
				err = config.ErrUnchanged
			}
			return err
		}
	}
	if !s.ahead(0) {
		s.late.staged = false // it takes effect with this one
		return s.backend.Change(apply(step))
	}
	word := strings.Fields(line) // the first one alone: a password may follow
	err := s.backend.Stage(apply(step), apply(new(grammar.Step[*config.Config])), func(err error) {
		s.late.mu.Lock()
		defer s.late.mu.Unlock()
		s.late.refused = append(s.late.refused, fmt.Sprintf(msgTakenBack, word[0], err))
	})
	s.late.staged = s.late.staged || err == nil
	if step.AtOnce && err == nil {
		s.settle()
	}
	return err
}

// ahead reports whether more than the running line has been typed, or is within a time.
func (s *Session) ahead(within time.Duration) bool {
	if s.script != nil {
		_, more := s.script.peek()
		return more
	}
	return s.keyboard.waits(within)
}

// settle has the staged lines take effect, and says which could not.
func (s *Session) settle() {
	if s.late.staged {
		s.late.staged = false
		s.backend.Settle()
	}
	s.late.mu.Lock()
	refused := s.late.refused
	s.late.refused = nil
	s.late.mu.Unlock()
	for _, text := range refused {
		s.refused = true
		s.print(text)
	}
}

// rest is called before a key is waited for: when none comes for a moment the paste is over.
func (s *Session) rest() {
	if s.late.staged && !s.ahead(pause) {
		s.settle()
	}
}
