package grammar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in the configuration: the root mode and the blocks that
// are open, each with the arguments that opened it. It is a value and stays
// usable when the configuration changes under it.
type Position[T any] struct {
	root  *Mode[T]
	stack []frame // never changed in place
}

// frame is one open block.
type frame struct {
	block *command
	args  Args
}

// Start is the position in the outermost mode.
func (m *Mode[T]) Start() Position[T] { return Position[T]{root: m} }

// Prompt returns what stands in brackets in the prompt.
func (p Position[T]) Prompt() string { return p.table(len(p.stack)).prompt }

func (p Position[T]) table(depth int) *table {
	if depth == 0 {
		return p.root.t
	}
	return p.stack[depth-1].block.sub
}

// Step is what one line of configuration led to.
type Step[T any] struct {
	Next    Position[T] // where the next line is typed
	Changed bool        // a handler has run: the value is to be committed
	Notes   []string    // to be printed after the commit
	End     bool        // configuration mode is left
	Do      string      // the EXEC line behind `do`, typed at DoAt, or an Action
	DoAt    int
}

// Apply interprets one line on v, a private copy of the configuration. A line
// that the sub-mode does not know is tried in the modes around it and then
// leaves the sub-mode. The error is an *Error when the line does not match; any
// other error is a handler's. After an error v is to be thrown away.
func (p Position[T]) Apply(v T, line string) (Step[T], error) {
	depth, m, err := p.match(line)
	if err != nil || m == nil {
		return Step[T]{Next: p}, err
	}
	here := Position[T]{p.root, slices.Clip(p.stack[:depth])}
	switch m.cmd.control {
	case exitWord:
		if depth == 0 {
			return Step[T]{Next: here, End: true}, nil
		}
		here.stack = here.stack[:depth-1]
		return Step[T]{Next: here}, nil
	case endWord:
		return Step[T]{Next: Position[T]{root: p.root}, End: true}, nil
	case doWord:
		val := m.args.values["LINE"][0]
		return Step[T]{Next: p, Do: val.text, DoAt: val.offset}, nil
	case actionWord:
		return Step[T]{Next: here, Do: line}, nil
	}
	var on any = v
	for _, f := range here.stack {
		if on, err = f.block.open(on, f.args); err != nil {
			return Step[T]{Next: p}, err
		}
	}
	step := Step[T]{Next: here, Changed: true}
	m.args.notes = &step.Notes
	if err := m.run(on); err != nil {
		return Step[T]{Next: p}, err
	}
	if m.cmd.sub != nil && m.form == plain {
		m.args.notes = nil
		step.Next.stack = append(step.Next.stack, frame{m.cmd, m.args})
	}
	return step, nil
}

// match finds the mode that knows the line. The sub-mode's own error is the one
// reported when none does.
func (p Position[T]) match(line string) (int, *match, error) {
	var first error
	for depth := len(p.stack); ; depth-- {
		m, err := p.table(depth).match(line, maxPriv)
		var e *Error
		if !errors.As(err, &e) || e.Kind != Invalid {
			return depth, m, err
		}
		if first == nil {
			first = err
		}
		if depth == 0 {
			return 0, nil, first
		}
	}
}

// Ask answers a `?` typed behind line.
func (p Position[T]) Ask(line string) (Answer, error) {
	return p.table(len(p.stack)).ask(line, maxPriv)
}

// Complete returns what Tab adds to line, false when the word is not unique.
func (p Position[T]) Complete(line string) (string, bool) {
	return p.table(len(p.stack)).complete(line, maxPriv)
}

// LineError is a line of a text that was refused.
type LineError struct {
	Number int // from 1
	Text   string
	Err    error
}

func (e *LineError) Error() string {
	return fmt.Sprintf("line %d: %q: %v", e.Number, e.Text, e.Err)
}

func (e *LineError) Unwrap() error { return e.Err }

var errAction = errors.New("% This is no configuration; it has to be typed")

// Parse interprets a whole text on v, in one transaction of the caller's. Every
// line is tried; the error joins a *LineError for each that was refused.
func (m *Mode[T]) Parse(v T, text string) error {
	var errs []error
	pos := m.Start()
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		step, err := pos.Apply(v, line)
		if err == nil && step.Do != "" {
			err = errAction
		}
		if err != nil {
			errs = append(errs, &LineError{number, line, err})
		}
		pos = step.Next
		if step.End {
			pos = m.Start()
		}
	}
	return errors.Join(errs...)
}
