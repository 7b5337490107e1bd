package commands

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/shell/grammar"
)

// An access list is typed in two ways, as `access-list 101 …` lines and inside
// `ip access-list extended`, with the same four kinds of entry.

// aceForm is one kind of entry: the syntax behind the list or sequence number.
type aceForm struct {
	syntax string
	help   grammar.Help
}

var aceForms = []aceForm{
	aceProtocols(),
	acePorts("tcp", tcpPorts),
	acePorts("udp", udpPorts),
}

// aceProtocols is an entry for every protocol that has no ports.
func aceProtocols() aceForm {
	help := grammar.Help{"<0-255>": "An IP protocol number"}
	var words []string
	for _, p := range protocols {
		if p.num != protoTCP && p.num != protoUDP {
			words = append(words, p.name)
			help[p.name] = p.help
		}
	}
	return aceForm{
		"{permit | deny}$action {" + strings.Join(words, " | ") + " | <0-255>}$protocol " + addrSyntax("s") + " " + addrSyntax("d") + " [log]",
		withHelp(aceHelp, help),
	}
}

// acePorts is an entry for a protocol with ports.
func acePorts(protocol string, ports nameTable) aceForm {
	help := grammar.Help{"<0-65535>": "Port number"}
	for _, p := range ports {
		help[p.name] = p.help
	}
	help[protocol] = protocols[slices.IndexFunc(protocols, func(n named) bool { return n.name == protocol })].help
	return aceForm{
		"{permit | deny}$action " + protocol + "$protocol " + addrSyntax("s") + portSyntax("s", ports) + " " +
			addrSyntax("d") + portSyntax("d", ports) + " [log]",
		withHelp(aceHelp, help),
	}
}

// addrSyntax is one side's address; side is the first letter of its bindings.
func addrSyntax(side string) string {
	return strings.NewReplacer("@", "$"+side).Replace("{any@any | host A.B.C.D@host | A.B.C.D@base A.B.C.D@wild}")
}

func portSyntax(side string, ports nameTable) string {
	words := []string{"<0-65535>"}
	for _, p := range ports {
		words = append(words, p.name)
	}
	port := "{" + strings.Join(words, " | ") + "}"
	return strings.NewReplacer("@", "$"+side, "PORT", port).Replace(" [{eq | neq | lt | gt}@op PORT@port | range@op PORT@port PORT@high]")
}

var aceHelp = grammar.Help{
	"permit": "Specify packets to forward",
	"deny":   "Specify packets to reject",
	"$sany":  "Any source host", "$dany": "Any destination host",
	"host":   "A single host",
	"$shost": "Source address", "$dhost": "Destination address",
	"$sbase": "Source address", "$dbase": "Destination address",
	"$swild": "Source wildcard bits", "$dwild": "Destination wildcard bits",
	"eq":   "Match only packets on a given port number",
	"neq":  "Match only packets not on a given port number",
	"lt":   "Match only packets with a lower port number",
	"gt":   "Match only packets with a greater port number",
	"$sop": "Match only packets in the range of port numbers",
	"$dop": "Match only packets in the range of port numbers",
	"log":  "Log matches against this entry",
}

// ace reads an entry.
func ace(a grammar.Args) (acl.Entry, error) {
	e := acl.Entry{Src: aceAddr(a, "s"), Dst: aceAddr(a, "d"), Log: a.Has("log")}
	if a.String("action") == "deny" {
		e.Action = acl.Deny
	}
	n, err := protocols.number(a.String("protocol"))
	if err != nil {
		return e, err
	}
	e.Protocol = uint8(n)
	ports := portNames(e.Protocol)
	if e.SrcPort, err = acePort(a, "s", ports); err != nil {
		return e, err
	}
	e.DstPort, err = acePort(a, "d", ports)
	return e, err
}

func aceAddr(a grammar.Args, side string) acl.Addr {
	switch {
	case a.Has(side + "any"):
		return acl.Any
	case a.Has(side + "host"):
		return acl.Addr{Base: a.IP(side + "host")}
	}
	wild := a.IP(side + "wild")
	return acl.Addr{Base: a.IP(side+"base") &^ wild, Wildcard: wild}
}

func acePort(a grammar.Args, side string, names nameTable) (acl.Ports, error) {
	var p acl.Ports
	for op, word := range portOps {
		if a.String(side+"op") == word {
			p.Op = op
		}
	}
	if p.Op == acl.PortAny {
		return p, nil
	}
	var err error
	if p.Low, err = names.number(a.String(side + "port")); err != nil || p.Op != acl.PortRange {
		return p, err
	}
	p.High, err = names.number(a.String(side + "high"))
	if p.Low > p.High {
		p.Low, p.High = p.High, p.Low
	}
	return p, err
}

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
	Join: true,
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
