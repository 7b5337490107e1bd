package shell

import (
	"context"
	"errors"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// run carries out an EXEC line, also one behind `do` in configuration mode.
func (s *Session) run(ctx context.Context, t typed, do bool) {
	s.settle()
	t = s.unalias(t)
	f, command, err := s.cutFilter(t)
	if err != nil {
		return
	}
	call, err := s.commands().Match(command.line, s.level)
	if err != nil {
		s.unmatched(ctx, command, err, do)
		return
	}
	done := func() {}
	if s.keyboard != nil {
		ctx, done = s.keyboard.abortable(ctx)
	}
	s.screen.run(true)
	defer s.screen.run(false)
	p := &pager{s: s, ctx: ctx, cancel: done}
	s.out = p
	if s.announce != nil && filtered(call.Word()) {
		s.announce(p)
	}
	if f != nil {
		f.out = p
		s.out = f
	}
	err = call.Run(ctx, s)
	if f != nil {
		if failed := f.flush(); err == nil {
			err = failed
		}
	}
	done()
	s.out = nil
	if over(err) { // while the command asked something
		s.ended = true
		return
	}
	if err != nil && !p.stopped && !errors.Is(err, context.Canceled) {
		s.refuse(command, err)
	}
}

// unmatched answers a line that is no command of the table: one that other routers have,
// a name to connect to, or a mistake.
func (s *Session) unmatched(ctx context.Context, t typed, err error, do bool) {
	var e *grammar.Error
	if !errors.As(err, &e) || e.Kind != grammar.Invalid {
		s.refuse(t, err)
		return
	}
	if text, ok := grammar.KnownAnswer(s.known, t.line); ok && s.level > 0 {
		s.refused = strings.HasPrefix(text, "%")
		if text != "" {
			s.print(text + "\n")
		}
		return
	}
	if word := strings.Fields(t.line); !do && len(word) == 1 {
		s.unknownHost(ctx, word[0])
		return
	}
	s.refuse(t, err)
}

// cutFilter splits a show command from the filter behind "|". It has printed
// what is wrong when it returns an error.
func (s *Session) cutFilter(t typed) (*filter, typed, error) {
	before, after, found := strings.Cut(t.line, "|")
	if !found || !s.filters(before) {
		return nil, t, nil
	}
	f := &filter{save: s.backend.SaveOutput, tail: after[len(strings.TrimRight(after, " ")):]}
	call, err := outputModifiers.Match(after, 1)
	if err == nil {
		err = call.Run(context.Background(), f)
	}
	if err == nil && f.line == nil && f.file == "" { // nothing, or a comment
		err = &grammar.Error{Kind: grammar.Incomplete}
	}
	if err != nil {
		s.refuse(t.behind(len(before)+1), err)
	}
	return f, typed{before, t.whole, t.column}, err
}

// filters reports whether a command is one whose output may be filtered.
func (s *Session) filters(line string) bool {
	call, err := s.commands().Match(line, s.level)
	var e *grammar.Error
	word := call.Word()
	if errors.As(err, &e) {
		word = e.Word
	}
	return filtered(word)
}

// filtered reports whether a command shows something, by its first word.
func filtered(word string) bool { return word == "show" || word == "more" || word == "dir" }

// commands is the table of EXEC commands with the configured privilege levels.
func (s *Session) commands() *grammar.ExecTable[*Session] {
	if s.relevel(); s.table == nil {
		s.table = s.exec
		if len(s.levels) > 0 {
			s.table = s.exec.WithLevels(grammarLevels(s.levels))
		}
	}
	return s.table
}

// position is where in the configuration the session is, with what its user may change there.
func (s *Session) position() grammar.Position[*config.Config] { return s.at.For(s.Rights()) }

// Rights are what the user may configure, nil for all.
func (s *Session) Rights() *grammar.Rights {
	if s.level == maxLevel {
		return nil
	}
	if s.relevel(); s.rights == nil || s.rightsAt != s.level {
		s.rights, s.rightsAt = s.config.Rights(s.level, grammarLevels(s.levels)), s.level
	}
	return s.rights
}

// relevel forgets what was made of privilege levels that are configured no more.
func (s *Session) relevel() {
	if now := s.backend.Config().Privileges; !slices.Equal(now, s.levels) {
		s.levels, s.table, s.rights = now, nil, nil
	}
}

func grammarLevels(list []config.Privilege) []grammar.Level {
	var all []grammar.Level
	for _, p := range list {
		for _, prompt := range config.PrivilegePrompts(p.Mode) {
			all = append(all, grammar.Level{Prompt: prompt, Words: p.Words, Level: p.Level})
		}
	}
	return all
}

// unalias puts what an alias stands for in the place of the first word.
func (s *Session) unalias(t typed) typed {
	blanks := len(t.line) - len(strings.TrimLeft(t.line, " \t"))
	name, rest := t.line[blanks:], ""
	if n := strings.IndexAny(name, " \t"); n >= 0 {
		name, rest = name[:n], name[n:]
	}
	body, ok := s.backend.Config().Alias(name)
	if !ok {
		return t
	}
	end := blanks + len(name) // of the alias, as typed
	longer := len(body) - len(name)
	return typed{t.line[:blanks] + body + rest, t.whole, func(offset int) int {
		return t.column(min(max(offset-longer, min(offset, end)), len(t.line)))
	}}
}

// expand is unalias of a line that goes on behind its first word.
func (s *Session) expand(line string) string {
	if strings.ContainsAny(strings.TrimLeft(line, " \t"), " \t") {
		return s.unalias(typed{line, line, func(int) int { return 0 }}).line
	}
	return line
}

// withAliases adds to the words that a line of one word may mean the aliases that begin
// with it, as IOS marks them; a blank before the word leaves them out.
func (s *Session) withAliases(a grammar.Answer, line string) grammar.Answer {
	if !a.Word || strings.ContainsAny(line, " \t") {
		return a
	}
	var found []grammar.Item
	c := s.backend.Config()
	for _, x := range slices.Concat(c.Aliases, config.DefaultAliases) {
		body, _ := c.Alias(x.Name)
		if strings.Contains(body, " ") {
			body = `"` + body + `"`
		}
		item := grammar.Item{Token: "*" + x.Name + "=" + body}
		if strings.HasPrefix(x.Name, line) && !slices.Contains(found, item) {
			found = append(found, item)
		}
	}
	slices.SortStableFunc(found, func(x, y grammar.Item) int { return strings.Compare(x.Token, y.Token) })
	a.Items = append(found, a.Items...)
	return a
}
