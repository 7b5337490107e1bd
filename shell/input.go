package shell

import (
	"context"
	"strings"

	"conft/shell/grammar"
)

// readLine reads a line with all editing keys; end is the key that ended it:
// Enter, Ctrl-Z or Ctrl-C. Without a history there is no help either: the line is
// an answer, not a command.
func (s *Session) readLine(ctx context.Context, l *editLine, h *history) (_ *editLine, end key, err error) {
	command := h != nil
	if !command {
		h = &history{}
	}
	s.screen.open(l)
	for {
		s.rest()
		k, err := s.keyboard.next(ctx)
		if err != nil {
			s.screen.close("")
			return l, k, err
		}
		known := true
		switch {
		case k == enter:
			s.screen.close("")
			return l, k, nil
		case k == ctrlC || k == ctrlZ || k == ctrlCaret && !command:
			echo := ""
			if command && s.at != nil {
				echo = "^" + string(rune(k)+'@')
			}
			s.screen.close(echo)
			return l, k, nil
		case k == ctrlCaret: // there is no command to stop
		case s.plain && k.edits():
			known = false
		case k == ctrlL || k == ctrlR:
			s.screen.close("")
			s.screen.open(l)
		case k == '?' && command && !s.editor.quote:
			s.help(ctx, l)
		case k == tab && command && !s.editor.quote:
			s.complete(l)
		case k == tab && s.collecting():
			s.screen.change(l.tab)
		default:
			s.screen.change(func() { known = s.editor.edit(l, h, k) })
		}
		if !known {
			s.screen.bell()
		}
	}
}

// help answers `?` below the line, and shows the line again.
func (s *Session) help(ctx context.Context, l *editLine) {
	at := l.at
	s.screen.close("?")
	l.at = at
	line := string(l.text[:at])
	answer, err := s.ask(line)
	ctx, done := s.keyboard.abortable(ctx)
	defer done()
	p := &pager{s: s, ctx: ctx, cancel: done}
	switch width, _ := s.screen.size(); {
	case err != nil || len(answer.Items) == 0:
		s.refuseHelp(line, err)
	default:
		text := strings.Join(answer.Format(width), "\n") + "\n"
		if !answer.Word {
			text += "\n"
		}
		p.Write([]byte(text))
	}
	s.screen.open(l)
}

// maxLevel is the privilege level of configuration.
const maxLevel = 15

// ask finds the table that knows what may follow line.
func (s *Session) ask(line string) (grammar.Answer, error) {
	if s.at != nil {
		rest, ok := behindDo(line)
		if !ok {
			return s.position().Ask(line)
		}
		line = rest
	}
	line = s.expand(line)
	if before, after, found := strings.Cut(line, "|"); found && s.filters(before) {
		a, err := outputModifiers.Ask(after, 1)
		a.Title = ""
		return a, err
	}
	a, err := s.commands().Ask(line, s.level)
	a = s.withAliases(a, line)
	if n := len(a.Items); n > 0 && a.Items[n-1].Token == "<cr>" && s.filters(line) {
		end := a.Items[n-1]
		a.Items = append(a.Items[:n-1], grammar.Item{Token: "|", Help: "Output modifiers"}, end)
	}
	return a, err
}

// complete is Tab: the line is shown again below, with the word completed or a bell.
func (s *Session) complete(l *editLine) {
	at := l.at
	s.screen.close("")
	l.at = at
	rest, ok := "", false
	if at == len(l.text) || l.text[at] == ' ' {
		rest, ok = s.completion(string(l.text[:at]))
	}
	if at < len(l.text) {
		rest = strings.TrimSuffix(rest, " ")
	}
	for _, r := range rest {
		l.insert(r)
	}
	s.screen.open(l)
	if !ok {
		s.screen.bell()
	}
}

func (s *Session) completion(line string) (string, bool) {
	if s.at != nil {
		rest, ok := behindDo(line)
		if !ok {
			return s.position().Complete(line)
		}
		line = rest
	}
	line = s.expand(line)
	if before, after, found := strings.Cut(line, "|"); found && s.filters(before) {
		return outputModifiers.Complete(after, 1)
	}
	return s.commands().Complete(line, s.level)
}

// behindDo returns the EXEC line behind `do`.
func behindDo(line string) (string, bool) {
	word, rest, found := strings.Cut(strings.TrimLeft(line, " \t"), " ")
	return rest, found && strings.EqualFold(word, "do")
}

// print prints text of the session itself, which is not paged.
func (s *Session) print(text string) { s.screen.print([]byte(text)) }
