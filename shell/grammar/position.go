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
	root    *Mode[T]
	stack   []frame    // never changed in place
	refused int        // lines indented as deep as this belong to a refused one; 0 is none
	lost    *lost      // the block that was refused, nil when none
	text    *collected // a text that is being typed, nil when none
	until   string     // a text of several lines is passed over to the line that holds this
	rights  *Rights    // nil for all
}

// frame is one open block.
type frame struct {
	block *command
	args  Args
}

// Start is the position in the outermost mode.
func (m *Mode[T]) Start() Position[T] { return Position[T]{root: m} }

// For is the position for somebody who has only some rights; nil are all.
func (p Position[T]) For(r *Rights) Position[T] {
	p.rights = r
	return p
}

// in is the position of the same user in some open blocks, with nothing pending.
func (p Position[T]) in(stack []frame) Position[T] {
	return Position[T]{root: p.root, stack: stack, rights: p.rights}
}

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
	Logged  string      // the line, without its secrets, when Changed; of a text the first one
	Depth   int         // how many blocks are open around that line
	Notes   []string    // to be printed after the commit
	AtOnce  bool        // it is to take effect before the next line is read
	End     bool        // configuration mode is left
	Do      string      // the EXEC line behind `do`, typed at DoAt, or an Action
	DoAt    int
}

// Apply interprets one line on v, a private copy of the configuration. A line
// that the sub-mode does not know is tried in the modes around it and then
// leaves the sub-mode. The error is an *Error when the line does not match; any
// other error is a handler's. After an error v is to be thrown away, and the next
// line is typed where Refused says.
func (p Position[T]) Apply(v T, line string) (Step[T], error) {
	if p.text != nil {
		return p.collect(v, line)
	}
	if p.until != "" {
		if strings.Contains(line, p.until) {
			p.until = ""
		}
		return Step[T]{Next: p}, nil
	}
	if at := indent(line); at < p.refused && at < len(line) {
		p.refused = 0
	}
	depth, m, err := p.match(line)
	if p.refused > 0 && (m != nil || err != nil) {
		return Step[T]{Next: p}, &Error{Kind: Skipped}
	}
	if err != nil {
		return p.answer(line, err)
	}
	if m == nil {
		return Step[T]{Next: p}, nil
	}
	if p.lost.skips(line, nil) {
		return Step[T]{Next: p}, &Error{Kind: Skipped}
	}
	here := p.in(slices.Clip(p.stack[:depth]))
	switch m.cmd.control {
	case exitWord:
		if p.lost != nil {
			return Step[T]{Next: here}, nil
		}
		if depth == 0 {
			return Step[T]{Next: here, End: true}, nil
		}
		notes := here.leave(v)
		here.stack = here.stack[:depth-1]
		return Step[T]{Next: here, Notes: notes}, nil
	case endWord:
		return Step[T]{Next: p.in(nil), End: true}, nil
	case doWord:
		val := m.args.first("LINE")
		return Step[T]{Next: p, Do: val.text, DoAt: val.offset}, nil
	case actionWord:
		return Step[T]{Next: here, Do: line}, nil
	}
	if m.cmd.text != nil && m.form == plain {
		text, complete := m.begin(here.stack, line)
		if !complete {
			here.text = text
			return Step[T]{Next: here}, nil
		}
		return p.setText(v, text)
	}
	on, err := here.open(v)
	if err != nil {
		return Step[T]{Next: p}, err
	}
	step := Step[T]{Next: here, Changed: true, Logged: m.withoutSecrets(line), Depth: depth}
	m.args.notes, m.args.atOnce = &step.Notes, &step.AtOnce
	if err := m.run(on); err != nil {
		return Step[T]{Next: p}, err
	}
	if m.cmd.sub != nil && m.form == plain {
		m.args.notes, m.args.atOnce = nil, nil
		step.Next.stack = append(step.Next.stack, frame{m.cmd, m.args})
	}
	return step, nil
}

