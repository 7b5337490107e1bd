package commands

import (
	"conft/internal/config"
	"conft/shell/grammar"
)

// lineHistory is the command `history` of a line, with and without its size: `no history`
// remembers nothing.
func lineHistory() lineLine {
	const size = "<0-256>"
	usual := func(l *config.Line, usual config.Line) { l.History = usual.History }
	x := lineSetting("history [size !["+size+"]]", grammar.Help{"history": "Enable and control the command history function",
		"size": "Set history buffer size", size: "Size of history buffer"},
		func(l *config.Line, a grammar.Args) {
			switch {
			case a.Has("size"):
				l.History = a.Int(size)
			case l.History == 0:
				l.History = config.DefaultHistory
			}
		},
		usual,
		func(w *grammar.Writer, l, usual config.Line) {
			writeUnless(w, "history size", l.History, usual.History)
		})
	x.No = func(s *lineSet, a grammar.Args) error {
		for _, l := range s.lines {
			l.History = 0
			if a.Has("size") {
				usual(l, s.usual())
			}
		}
		return nil
	}
	x.Default = usually(usual)
	return x
}
