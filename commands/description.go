package commands

import "conft/shell/grammar"

// describe is the line `description` of a mode, with the help of its two words.
func describe[T any](what, line string, of func(T) *string) grammar.Line[T] {
	return grammar.Line[T]{
		Syntax: "description ![LINE]",
		Help:   grammar.Help{"description": what, "LINE": line},
		Set:    func(v T, a grammar.Args) error { *of(v) = a.String("LINE"); return nil },
		No:     func(v T, _ grammar.Args) error { *of(v) = ""; return nil },
		Write: func(v T, w *grammar.Writer) {
			if text := *of(v); text != "" {
				w.Line("description", text)
			}
		},
	}
}
