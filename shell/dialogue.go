package shell

import (
	"context"
	"errors"
	"strings"

	"conft/debug"
)

// The methods of this file are what commands use of the session that runs them.

// Write prints output of the running command: lines end with "\n", the session
// filters and pages them.
func (s *Session) Write(p []byte) (int, error) {
	if s.out == nil {
		s.screen.print(p)
		return len(p), nil
	}
	return s.out.Write(p)
}

// Origin is who types on this session, as log messages name him.
func (s *Session) Origin() debug.Origin { return s.origin }

// errNoTerminal is the answer to a question that nobody can be asked.
var errNoTerminal = errors.New("% This command asks a question and needs a terminal")

// Ask prints a question and reads a line of answer. Without a terminal every
// question is answered with Enter, which takes what is offered; one that
// offers nothing, [yes/no], is an error.
func (s *Session) Ask(ctx context.Context, prompt string) (string, error) {
	if !s.interactive {
		if strings.Contains(prompt, "[yes/no]") {
			return "", errNoTerminal
		}
		return "", nil
	}
	return s.answer(ctx, &editLine{prompt: prompt})
}

func (s *Session) answer(ctx context.Context, l *editLine) (string, error) {
	l, end, err := s.readLine(ctx, l, nil)
	if err == nil && end != enter {
		err = context.Canceled
	}
	return string(l.text), err
}

// Confirm prints a question that ends in "[confirm]" and reads one key: Enter and
// y mean yes.
func (s *Session) Confirm(ctx context.Context, prompt string) (bool, error) {
	if !s.interactive {
		return true, nil
	}
	l := &editLine{prompt: prompt}
	s.screen.open(l)
	k, err := s.keyboard.next(ctx)
	if err == nil && k.printable() {
		s.screen.change(func() { l.insert(rune(k)) })
	}
	s.screen.close("")
	return k == enter || k == 'y' || k == 'Y', err
}
