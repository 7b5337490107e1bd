package commands

import (
	"cmp"
	"iter"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

var newModelLine = configLine{
	Syntax: "aaa new-model",
	Help:   grammar.Help{"aaa": "Authentication, Authorization and Accounting.", "new-model": "Enable NEW access control commands and functions.(Disables OLD commands.)"},
	Set: func(c *config.Config, _ grammar.Args) error {
		c.AAA.NewModel = true
		usualLogins(c)
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error {
		c.AAA = config.New().AAA
		usualLogins(c)
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		if !c.AAA.NewModel {
			w.Line("no aaa new-model")
			return
		}
		w.Line("aaa new-model")
		w.Line("!")
	},
}

// usualLogins gives each line the login that it has without configuration: what was
// configured before means nothing in the other model.
func usualLogins(c *config.Config) {
	c.Lines.Each(func(l *config.Line) { l.Login = config.LoginNone })
	for i := range c.Lines.VTY {
		c.Lines.VTY[i].Login = config.LoginPassword
	}
	if !c.AAA.NewModel {
		c.Lines.Each(func(l *config.Line) { l.LoginList, l.ExecList = "", "" })
	}
}

var errNewModel = refuse("This needs aaa new-model")

// methodLine is a list of methods of one service.
func methodLine(words string, service config.Service, list, methods string, help grammar.Help) configLine {
	name := func(a grammar.Args) string { return cmp.Or(a.String("list"), config.DefaultList) }
	return configLine{
		Syntax: words + " " + list + " ![{" + methods + "}$methods]",
		Help: withHelp(grammar.Help{
			"default":          "The default list.",
			"$list":            "Named list.",
			"group":            "Use Server-group",
			"radius":           "Use list of all Radius hosts.",
			"WORD":             "Server-group name",
			"local":            "Use local username database.",
			"local-case":       "Use case-sensitive local username authentication.",
			"enable":           "Use enable password for authentication.",
			"line":             "Use line password for authentication.",
			"none":             "NO authentication.",
			"if-authenticated": "Succeed if user has authenticated.",
		}, help),
		Set: func(c *config.Config, a grammar.Args) error {
			if !c.AAA.NewModel {
				return errNewModel
			}
			list := methodsOf(a.String("methods"))
			for _, m := range list {
				if group, ok := strings.CutPrefix(m, config.MethodGroup); ok && group != config.RADIUSGroup && c.AAA.Group(group) == nil {
					a.Note("AAA: Warning server-group " + group + " is not defined")
				}
			}
			c.AAA.SetMethodList(service, name(a), list)
			return nil
		},
		No: func(c *config.Config, a grammar.Args) error { c.AAA.SetMethodList(service, name(a), nil); return nil },
		Write: func(c *config.Config, w *grammar.Writer) {
			for _, l := range c.AAA.Lists {
				if l.Service == service {
					w.Line(words, l.Name, strings.Join(l.Methods, " "))
				}
			}
		},
	}
}

// methodsOf joins "group" with its name, and leaves out what has been said.
func methodsOf(words string) []string {
	var all []string
	seen := map[string]bool{}
	fields := strings.Fields(words)
	for i := 0; i < len(fields); i++ {
		m := fields[i]
		if m == "group" && i+1 < len(fields) {
			i++
			m = config.MethodGroup + fields[i]
		}
		if !seen[m] {
			all = append(all, m)
		}
		seen[m] = true
	}
	return all
}

const authenticationMethods = "{group {radius | WORD} | local | local-case | enable | line | none}..."

var (
	loginListLine = methodLine("aaa authentication login", config.AuthenLogin, "{default | WORD$list}", authenticationMethods,
		grammar.Help{"authentication": "Authentication configurations parameters.", "login": "Set authentication lists for logins."})
	enableListLine = methodLine("aaa authentication enable", config.AuthenEnable, "default", "{group {radius | WORD} | enable | line | none}...",
		grammar.Help{"enable": "Use enable password for authentication."})
	execListLine = methodLine("aaa authorization exec", config.AuthorExec, "{default | WORD$list}", "{group {radius | WORD} | local | none | if-authenticated}...",
		grammar.Help{"authorization": "Authorization configurations parameters.", "exec": "For starting an exec (shell)."})
)

var consoleAuthorizationLine = configLine{
	Syntax: "aaa authorization console",
	Help:   grammar.Help{"console": "For enabling console authorization"},
	Set: func(c *config.Config, _ grammar.Args) error {
		if !c.AAA.NewModel {
			return errNewModel
		}
		c.AAA.ConsoleAuthz = true
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.AAA.ConsoleAuthz = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.AAA.ConsoleAuthz {
			w.Line("aaa authorization console")
		}
	},
}

// sessionIDLine is what every listing has: the router has no session identifiers to
// choose.
var sessionIDLine = configLine{
	Syntax: "aaa session-id ![common]",
	Help:   grammar.Help{"session-id": "AAA Session ID", "common": "Use the same AAA session ID for all services of a call"},
	Set:    func(*config.Config, grammar.Args) error { return nil },
	No:     func(*config.Config, grammar.Args) error { return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.AAA.NewModel {
			w.Line("aaa session-id common")
		}
	},
}

var serverGroupBlock = grammar.Block[*config.Config, *config.ServerGroup]{
	Syntax: "aaa group server radius WORD",
	Help:   grammar.Help{"group": "AAA group definitions", "server": "AAA Server group definitions", "radius": "Radius server-group definition", "WORD": "Server-group name"},
	Open: func(c *config.Config, a grammar.Args) (*config.ServerGroup, error) {
		name := a.String("WORD")
		switch {
		case !c.AAA.NewModel:
			return nil, errNewModel
		case name == config.RADIUSGroup:
			return nil, a.Invalid("WORD")
		}
		if c.AAA.Group(name) == nil {
			c.AAA.Groups = append(c.AAA.Groups, config.ServerGroup{Name: name})
		}
		return c.AAA.Group(name), nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		c.AAA.Groups = without(c.AAA.Groups, func(g config.ServerGroup) bool { return g.Name == a.String("WORD") })
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *config.ServerGroup] {
		return func(yield func(string, *config.ServerGroup) bool) {
			for i := range c.AAA.Groups {
				if !yield("aaa group server radius "+c.AAA.Groups[i].Name, &c.AAA.Groups[i]) {
					return
				}
			}
		}
	},
	Sub: serverGroupMode,
}

var serverGroupMode = grammar.NewMode[*config.ServerGroup]("config-sg-radius", "Radius Server-group configuration commands:",
	grammar.Line[*config.ServerGroup]{
		Syntax: "server {name WORD | A.B.C.D$addr [auth-port <0-65535>$auth] [acct-port <0-65535>$acct]}",
		Help: grammar.Help{"server": "Specify a RADIUS server", "name": "Name of radius server", "WORD": "Name of radius server",
			"$addr": "IP address of RADIUS server", "auth-port": "UDP port for RADIUS authentication server", "$auth": "Port number",
			"acct-port": "UDP port for RADIUS accounting server", "$acct": "Port number"},
		Set: func(g *config.ServerGroup, a grammar.Args) error {
			name := serverName(a)
			g.Servers = append(without(g.Servers, func(s string) bool { return s == name }), name)
			return nil
		},
		No: func(g *config.ServerGroup, a grammar.Args) error {
			g.Servers = without(g.Servers, func(s string) bool { return s == serverName(a) })
			return nil
		},
		Write: func(g *config.ServerGroup, w *grammar.Writer) {
			for _, s := range g.Servers {
				if strings.Contains(s, " ") {
					w.Line("server", s)
				} else {
					w.Line("server name", s)
				}
			}
		},
	},
	grammar.Line[*config.ServerGroup]{
		Syntax: "ip radius source-interface ![INTERFACE$which]",
		Help:   radiusSourceHelp,
		Set:    func(g *config.ServerGroup, a grammar.Args) error { g.Source = a.String("which"); return nil }, // which a listing has further on
		No:     func(g *config.ServerGroup, _ grammar.Args) error { g.Source = ""; return nil },
		Write: func(g *config.ServerGroup, w *grammar.Writer) {
			if g.Source != "" {
				w.Line("ip radius source-interface", g.Source)
			}
		},
	},
	known[*config.ServerGroup](knownServerGroup),
)
