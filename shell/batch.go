package shell

import (
	"context"
	"io"
	"iter"
)

// Execute interprets lines without editing, echo, prompts, paging and log lines; the
// output has plain line ends. Every line is tried, modes last from line to line. It
// reports whether any line was refused.
// Terminal, Width, Length and Console of the options are ignored.
func Execute(ctx context.Context, o Options, out io.Writer, lines iter.Seq[string]) (refused bool) {
	o.Terminal = output{out}
	o.Width, o.Length, o.Console = 0, 0, false
	s := newSession(o, "\n")
	s.script = newScript(lines)
	defer s.script.stop()
	for ctx.Err() == nil && !s.ended {
		line, ok := s.script.next()
		if !ok {
			break
		}
		prompt := cells(s.prompt())
		s.interpret(ctx, typed{line, line, func(offset int) int { return prompt + cells(line[:offset]) }})
		refused = refused || s.refused
	}
	s.leaveConfig()
	return refused || s.refused
}

// script is the lines that are still to be interpreted. A command that asks for text
// takes it from there.
type script struct {
	pull  func() (string, bool)
	stop  func()
	ahead []string // at most one line
}

func newScript(lines iter.Seq[string]) *script {
	pull, stop := iter.Pull(lines)
	return &script{pull: pull, stop: stop}
}

func (s *script) next() (string, bool) {
	if line, ok := s.peek(); ok {
		s.ahead = nil
		return line, true
	}
	return "", false
}

// peek returns the next line and leaves it.
func (s *script) peek() (string, bool) {
	if len(s.ahead) == 0 {
		line, ok := s.pull()
		if !ok {
			return "", false
		}
		s.ahead = []string{line}
	}
	return s.ahead[0], true
}

// output is a terminal that nobody types on.
type output struct{ io.Writer }

func (output) Read([]byte) (int, error) { return 0, io.EOF }
