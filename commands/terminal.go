package commands

import (
	"context"
	"io"

	"conft/debug"
	"conft/shell/grammar"
)

// Terminal is what a command needs of the session that typed it. The context
// that a command runs with is done when the operator types the escape sequence
// (Ctrl-Shift-6, Ctrl-C) or when the session ends.
type Terminal interface {
	// Write prints output: lines end with "\n", the session pages and filters.
	io.Writer
	// Ask prints a question and reads a line of answer, without its end.
	Ask(ctx context.Context, prompt string) (string, error)
	// Confirm prints a question that ends in "[confirm]" and reads one key:
	// Enter and y mean yes.
	Confirm(ctx context.Context, prompt string) (bool, error)
	// Paste reads lines up to a blank one or to the word "quit".
	Paste(ctx context.Context) (string, error)
	// Configure enters configuration mode.
	Configure(ctx context.Context) error
	// Announce has f print what comes before the output of each show command; nil ends it.
	Announce(f func(io.Writer))
	// Origin is who typed it, as log messages name him.
	Origin() debug.Origin
	// Rights are what he may configure, and so may read of the configuration; nil for all.
	Rights() *grammar.Rights
}
