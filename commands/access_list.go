package commands

import (
	"iter"
	"slices"
	"strconv"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/shell/grammar"
)

// addACE puts an entry at its sequence number, or at the end when it has none.
// An entry that is there already is not added again.
func addACE(l *acl.List, e acl.Entry) error {
	at := len(l.Entries)
	for i, o := range l.Entries {
		same := o
		same.Seq = e.Seq
		switch {
		case e.Seq != 0 && o.Seq == e.Seq:
			if same == e {
				return nil
			}
			return refuse("Duplicate sequence number.")
		case same == e && e.Remark == "":
			return nil
		case e.Seq != 0 && o.Seq > e.Seq && at == len(l.Entries):
			at = i
		}
	}
	if e.Seq == 0 && e.Remark == "" {
		const step = 10
		e.Seq = step
		for _, o := range l.Entries {
			e.Seq = max(e.Seq, o.Seq+step)
		}
	}
	l.Entries = slices.Insert(l.Entries, at, e)
	return nil
}

// removeACE removes the entry that is the same but for its sequence number.
func removeACE(l *acl.List, e acl.Entry) error {
	at := slices.IndexFunc(l.Entries, func(o acl.Entry) bool {
		if e.Seq == 0 {
			o.Seq = 0
		}
		return o == e
	})
	if at < 0 {
		return refuse("Could not find access-list entry")
	}
	l.Entries = cut(l.Entries, at)
	return nil
}

// accessList finds or makes a list.
func accessList(c *config.Config, name string) *acl.List {
	l := c.AccessList(name)
	if l == nil {
		l = &acl.List{Name: name}
		c.AddAccessList(l)
	}
	return l
}

func removeAccessList(c *config.Config, name string) error {
	c.AccessLists = without(c.AccessLists, func(l *acl.List) bool { return l.Name == name })
	return nil
}

// numberedLines are the forms of `access-list 100-199`. `no` removes the whole
// list, whatever stands behind its number.
func numberedLines() []grammar.Entry[*config.Config] {
	help := grammar.Help{"access-list": "Add an access list entry", "$list": "IP extended access list"}
	lines := []grammar.Entry[*config.Config]{
		configLine{
			Syntax: "access-list <100-199>$list ![remark LINE]",
			Help:   withHelp(help, grammar.Help{"remark": "Access list entry comment", "LINE": "Comment up to 100 characters"}),
			Set: func(c *config.Config, a grammar.Args) error {
				return addACE(accessList(c, a.String("list")), acl.Entry{Remark: a.String("LINE")})
			},
			No: func(c *config.Config, a grammar.Args) error { return removeAccessList(c, a.String("list")) },
			Write: func(c *config.Config, w *grammar.Writer) {
				for _, l := range c.AccessLists {
					for _, e := range l.Entries {
						if config.Numbered(l.Name) {
							w.Line("access-list", l.Name, aceText(e))
						}
					}
				}
			},
		},
	}
	for _, f := range aceForms {
		lines = append(lines, configLine{
			Syntax: "access-list <100-199>$list " + f.syntax,
			Help:   withHelp(help, f.help),
			Set: func(c *config.Config, a grammar.Args) error {
				e, err := ace(a)
				if err != nil {
					return err
				}
				warnLog(a)
				return addACE(accessList(c, a.String("list")), e)
			},
			No: func(c *config.Config, a grammar.Args) error { return removeAccessList(c, a.String("list")) },
			// The line of the remarks writes all entries, in their order.
			Write: func(*config.Config, *grammar.Writer) {},
		})
	}
	return lines
}

var namedListBlock = grammar.Block[*config.Config, *acl.List]{
	Syntax: "ip access-list extended {<100-199> | WORD}$list",
	Help: grammar.Help{
		"ip":          "Global IP configuration subcommands",
		"access-list": "Named access-list",
		"extended":    "Extended Access List",
		"<100-199>":   "Extended IP access-list number",
		"WORD":        "Access-list name",
	},
	Open: func(c *config.Config, a grammar.Args) (*acl.List, error) {
		name := a.String("list")
		if first := name[0] | 0x20; !config.Numbered(name) && (first < 'a' || first > 'z') {
			return nil, refuse("Invalid access list name.")
		}
		return accessList(c, name), nil
	},
	No: func(c *config.Config, a grammar.Args) error { return removeAccessList(c, a.String("list")) },
	Each: func(c *config.Config) iter.Seq2[string, *acl.List] {
		return func(yield func(string, *acl.List) bool) {
			for _, l := range c.AccessLists {
				// A numbered list without entries has no other line.
				if (!config.Numbered(l.Name) || len(l.Entries) == 0) && !yield("ip access-list extended "+l.Name, l) {
					return
				}
			}
		}
	},
	Sub:  extendedMode,
	Gaps: grammar.GapLast,
}

var extendedMode = grammar.NewMode("config-ext-nacl", "Ext Access List configuration commands:", extendedLines()...)

// extendedLines are the entries of a named list. Sequence numbers are not
// written, as on IOS: a restart numbers the entries anew.
func extendedLines() []grammar.Entry[*acl.List] {
	type line = grammar.Line[*acl.List]
	const seq = "<1-2147483647>"
	lines := []grammar.Entry[*acl.List]{
		grammar.Exit[*acl.List]{Help: "Exit from access-list configuration mode"},
		line{
			Syntax: "remark LINE",
			Help:   grammar.Help{"remark": "Access list entry comment", "LINE": "Comment up to 100 characters"},
			Set: func(l *acl.List, a grammar.Args) error {
				return addACE(l, acl.Entry{Remark: a.String("LINE")})
			},
			No: func(l *acl.List, a grammar.Args) error {
				return removeACE(l, acl.Entry{Remark: a.String("LINE")})
			},
			Write: func(l *acl.List, w *grammar.Writer) {
				for _, e := range l.Entries {
					w.Line(aceText(e))
				}
			},
		},
		line{
			Syntax: seq + "$seq",
			Help:   grammar.Help{"$seq": "Sequence Number"},
			No: func(l *acl.List, a grammar.Args) error {
				at := slices.IndexFunc(l.Entries, func(e acl.Entry) bool { return e.Seq == uint32(a.Int("seq")) })
				if at < 0 {
					return refuse("Could not find access-list entry %d", a.Int("seq"))
				}
				l.Entries = cut(l.Entries, at)
				return nil
			},
		},
	}
	for _, f := range aceForms {
		read := func(a grammar.Args) (acl.Entry, error) {
			e, err := ace(a)
			n, _ := strconv.ParseUint(a.String("seq"), 10, 32)
			e.Seq = uint32(n)
			return e, err
		}
		lines = append(lines, line{
			Syntax: "[" + seq + "$seq] " + f.syntax,
			Help:   withHelp(f.help, grammar.Help{"$seq": "Sequence Number"}),
			Set: func(l *acl.List, a grammar.Args) error {
				e, err := read(a)
				if err != nil {
					return err
				}
				warnLog(a)
				return addACE(l, e)
			},
			No: func(l *acl.List, a grammar.Args) error {
				e, err := read(a)
				if err != nil {
					return err
				}
				return removeACE(l, e)
			},
			// The line of the remarks writes all entries, in their order.
			Write: func(*acl.List, *grammar.Writer) {},
		})
	}
	return lines
}
