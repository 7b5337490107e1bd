package shell

import (
	"context"
	"io"
	"iter"
)

// Execute interprets lines at the highest privilege level, without editing, echo,
// prompts, paging and log lines; the output has plain line ends. Every line is
// tried, modes last from line to line. It reports whether any line was refused.
// Terminal, Width, Length, Console and Level of the options are ignored.
func Execute(ctx context.Context, o Options, out io.Writer, lines iter.Seq[string]) (refused bool) {
	o.Terminal = output{out}
	o.Width, o.Length, o.Console, o.Level = 0, 0, false, maxLevel
	s := newSession(o, "\n")
	for line := range lines {
		if ctx.Err() != nil || s.ended {
			break
		}
		prompt := cells(s.prompt())
		s.interpret(ctx, typed{line, func(offset int) int { return prompt + cells(line[:offset]) }})
		refused = refused || s.refused
	}
	s.leaveConfig()
	return refused
}

// output is a terminal that nobody types on.
type output struct{ io.Writer }

func (output) Read([]byte) (int, error) { return 0, io.EOF }
