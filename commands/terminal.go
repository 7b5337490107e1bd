package commands

import (
	"context"
	"io"
)

// Terminal is what a command needs of the session that typed it.
type Terminal interface {
	// Write prints output: paged and filtered, at once.
	io.Writer
	// Context is done when the operator types the escape sequence
	// (Ctrl-Shift-6, Ctrl-C) or when the session ends.
	Context() context.Context
	// Ask prints a question and reads a line of answer, without its end.
	Ask(prompt string) (string, error)
	// Confirm prints a question that ends in "[confirm]" and reads one key:
	// Enter and y mean yes.
	Confirm(prompt string) (bool, error)
	// History returns the lines typed so far in EXEC mode, oldest first.
	History() []string
	// Line names the line in log messages: "console", "vty0 (192.0.2.9)".
	Line() string
}
