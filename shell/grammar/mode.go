package grammar

import (
	"iter"
	"strings"
)

// Help gives the description of each token, see the package comment.
type Help map[string]string

// Entry is one entry of a Mode for configuring values of type T: a Line, a
// Block, a Separator or an Exit.
type Entry[T any] interface{ add(*table) }

// Line is a command of one line. A handler that is nil makes that form invalid,
// except Default, which falls back to No. Handlers change the value
// they are given and return an error, whose text is printed as it is; they print
// nothing. Write writes what a user would type to get from the default to the
// value, nothing when it is the default.
type Line[T any] struct {
	Syntax  string
	Help    Help
	Set     func(T, Args) error
	No      func(T, Args) error
	Default func(T, Args) error
	Write   func(T, *Writer)
}

// Block is a command that opens a sub-mode. Open finds or makes the child; it
// is called again, with the same arguments, for each line typed in the sub-mode,
// and so must do nothing more when the child is as the arguments say. Each
// yields every child with its header line in the order of `show running-config`.
type Block[P, C any] struct {
	Syntax  string
	Help    Help
	Open    func(P, Args) (C, error)
	No      func(P, Args) error
	Default func(P, Args) error // No where it is nil
	Each    func(P) iter.Seq2[string, C]
	Leave   func(C) (note string) // says what is not finished when `exit` leaves the block; may be nil
	Sub     *Mode[C]
	Gaps    Gaps
	Indent  int // of the block's lines, where it is more than one blank
}

// Action is an EXEC command that may also be typed in this mode, with or without
// `do`: one that is no configuration but asks questions or makes things, such as keys.
// It cannot stand in a stored text.
type Action[T any] struct {
	Syntax string
	Help   Help
}

// Gaps says where the "!" lines of a block's kind stand in `show running-config`.
type Gaps uint8

const (
	GapAfter   Gaps = iota // behind each block that has a body
	GapLast                // one behind the last, also of several kinds that follow each other, as with named access lists
	GapBetween             // between them only, as with ISAKMP policies: the keys follow the last
)

// Separator writes a "!" line at its place in `show running-config`.
type Separator[T any] struct{}

// Exit is the help of `exit`, where it is not "Exit from <title> mode".
type Exit[T any] struct{ Help string }

// Mode is a configuration mode or sub-mode for values of type T. It is
// immutable and safe for concurrent use.
type Mode[T any] struct{ t *table }

// NewMode builds a mode. The prompt is what stands in brackets
// ("config-isakmp"), the title heads the list of `?` ("ISAKMP commands:"). The
// order of the entries is the order of `show running-config`. A broken entry
// panics.
func NewMode[T any](prompt, title string, entries ...Entry[T]) *Mode[T] {
	t := &table{prompt: prompt, title: title}
	for _, e := range entries {
		e.add(t)
	}
	if !t.hasExit() {
		what := strings.Fields(strings.TrimSuffix(title, " commands:"))
		for i, w := range what {
			if w != strings.ToUpper(w) { // "Interface configuration", but "ISAKMP"
				what[i] = strings.ToLower(w)
			}
		}
		t.control(exitWord, "exit", "Exit from "+strings.Join(what, " ")+" mode")
	}
	t.finish()
	return &Mode[T]{t}
}

// NewRoot builds the outermost mode, which also has `do` and `end`.
func NewRoot[T any](prompt, title string, entries ...Entry[T]) *Mode[T] {
	return NewMode(prompt, title, append([]Entry[T]{root[T]{}}, entries...)...)
}

// root is the entry of the words that only the outermost mode has.
type root[T any] struct{}

func (root[T]) add(t *table) {
	t.control(exitWord, "exit", "Exit from configure mode")
	t.control(endWord, "end", "Exit from configure mode")
	t.control(doWord, "do", "To run exec commands in config mode")
}

func (l Line[T]) add(t *table) {
	c := &command{syntax: l.Syntax, help: l.Help, priv: maxPriv}
	c.do[plain], c.do[negated], c.do[defaulted] = on(l.Set), on(l.No), on(l.Default)
	if l.Default == nil {
		c.do[defaulted] = on(l.No)
	}
	if l.Write != nil {
		c.write = func(v any, w *Writer) { l.Write(v.(T), w) }
	}
	t.commands = append(t.commands, c)
}

func (b Block[P, C]) add(t *table) {
	c := &command{syntax: b.Syntax, help: b.Help, priv: maxPriv, sub: b.Sub.t}
	c.open = func(v any, a Args) (any, error) { return b.Open(v.(P), a) }
	c.do[plain] = func(v any, a Args) error { _, err := c.open(v, a); return err }
	c.do[negated], c.do[defaulted] = on(b.No), on(b.Default)
	if b.Default == nil {
		c.do[defaulted] = on(b.No)
	}
	if b.Leave != nil {
		c.leave = func(v any) string { return b.Leave(v.(C)) }
	}
	c.write = func(v any, w *Writer) {
		first := true
		for header, child := range b.Each(v.(P)) {
			if b.Gaps == GapBetween && !first {
				w.separator()
			}
			first = false
			w.block(header, b.Gaps, max(1, b.Indent), func() { c.sub.write(child, w) })
		}
	}
	t.commands = append(t.commands, c)
}

func (a Action[T]) add(t *table) {
	c := &command{syntax: a.Syntax, help: a.Help, priv: maxPriv, control: actionWord}
	c.do[plain] = func(any, Args) error { return nil }
	t.commands = append(t.commands, c)
}

func (Separator[T]) add(t *table) {
	t.commands = append(t.commands, &command{write: func(_ any, w *Writer) { w.separator() }})
}

func (e Exit[T]) add(t *table) { t.control(exitWord, "exit", e.Help) }

// on adapts a typed handler to the untyped table.
func on[T any](f func(T, Args) error) func(any, Args) error {
	if f == nil {
		return nil
	}
	return func(v any, a Args) error { return f(v.(T), a) }
}
