package grammar

import (
	"slices"
	"strings"
)

// Rights are what somebody may type: the commands up to a privilege level.
type Rights struct {
	level  int
	levels levels
}

var everything = Rights{level: maxPriv}

// Level is the privilege level; that of nil is the highest.
func (r *Rights) Level() int { return r.orEverything().level }

func (r *Rights) orEverything() Rights {
	if r == nil {
		return everything
	}
	return *r
}

// levels are the privilege levels of commands that have other ones than their own.
type levels map[*command]int

func (l levels) of(c *command) int {
	if n, ok := l[c]; ok {
		return n
	}
	return c.priv
}

// may reports whether a word may be typed. A prefix, `no`, may be where something may follow it.
func (r Rights) may(p *pos) bool {
	if p.form.cmd.syntax == "" {
		return slices.ContainsFunc(p.follow, r.may)
	}
	return r.levels.of(p.form.cmd) <= r.level
}

// Level is the privilege level of the commands that begin with some words.
type Level struct {
	Prompt string // of the modes that have the commands, "" in EXEC
	Words  string
	Level  int
}

// set sets the levels of the commands of a table. Where several apply to a command that of the
// most words does. Words that begin no command change nothing.
func (l levels) set(t *table, all []Level) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Level) int { return len(strings.Fields(a.Words)) - len(strings.Fields(b.Words)) })
	for _, x := range all {
		if x.Prompt != t.prompt {
			continue
		}
		threads, _, _ := t.read(nil, x.Words, everything)
		for _, th := range threads {
			l[th.pos.form.cmd] = x.Level
		}
	}
}

// WithLevels returns the table with other privilege levels.
func (x *ExecTable[T]) WithLevels(all []Level) *ExecTable[T] {
	l := levels{}
	l.set(x.t, all)
	return &ExecTable[T]{x.t, l}
}

// Rights are those of a user of a level in a mode and all that it leads to: without configured
// levels, all of them or none.
func (m *Mode[T]) Rights(level int, all []Level) *Rights {
	r := &Rights{level, levels{}}
	for _, t := range m.t.tables(nil) {
		r.levels.set(t, all)
	}
	return r
}

// tables are the table and those of its blocks, and so on.
func (t *table) tables(seen []*table) []*table {
	if slices.Contains(seen, t) {
		return seen
	}
	seen = append(seen, t)
	for _, c := range t.commands {
		if c.sub != nil {
			seen = c.sub.tables(seen)
		}
	}
	return seen
}

// Words returns the keywords that a line begins with, in full; ok is false when no
// command begins so.
func (x *ExecTable[T]) Words(line string) (words string, ok bool) { return x.t.words(line) }

// Words is that of the first of the modes with one of these prompts that has such a command.
func (m *Mode[T]) Words(line string, prompts ...string) (words string, ok bool) {
	for _, t := range m.t.tables(nil) {
		if slices.Contains(prompts, t.prompt) {
			if words, ok = t.words(line); ok {
				return words, true
			}
		}
	}
	return "", false
}

func (t *table) words(line string) (words string, ok bool) {
	threads, _, err := t.read(nil, line, everything)
	if err != nil || len(threads) == 0 {
		return "", false
	}
	var all []string
	for th := &threads[0]; th != nil; th = th.prev {
		all = append(all, th.text)
	}
	slices.Reverse(all)
	return strings.Join(all, " "), true
}
