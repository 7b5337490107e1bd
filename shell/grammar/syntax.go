package grammar

import (
	"fmt"
	"slices"
	"strings"
)

// expr is a parsed piece of syntax: a leaf (token) or a sequence or choice.
type expr struct {
	token      string
	bind       string
	secret     bool
	kids       []*expr
	choice     bool
	optional   bool
	optionalNo bool
	repeat     bool
}

// parseSyntax parses the notation of the package comment.
func parseSyntax(syntax string) (e *expr, err error) {
	p := &syntaxParser{pieces: split(syntax)}
	defer func() {
		if r := recover(); r != nil {
			e, err = nil, fmt.Errorf("%v", r)
		}
	}()
	e = p.choice()
	if p.peek() != "" {
		panic("unexpected " + p.peek())
	}
	return e, nil
}

// split cuts a syntax into words, brackets and postfixes.
func split(s string) []string {
	var out []string
	for s = strings.TrimLeft(s, " "); s != ""; s = strings.TrimLeft(s, " ") {
		n := 1
		switch {
		case strings.HasPrefix(s, "!["):
			n = 2
		case strings.HasPrefix(s, "..."):
			n = 3
		case strings.IndexByte("{}[]|", s[0]) >= 0:
		default:
			for n < len(s) && strings.IndexByte(" {}[]|$", s[n]) < 0 && !strings.HasPrefix(s[n:], "...") {
				n++
			}
		}
		out = append(out, s[:n])
		s = s[n:]
	}
	return out
}

type syntaxParser struct{ pieces []string }

func (p *syntaxParser) peek() string {
	if len(p.pieces) == 0 {
		return ""
	}
	return p.pieces[0]
}

func (p *syntaxParser) next() string {
	s := p.peek()
	p.pieces = p.pieces[min(1, len(p.pieces)):]
	return s
}

func (p *syntaxParser) choice() *expr {
	e := &expr{choice: true, kids: []*expr{p.sequence()}}
	for p.peek() == "|" {
		p.next()
		e.kids = append(e.kids, p.sequence())
	}
	if len(e.kids) == 1 {
		return e.kids[0]
	}
	return e
}

func (p *syntaxParser) sequence() *expr {
	e := &expr{}
	for s := p.peek(); s != "" && strings.IndexByte("}]|", s[0]) < 0; s = p.peek() {
		e.kids = append(e.kids, p.element())
	}
	if len(e.kids) == 0 {
		panic("empty sequence")
	}
	return e
}

func (p *syntaxParser) element() *expr {
	var e *expr
	switch s := p.next(); s {
	case "{", "[", "![":
		closing := map[string]string{"{": "}", "[": "]", "![": "]"}[s]
		e = &expr{kids: []*expr{p.choice()}, optional: s == "[", optionalNo: s == "!["}
		if p.next() != closing {
			panic("missing " + closing)
		}
	case "...":
		panic("nothing to repeat")
	default:
		if s[0] == '$' {
			panic("nothing to bind to " + s)
		}
		e = &expr{token: s}
	}
	if p.peek() == "..." {
		p.next()
		e = &expr{kids: []*expr{e}, repeat: true}
	}
	if p.peek() == "$" {
		if p.next(); e.token == "" || !strings.HasPrefix(p.peek(), "$") {
			panic("a secret is one word with a name")
		}
		e.secret = true
	}
	if s := p.peek(); s != "" && s[0] == '$' {
		e.bind = p.next()[1:]
	}
	return e
}

// pos is one occurrence of a token in one form of a command: a state of the
// position automaton, in which the edges into a state all carry its token.
type pos struct {
	*token
	bind   string  // innermost binding around the token
	secret bool    // what matches is not repeated
	follow []*pos  // what may come next
	last   bool    // the line may end here
	form   *formOf // what the line is when it ends here
}

// formOf is one form of a command.
type formOf struct {
	cmd  *command
	form form
}

// fragment is an expression as an automaton, after Glushkov.
type fragment struct {
	nullable    bool
	first, last []*pos
}

// compile builds the automaton of e as part of form f.
func (e *expr) compile(f *formOf, bind string) fragment {
	if e.bind != "" {
		bind = e.bind
	}
	var g fragment
	switch {
	case e.token != "":
		g = leaf(f, e.token, bind, e.bind)
		g.first[0].secret = e.secret
	case e.choice:
		for _, k := range e.kids {
			h := k.compile(f, bind)
			g.nullable = g.nullable || h.nullable
			g.first = append(g.first, h.first...)
			g.last = append(g.last, h.last...)
		}
	default:
		g.nullable = true
		for _, k := range e.kids {
			g = g.then(k.compile(f, bind))
		}
	}
	if e.repeat {
		connect(g.last, g.first)
	}
	if e.optional || e.optionalNo && f.form != plain {
		g.nullable = true
	}
	return g
}

func (g fragment) then(h fragment) fragment {
	connect(g.last, h.first)
	out := fragment{nullable: g.nullable && h.nullable, first: g.first, last: h.last}
	if g.nullable {
		out.first = append(append([]*pos(nil), g.first...), h.first...)
	}
	if h.nullable {
		out.last = append(append([]*pos(nil), h.last...), g.last...)
	}
	return out
}

// connect lets to follow from. Positions with the same followers share one list:
// the dozens of names of a choice cost one, and are checked once.
func connect(from, to []*pos) {
	to = slices.Clip(to)
	for _, p := range from {
		if p.follow == nil {
			p.follow = to
			continue
		}
		for _, q := range to {
			if !slices.Contains(p.follow, q) {
				p.follow = append(slices.Clip(p.follow), q)
			}
		}
	}
}

// leaf is the automaton of one token. An interface name is written in one word
// or as a type and a number.
func leaf(f *formOf, text, bind, direct string) fragment {
	if text == "INTERFACE" {
		if bind == "" {
			bind = text
		}
		whole := &pos{token: &token{kind: wholeInterface, text: text}, bind: bind, form: f}
		g := fragment{first: []*pos{whole}, last: []*pos{whole}}
		for _, t := range interfaceTypes {
			number := &pos{token: t.number(), bind: bind, form: f}
			kind := &pos{token: &token{kind: keyword, text: t.name, help: t.help}, bind: bind, form: f, follow: []*pos{number}}
			g.first = append(g.first, kind)
			g.last = append(g.last, number)
		}
		return g
	}
	t := newToken(text)
	t.help = f.cmd.help["$"+direct]
	if t.help == "" {
		t.help = f.cmd.help[text]
	}
	if bind == "" && t.kind != keyword {
		bind = text
	}
	p := &pos{token: t, bind: bind, form: f}
	return fragment{first: []*pos{p}, last: []*pos{p}}
}
