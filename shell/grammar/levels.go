package grammar

import (
	"slices"
	"strings"
)

// Level is the privilege level of the commands that begin with some words.
type Level struct {
	Words string
	Level int
}

// WithLevels returns the table with other privilege levels. Where several apply to a
// command that of the most words does. Words that begin no command change nothing.
func (x *ExecTable[T]) WithLevels(levels []Level) *ExecTable[T] {
	t := *x.t
	t.levels = map[*command]int{}
	levels = slices.Clone(levels)
	slices.SortStableFunc(levels, func(a, b Level) int { return len(strings.Fields(a.Words)) - len(strings.Fields(b.Words)) })
	for _, l := range levels {
		threads, _, _ := x.t.read(l.Words, maxPriv)
		for _, th := range threads {
			t.levels[th.pos.form.cmd] = l.Level
		}
	}
	return &ExecTable[T]{&t}
}

// level is the privilege level that a position needs.
func (t *table) level(p *pos) int {
	if t.levels != nil {
		if n, ok := t.levels[p.form.cmd]; ok {
			return n
		}
	}
	return p.form.cmd.priv
}

// Words returns the keywords that a line begins with, in full; ok is false when no
// command begins so.
func (x *ExecTable[T]) Words(line string) (words string, ok bool) {
	threads, _, err := x.t.read(line, maxPriv)
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
