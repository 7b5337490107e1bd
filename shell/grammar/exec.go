package grammar

import (
	"cmp"
	"context"
)

// Exec is an EXEC command. T is what it acts on: the session as the
// package of the command sees it.
type Exec[T any] struct {
	Syntax string
	Help   Help
	Yields string // a keyword whose abbreviations are those of another, where they fit that too
	Priv   int    // lowest privilege level; 0 means 1, user EXEC, and Anybody 0
	Run    func(context.Context, T, Args) error
	No     func(context.Context, T, Args) error // `no …`, nil when there is none
}

// Anybody is the Priv of a command that is there at privilege level 0.
const Anybody = -1

// Convert makes commands on T usable where the session is an S.
func Convert[S, T any](list []Exec[T], as func(S) T) []Exec[S] {
	out := make([]Exec[S], len(list))
	for i, x := range list {
		out[i] = Exec[S]{Syntax: x.Syntax, Help: x.Help, Yields: x.Yields, Priv: x.Priv,
			Run: convert(x.Run, as), No: convert(x.No, as)}
	}
	return out
}

func convert[S, T any](run func(context.Context, T, Args) error, as func(S) T) func(context.Context, S, Args) error {
	if run == nil {
		return nil
	}
	return func(ctx context.Context, s S, a Args) error { return run(ctx, as(s), a) }
}

// ExecTable holds EXEC commands. It is immutable and safe for concurrent use.
type ExecTable[T any] struct {
	t      *table
	levels levels
}

// NewExec builds the EXEC table; a broken entry panics.
func NewExec[T any](title string, list ...Exec[T]) *ExecTable[T] {
	t := &table{title: title, exec: true}
	for _, x := range list {
		c := &command{syntax: x.Syntax, help: x.Help, yields: x.Yields, priv: max(cmp.Or(x.Priv, 1), 0)}
		c.do[plain], c.do[negated] = run(x.Run), run(x.No)
		t.commands = append(t.commands, c)
	}
	t.finish()
	return &ExecTable[T]{t: t}
}

// run adapts an EXEC handler: v is an *invocation[T].
func run[T any](f func(context.Context, T, Args) error) func(any, Args) error {
	if f == nil {
		return nil
	}
	return func(v any, a Args) error {
		inv := v.(*invocation[T])
		return f(inv.ctx, inv.on, a)
	}
}

type invocation[T any] struct {
	ctx context.Context
	on  T
}

// Call is an EXEC line that matched.
type Call[T any] struct{ m *match }

// Match finds the EXEC command of a line typed at a privilege level. A line that
// is empty or a comment gives a Call that does nothing.
func (x *ExecTable[T]) Match(line string, level int) (Call[T], error) {
	m, err := x.t.match(line, Rights{level, x.levels})
	return Call[T]{m}, err
}

// Run runs the command.
func (c Call[T]) Run(ctx context.Context, on T) error {
	if c.m == nil {
		return nil
	}
	return c.m.run(&invocation[T]{ctx, on})
}

// Word returns the first keyword of the command, in full.
func (c Call[T]) Word() string {
	if c.m == nil {
		return ""
	}
	return c.m.word
}

// Ask answers a `?` typed behind line at a privilege level.
func (x *ExecTable[T]) Ask(line string, level int) (Answer, error) {
	return x.t.ask(line, Rights{level, x.levels})
}

// Complete returns what Tab adds to line, false when the word is not unique.
func (x *ExecTable[T]) Complete(line string, level int) (string, bool) {
	return x.t.complete(line, Rights{level, x.levels})
}
