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
	at, last := len(l.Entries), uint32(0)
	for i := range l.Entries {
		o := &l.Entries[i]
		last = max(last, o.Seq)
		same := o.Src == e.Src && o.Dst == e.Dst && sameBut(*o, e)
		switch {
		case e.Seq != 0 && o.Seq == e.Seq:
			if same {
				return nil
			}
			return refuse("Duplicate sequence number.")
		case same && e.Remark == "":
			return nil
		case e.Seq != 0 && o.Seq > e.Seq && at == len(l.Entries):
			at = i
		}
	}
	if e.Seq == 0 && e.Remark == "" {
		const step = 10
		e.Seq = last + step
	}
	l.Entries = slices.Insert(l.Entries, at, e)
	return nil
}

// sameBut reports whether two entries differ in nothing but their sequence numbers.
func sameBut(a, b acl.Entry) bool {
	a.Seq = b.Seq
	return a == b
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

// listKind is what standard and extended lists differ in.
type listKind struct {
	word     string // "standard"
	standard bool
	numbers  string // of a numbered list, as a choice
	help     grammar.Help
	forms    []aceForm
	read     func(grammar.Args) (acl.Entry, error)
}

var standardKind = &listKind{
	word: "standard", standard: true, numbers: "<1-99> | <1300-1999>",
	help: grammar.Help{
		"standard": "Standard Access List", "<1-99>": "IP standard access list", "<1300-1999>": "IP standard access list (expanded range)",
	},
	forms: []aceForm{standardForm}, read: standardACE,
}

var extendedKind = &listKind{
	word: "extended", numbers: "<100-199> | <2000-2699>",
	help: grammar.Help{
		"extended": "Extended Access List", "<100-199>": "IP extended access list", "<2000-2699>": "IP extended access list (expanded range)",
	},
	forms: extendedForms, read: ace,
}

// list finds or makes a list of the kind.
func (k *listKind) list(c *config.Config, name string) (*acl.List, error) {
	l := c.AccessList(name)
	if l == nil {
		l = &acl.List{Name: name, Standard: k.standard}
		c.AddAccessList(l)
	}
	if l.Standard != k.standard {
		other := extendedKind
		if l.Standard {
			other = standardKind
		}
		return nil, refuse("A named %s IP access list with this name already exists", other.title())
	}
	return l, nil
}

func (k *listKind) title() string {
	return map[bool]string{true: "Standard", false: "Extended"}[k.standard]
}

func (k *listKind) remove(c *config.Config, a grammar.Args) error {
	name := a.String("list")
	c.AccessLists = without(c.AccessLists, func(l *acl.List) bool { return l.Name == name && l.Standard == k.standard })
	return nil
}

// numberedLines are the forms of `access-list N`. `no` removes the whole list,
// whatever stands behind its number.
func numberedLines() []grammar.Entry[*config.Config] {
	write := func(c *config.Config, w *grammar.Writer) {
		for _, l := range c.AccessLists {
			for _, e := range l.Entries {
				if config.Numbered(l.Name) {
					w.Line("access-list", l.Name, entryText(l, e))
				}
			}
		}
	}
	return append(standardKind.numbered(write),
		// The first of the lines writes all lists, in the order of their numbers.
		extendedKind.numbered(func(*config.Config, *grammar.Writer) {})...)
}

func (k *listKind) numbered(write func(*config.Config, *grammar.Writer)) []grammar.Entry[*config.Config] {
	add := func(c *config.Config, a grammar.Args, e acl.Entry) error {
		l, err := k.list(c, a.String("list"))
		if err != nil {
			return err
		}
		return addACE(l, e)
	}
	help := withHelp(k.help, grammar.Help{"access-list": "Add an access list entry"})
	head := "access-list {" + k.numbers + "}$list "
	lines := []grammar.Entry[*config.Config]{
		configLine{
			Syntax: head + "![remark LINE]",
			Help:   withHelp(help, grammar.Help{"remark": "Access list entry comment", "LINE": "Comment up to 100 characters"}),
			Set:    func(c *config.Config, a grammar.Args) error { return add(c, a, acl.Entry{Remark: a.String("LINE")}) },
			No:     k.remove,
			Write:  write,
		},
	}
	for _, f := range k.forms {
		lines = append(lines, configLine{
			Syntax: head + f.syntax,
			Help:   withHelp(help, f.help),
			Set: func(c *config.Config, a grammar.Args) error {
				e, err := k.read(a)
				if err != nil {
					return err
				}
				return add(c, a, e)
			},
			No: k.remove,
			// The line of the remarks writes all entries, in their order.
			Write: func(*config.Config, *grammar.Writer) {},
		})
	}
	return lines
}

var (
	standardBlock = standardKind.block("Standard Access List configuration commands:", "config-std-nacl")
	extendedBlock = extendedKind.block("Ext Access List configuration commands:", "config-ext-nacl")
)

func (k *listKind) block(title, prompt string) grammar.Block[*config.Config, *acl.List] {
	return grammar.Block[*config.Config, *acl.List]{
		Syntax: "ip access-list " + k.word + " {" + k.numbers + " | WORD}$list",
		Help: withHelp(k.help, grammar.Help{
			"ip":          "Global IP configuration subcommands",
			"access-list": "Named access-list",
			"WORD":        "Access-list name",
		}),
		Open: func(c *config.Config, a grammar.Args) (*acl.List, error) {
			name := a.String("list")
			number := config.Numbered(name) && config.Standard(name) == k.standard
			if first := name[0] | 0x20; !number && (first < 'a' || first > 'z') {
				return nil, refuse("Invalid access list name.")
			}
			return k.list(c, name)
		},
		No: k.remove,
		Each: func(c *config.Config) iter.Seq2[string, *acl.List] {
			return func(yield func(string, *acl.List) bool) {
				for _, l := range c.AccessLists {
					// A numbered list without entries has no other line.
					if l.Standard == k.standard && (!config.Numbered(l.Name) || len(l.Entries) == 0) &&
						!yield("ip access-list "+k.word+" "+l.Name, l) {
						return
					}
				}
			}
		},
		Sub:  grammar.NewMode(prompt, title, k.entryLines()...),
		Gaps: grammar.GapLast,
	}
}

// entryLines are the entries of a named list. Sequence numbers are not written, as
// on IOS: a restart numbers the entries anew.
func (k *listKind) entryLines() []grammar.Entry[*acl.List] {
	type line = grammar.Line[*acl.List]
	const seq = "<1-2147483647>"
	lines := []grammar.Entry[*acl.List]{
		grammar.Exit[*acl.List]{Help: "Exit from access-list configuration mode"},
		known[*acl.List](knownACL),
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
					w.Line(entryText(l, e))
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
	for _, f := range k.forms {
		read := func(a grammar.Args) (acl.Entry, error) {
			e, err := k.read(a)
			n, _ := strconv.ParseUint(a.String("seq"), 10, 32)
			e.Seq = uint32(n)
			return e, err
		}
		change := func(how func(*acl.List, acl.Entry) error) func(*acl.List, grammar.Args) error {
			return func(l *acl.List, a grammar.Args) error {
				e, err := read(a)
				if err != nil {
					return err
				}
				return how(l, e)
			}
		}
		lines = append(lines, line{
			Syntax: "[" + seq + "$seq] " + f.syntax,
			Help:   withHelp(f.help, grammar.Help{"$seq": "Sequence Number"}),
			Set:    change(addACE),
			No:     change(removeACE),
			// The line of the remarks writes all entries, in their order.
			Write: func(*acl.List, *grammar.Writer) {},
		})
	}
	return lines
}
