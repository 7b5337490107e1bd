package commands

import (
	"conft/shell/grammar"
)

// accessGroupHelp is common to interfaces and crypto maps.
var accessGroupHelp = grammar.Help{
	"access-group": "Specify access control for packets",
	"in":           "inbound packets",
	"out":          "outbound packets",
	"WORD":         "Access-list name",
}

var accessGroupLine = interfaceLine{
	Syntax: "ip access-group ![<1-199>$list | <1300-2699>$list | WORD$list] {in | out}$way",
	Help: withHelp(accessGroupHelp, grammar.Help{
		"<1-199>":     "IP access list (standard or extended)",
		"<1300-2699>": "IP expanded access list (standard or extended)",
	}),
	// A list that does not exist, yet, permits everything.
	Set: func(i *interfaceScope, a grammar.Args) error { *i.accessGroup(a) = a.String("list"); return nil },
	No:  func(i *interfaceScope, a grammar.Args) error { *i.accessGroup(a) = ""; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) {
		writeAccessGroup(w, "ip access-group", i.AccessIn, i.AccessOut)
	},
}

func (i *interfaceScope) accessGroup(a grammar.Args) *string {
	if a.String("way") == "in" {
		return &i.AccessIn
	}
	return &i.AccessOut
}

func writeAccessGroup(w *grammar.Writer, words, in, out string) {
	if in != "" {
		w.Line(words, in, "in")
	}
	if out != "" {
		w.Line(words, out, "out")
	}
}

var unreachablesLine = interfaceLine{
	Syntax:  "ip unreachables",
	Help:    grammar.Help{"unreachables": "Enable sending ICMP Unreachable messages"},
	Set:     func(i *interfaceScope, _ grammar.Args) error { i.NoUnreachables = false; return nil },
	No:      func(i *interfaceScope, _ grammar.Args) error { i.NoUnreachables = true; return nil },
	Default: func(i *interfaceScope, _ grammar.Args) error { i.NoUnreachables = false; return nil },
	Write: func(i *interfaceScope, w *grammar.Writer) {
		if i.NoUnreachables {
			w.Line("no ip unreachables")
		}
	},
}

// mapAccessGroupLine is the only list that sees decrypted packets, and those about to be
// encrypted.
var mapAccessGroupLine = mapLine{
	Syntax: "set ip access-group ![<100-199>$list | <2000-2699>$list | WORD$list] {in | out}$way",
	Help: withHelp(accessGroupHelp, grammar.Help{
		"ip":          "Interface Internet Protocol config commands",
		"<100-199>":   "IP extended access list",
		"<2000-2699>": "IP extended access list (expanded range)",
	}),
	Set: func(e *mapScope, a grammar.Args) error { *e.accessGroup(a) = a.String("list"); return nil },
	No:  func(e *mapScope, a grammar.Args) error { *e.accessGroup(a) = ""; return nil },
	Write: func(e *mapScope, w *grammar.Writer) {
		writeAccessGroup(w, "set ip access-group", e.AccessIn, e.AccessOut)
	},
}

func (e *mapScope) accessGroup(a grammar.Args) *string {
	if a.String("way") == "in" {
		return &e.AccessIn
	}
	return &e.AccessOut
}
