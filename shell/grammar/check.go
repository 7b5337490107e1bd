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
)

// command is an entry of a table, its types erased.
type command struct {
	syntax  string
	help    Help
	priv    int
	do      [forms]func(any, Args) error
	open    func(any, Args) (any, error)
	sub     *table
	write   func(any, *Writer)
	control control
}

// table is the compiled form of a mode.
type table struct {
	prompt, title string
	exec          bool
	commands      []*command
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
	t.check(nil, t.first, map[string]bool{})
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

// check walks every set of positions that a line can lead to. In each set a
// token has one help text, which all its positions then share.
func (t *table) check(path []string, set []*pos, seen map[string]bool) {
	byText := map[string][]*pos{}
	var order []string
	for _, p := range set {
		if byText[p.text] == nil {
			order = append(order, p.text)
		}
		byText[p.text] = append(byText[p.text], p)
	}
	for _, text := range order {
		same := byText[text]
		at := append(slices.Clip(path), text)
		t.share(at, same)
		var key strings.Builder
		var next []*pos
		for _, p := range same {
			fmt.Fprintf(&key, "%p ", p)
			next = append(next, p.follow...)
		}
		if !seen[key.String()] {
			seen[key.String()] = true
			t.check(at, next, seen)
		}
	}
}

// share gives positions that are reached by the same words one help text, and
// panics when there is none or when two commands end here.
func (t *table) share(at []string, same []*pos) {
	fail := func(what string) {
		panic(fmt.Sprintf("grammar: mode %q: `%s`: %s", t.title, strings.Join(at, " "), what))
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
	if help == "" && same[0].kind != wholeInterface {
		fail("no help")
	}
	for _, p := range same {
		p.help = help
	}
}
