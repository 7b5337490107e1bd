package shell

import (
	"context"
	"errors"
	"io"
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

// Announce has f print what comes before the output of each show command; nil ends it.
func (s *Session) Announce(f func(io.Writer)) { s.announce = f }

// Origin is who types on this session, as log messages name him.
func (s *Session) Origin() debug.Origin { return s.origin }

// errNoTerminal is the answer to a question that nobody can be asked.
var errNoTerminal = errors.New("% This command asks a question and needs a terminal")

// Ask prints a question and reads a line of answer. Without a terminal every
// question is answered with Enter, which takes what is offered; one that
// offers nothing, [yes/no], takes the line behind the command if that is an answer.
func (s *Session) Ask(ctx context.Context, prompt string) (string, error) {
	if !s.interactive {
		if !strings.Contains(prompt, "[yes/no]") {
			return "", nil
		}
		if answer, ok := s.script.peek(); ok && (answer == "yes" || answer == "no") {
			s.script.next()
			return answer, nil
		}
		return "", errNoTerminal
	}
	return s.answer(ctx, &editLine{prompt: s.lead(prompt)})
}

// lead prints the lines of a question but the last, which is the prompt for the answer.
func (s *Session) lead(question string) (prompt string) {
	n := strings.LastIndexByte(question, '\n') + 1
	if n > 0 {
		s.print(question[:n])
	}
	return question[n:]
}

// Paste reads lines up to a blank one or to the word "quit", which is not part of
// them. Without a terminal they are the lines behind the command.
func (s *Session) Paste(ctx context.Context) (string, error) {
	var text strings.Builder
	for {
		var line string
		var err error
		if s.interactive {
			line, err = s.answer(ctx, &editLine{})
		} else if l, ok := s.script.next(); ok {
			line = l
		}
		if err != nil {
			return "", err
		}
		if line = strings.TrimSpace(line); line == "" || line == "quit" {
			return text.String(), nil
		}
		if text.Len()+len(line) > maxPaste {
			return "", errors.New("% That is too much")
		}
		text.WriteString(line + "\n")
	}
}

// maxPaste bounds what is pasted, in octets.
const maxPaste = 256 << 10

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
	l := &editLine{prompt: s.lead(prompt)}
	s.screen.open(l)
	k, err := s.keyboard.single(ctx)
	if err == nil && k.printable() {
		s.screen.change(func() { l.insert(rune(k)) })
	}
	s.screen.close("")
	return k == enter || k == 'y' || k == 'Y', err
}
