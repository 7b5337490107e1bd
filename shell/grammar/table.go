package grammar

import (
	"fmt"
	"slices"
	"strings"
)

// form is the way a command is typed.
type form uint8

const (
	plain form = iota
	negated
	defaulted
	forms
)

// control words are carried out by the Position, not by a handler.
type control uint8

const (
	noControl control = iota
	exitWord
	endWord
	doWord
	actionWord
)

// command is an entry of a table, its types erased.
type command struct {
	syntax  string
	help    Help
	yields  string
	priv    int // lowest privilege level
	do      [forms]func(any, Args) error
	open    func(any, Args) (any, error)
	sub     *table
	leave   func(v any) string            // what is not finished, nil for nothing
	text    func(any, Args, string) error // of a Text
	write   func(any, *Writer)
	control control
}

// table is the compiled form of a mode.
type table struct {
	prompt, title string
	exec          bool
	commands      []*command
	known         []*known
	first         []*pos
}

func (t *table) hasExit() bool {
	return slices.ContainsFunc(t.commands, func(c *command) bool { return c.control == exitWord })
}

// control adds a word that the Position carries out.
func (t *table) control(what control, word, help string) {
	c := &command{syntax: word, help: Help{word: help}, control: what}
	if what == doWord {
		c.syntax, c.help["LINE"] = word+" LINE", "Exec Command"
	}
	c.do[plain] = func(any, Args) error { return nil }
	t.commands = append(t.commands, c)
}

// finish compiles all commands and checks the table.
func (t *table) finish() {
	prefixes := [forms]*pos{
		negated:   {token: &token{text: "no", help: "Negate a command or set its defaults"}},
		defaulted: {token: &token{text: "default", help: "Set a command to its defaults"}},
	}
	if t.exec {
		prefixes[negated].help = "Disable debugging functions"
	}
	for f, p := range prefixes {
		var first []*pos
		priv := maxPriv
		for _, c := range t.commands {
			if c.syntax != "" && c.do[f] != nil {
				first = append(first, c.compile(form(f))...)
				priv = min(priv, c.priv)
			}
		}
		if p == nil {
			t.first = append(t.first, first...)
		} else if len(first) > 0 {
			p.form = &formOf{cmd: &command{priv: priv}, form: form(f)}
			p.follow = first
			t.first = append(t.first, p)
		}
	}
	c := checker{title: t.title, lists: map[list]bool{}, joins: map[string]bool{}}
	c.check(nil, t.first)
}

// compile returns the first positions of one form of the command.
func (c *command) compile(f form) []*pos {
	e, err := parseSyntax(c.syntax)
	if err != nil {
		panic(fmt.Sprintf("grammar: syntax %q: %v", c.syntax, err))
	}
	g := e.compile(&formOf{c, f}, "")
	if g.nullable {
		panic(fmt.Sprintf("grammar: syntax %q: matches the empty line", c.syntax))
	}
	for _, p := range g.last {
		p.last = true
	}
	return g.first
}

// checker walks every set of positions that a line can lead to.
type checker struct {
	title string
	lists map[list]bool   // sets that are the followers of one position
	joins map[string]bool // sets that several positions lead to, by their followers
}

// list identifies a shared list of followers.
type list struct {
	first **pos
	n     int
}

// path is the words that lead to a set, for the message of a panic.
type path struct {
	before *path
	word   string
}

func (p *path) String() string {
	if p.before == nil {
		return p.word
	}
	return p.before.String() + " " + p.word
}

// check looks at one set and at all that it leads to. In each set a token has one
// help text, which all its positions then share.
func (c *checker) check(before *path, set []*pos) {
	sorted := slices.Clone(set)
	slices.SortStableFunc(sorted, func(p, q *pos) int { return strings.Compare(p.text, q.text) })
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].text == sorted[0].text {
			n++
		}
		same := sorted[:n]
		sorted = sorted[n:]
		at := &path{before, same[0].text}
		c.share(at, same)
		if next := c.followers(same); len(next) > 0 {
			c.check(at, next)
		}
	}
}

// followers returns what may follow positions that are read as one, nothing
// when that set has been checked.
func (c *checker) followers(same []*pos) []*pos {
	if len(same) == 1 {
		f := same[0].follow
		if len(f) == 0 || c.lists[list{&f[0], len(f)}] {
			return nil
		}
		c.lists[list{&f[0], len(f)}] = true
		return f
	}
	var next []*pos
	key := ""
	for _, p := range same {
		if len(p.follow) > 0 {
			key += fmt.Sprintf("%p %d ", p.follow, len(p.follow))
			next = append(next, p.follow...)
		}
	}
	if c.joins[key] {
		return nil
	}
	c.joins[key] = true
	return next
}

// share gives positions that are reached by the same words one help text, and
// panics when there is none or when two commands end here.
func (c *checker) share(at *path, same []*pos) {
	fail := func(what string) {
		panic(fmt.Sprintf("grammar: mode %q: `%s`: %s", c.title, at, what))
	}
	help := ""
	var ends *formOf
	for _, p := range same {
		if help == "" {
			help = p.help
		}
		if p.help != "" && p.help != help {
			fail(fmt.Sprintf("two help texts, %q and %q", help, p.help))
		}
		if p.last {
			if ends != nil && ends != p.form {
				fail("two commands end here")
			}
			ends = p.form
		}
	}
	if help == "" && same[0].kind != wholeInterface && !same[0].list {
		fail("no help")
	}
	for _, p := range same {
		p.help = help
	}
}