// open opens the blocks of the position on v, the innermost last.
func (p Position[T]) open(v T) (on any, err error) {
	on = v
	for _, f := range p.stack {
		if on, err = f.block.open(on, f.args); err != nil {
			return nil, err
		}
	}
	return on, nil
}

// leave is what the innermost block has to say as it is left.
func (p Position[T]) leave(v T) (notes []string) {
	if f := p.stack[len(p.stack)-1]; f.block.leave != nil {
		if on, err := p.open(v); err == nil {
			if note := f.block.leave(on); note != "" {
				notes = []string{note}
			}
		}
	}
	return notes
}

// answer is what is said of a line that no mode can read.
func (p Position[T]) answer(line string, err error) (Step[T], error) {
	step := Step[T]{Next: p}
	var e *Error
	if k, _ := p.knownLine(line, err); k != nil && errors.As(err, &e) && e.Kind == Invalid {
		note, err := k.answer(k.name, k.no)
		if note != "" {
			step.Notes = []string{note}
		}
		return step, err
	}
	if p.lost.skips(line, err) {
		err = &Error{Kind: Skipped}
	}
	return step, err
}

// Refused is the position after a line that was refused. Lines that follow and
// are indented deeper were meant for the sub-mode it would have opened: the
// lines of an interface that is not there must not reach the interface above. Nor
// must they when they are not indented, behind a line that opens a block.
func (p Position[T]) Refused(line string) Position[T] {
	if p.text != nil {
		p.stack, p.text = p.text.stack, nil
		return p
	}
	depth, m, err := p.match(line)
	var e *Error
	k, at := p.knownLine(line, err)
	if k != nil && !k.no && k.end != nil {
		p.until = k.end(k.rest)
	}
	if n := indent(line); p.refused == 0 || n < p.refused {
		p.refused = n + 1
	} else {
		return p // a line of the refused block
	}
	switch {
	case m != nil:
		if m.cmd.sub != nil && m.form == plain {
			p.stack, p.lost = slices.Clip(p.stack[:depth]), &lost{}
		}
	case k != nil:
		if k.block && !k.no {
			p.stack, p.lost = slices.Clip(p.stack[:at]), &lost{k.own}
		}
	case errors.As(err, &e) && e.Kind == Invalid && p.table(depth).opens(line):
		p.stack, p.lost = slices.Clip(p.stack[:depth]), &lost{}
	}
	return p
}

// indent is the number of blanks before the first word.
func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " \t")) }

// match finds the mode that knows the line, by its depth. When none does, the error is that of
// the mode that read furthest, of the innermost of these: the marker stands where
// the line went wrong, not at the first word for being another mode's.
func (p Position[T]) match(line string) (int, *match, error) {
	var furthest *Error
	at := len(p.stack)
	for depth := len(p.stack); ; depth-- {
		m, err := p.table(depth).match(line, p.rights.orEverything())
		var e *Error
		if !errors.As(err, &e) || e.Kind != Invalid {
			return depth, m, err
		}
		if furthest == nil || e.Offset > furthest.Offset {
			furthest, at = e, depth
		}
		if depth == 0 {
			return at, nil, furthest
		}
	}
}

// Ask answers a `?` typed behind line.
func (p Position[T]) Ask(line string) (Answer, error) {
	return p.table(len(p.stack)).ask(line, p.rights.orEverything())
}

// Complete returns what Tab adds to line, false when the word is not unique.
func (p Position[T]) Complete(line string) (string, bool) {
	return p.table(len(p.stack)).complete(line, p.rights.orEverything())
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

var errEndless = errors.New("% The text ends before this delimiter, which was to end a line's own")

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
			pos = pos.Refused(line)
			continue
		}
		pos = step.Next
		if step.End {
			pos = m.Start()
		}
	}
	if pos.text != nil {
		errs = append(errs, &LineError{number, pos.text.delimiter, errEndless})
	}
	return errors.Join(errs...)
}
