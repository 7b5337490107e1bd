package commands

import (
	"fmt"
	"iter"
	"strconv"

	"conft/internal/config"
	"conft/shell/grammar"
)

var radiusHelp = grammar.Help{
	"radius":        "RADIUS server configuration command",
	"radius-server": "Modify RADIUS query parameters",
	"server":        "Server configuration",
	"host":          "Specify a RADIUS server",
	"address":       "Specify the radius server address",
	"ipv4":          "IPv4 Address",
	"A.B.C.D":       "IP address of RADIUS server",
	"auth-port":     "UDP port for RADIUS authentication server (default is 1645)",
	"acct-port":     "UDP port for RADIUS accounting server (default is 1646)",
	"$auth":         "Port number",
	"$acct":         "Port number",
	"key":           "Per-server encryption key",
	"timeout":       "Time to wait for this RADIUS server to reply",
	"retransmit":    "Specify the number of retries to active server",
	"deadtime":      "Time to stop using a server that doesn't respond",
	"$minutes":      "time in minutes",
	"$seconds":      "Timeout value in seconds to wait for server to reply",
	"$retries":      "Number of retries for a transaction",
}

var radiusSourceHelp = grammar.Help{"ip": "Global IP configuration subcommands", "radius": "RADIUS configuration commands",
	"source-interface": "Specify interface for source address in RADIUS packets"}

var radiusSourceLine = sourceLine("ip radius source-interface", radiusSourceHelp, func(c *config.Config) *string { return &c.AAA.RADIUS.Source })

const portsSyntax = "[auth-port <0-65535>$auth | acct-port <0-65535>$acct]..."

// readPorts sets the ports of a line, the usual ones where it names none.
func readPorts(s *config.RADIUSServer, a grammar.Args) {
	s.AuthPort, s.AcctPort = config.DefaultAuthPort, config.DefaultAcctPort
	if a.Has("auth") {
		s.AuthPort = uint16(a.Int("auth"))
	}
	if a.Has("acct") {
		s.AcctPort = uint16(a.Int("acct"))
	}
}

// hostName is how a server without a name is called: by where it is, as a line of a
// server group says it.
func hostName(addr uint32, auth, acct uint16) string {
	return fmt.Sprintf("%s auth-port %d acct-port %d", ipText(addr), auth, acct)
}

// serverName is the server that a line of a group names.
func serverName(a grammar.Args) string {
	if a.Has("WORD") {
		return a.String("WORD")
	}
	var s config.RADIUSServer
	readPorts(&s, a)
	return hostName(a.IP("addr"), s.AuthPort, s.AcctPort)
}

// serverSet is a RADIUS server in its configuration.
type serverSet struct {
	c *config.Config
	*config.RADIUSServer
}

var radiusServerBlock = grammar.Block[*config.Config, *serverSet]{
	Syntax: "radius server WORD",
	Help:   withHelp(radiusHelp, grammar.Help{"WORD": "Name for the radius server configuration"}),
	Open: func(c *config.Config, a grammar.Args) (*serverSet, error) {
		name := a.String("WORD")
		if c.AAA.Server(name) == nil {
			c.AAA.Servers = append(c.AAA.Servers, config.RADIUSServer{Name: name, Retransmit: -1,
				AuthPort: config.DefaultAuthPort, AcctPort: config.DefaultAcctPort})
		}
		return &serverSet{c, c.AAA.Server(name)}, nil
	},
	No: func(c *config.Config, a grammar.Args) error { removeServer(c, a.String("WORD")); return nil },
	Each: func(c *config.Config) iter.Seq2[string, *serverSet] {
		return func(yield func(string, *serverSet) bool) {
			for i := range c.AAA.Servers {
				if s := &c.AAA.Servers[i]; !s.Host && !yield("radius server "+s.Name, &serverSet{c, s}) {
					return
				}
			}
		}
	},
	Sub: radiusServerMode,
}

func removeServer(c *config.Config, name string) {
	c.AAA.Servers = without(c.AAA.Servers, func(s config.RADIUSServer) bool { return s.Name == name })
}

type serverLine = grammar.Line[*serverSet]

var radiusServerMode = grammar.NewMode[*serverSet]("config-radius-server", "RADIUS server sub-mode commands:",
	serverLine{
		Syntax: "address ipv4 ![A.B.C.D " + portsSyntax + "]",
		Help:   radiusHelp,
		Set: func(s *serverSet, a grammar.Args) error {
			s.Addr = a.IP("A.B.C.D")
			readPorts(s.RADIUSServer, a)
			return nil
		},
		No: func(s *serverSet, _ grammar.Args) error {
			s.Addr, s.AuthPort, s.AcctPort = 0, config.DefaultAuthPort, config.DefaultAcctPort
			return nil
		},
		Write: func(s *serverSet, w *grammar.Writer) {
			if s.Addr != 0 {
				w.Line("address ipv4", hostName(s.Addr, s.AuthPort, s.AcctPort))
			}
		},
	},
	serverNumber("timeout", "<1-1000>$seconds", func(s *config.RADIUSServer) *int { return &s.Timeout }, 0),
	serverNumber("retransmit", "<0-100>$retries", func(s *config.RADIUSServer) *int { return &s.Retransmit }, -1),
	serverLine{
		Syntax: "key !" + bracket(passwordSyntax),
		Help:   withHelp(passwordHelp, radiusHelp),
		Set: func(s *serverSet, a grammar.Args) (err error) {
			s.Key, err = readPassword(s.c, a)
			return err
		},
		No: func(s *serverSet, _ grammar.Args) error { s.Key = config.Password{}; return nil },
		Write: func(s *serverSet, w *grammar.Writer) {
			if s.Key.Text != "" {
				w.Line("key", passwordText(s.Key, false))
			}
		},
	},
	known[*serverSet](knownRADIUSServer),
)

func serverNumber(word, number string, of func(*config.RADIUSServer) *int, usual int) serverLine {
	bind := number[len(number)-len("seconds"):]
	return serverLine{
		Syntax: word + " ![" + number + "]", Help: radiusHelp,
		Set:   func(s *serverSet, a grammar.Args) error { *of(s.RADIUSServer) = a.Int(bind); return nil },
		No:    func(s *serverSet, _ grammar.Args) error { *of(s.RADIUSServer) = usual; return nil },
		Write: func(s *serverSet, w *grammar.Writer) { writeUnless(w, word, *of(s.RADIUSServer), usual) },
	}
}

// radiusHostLine is a server as listings of old name it.
var radiusHostLine = configLine{
	Syntax: "radius-server host A.B.C.D [auth-port <0-65535>$auth | acct-port <0-65535>$acct | timeout <1-1000>$seconds | retransmit <0-100>$retries]... [key " + passwordSyntax + "]",
	Help:   withHelp(passwordHelp, radiusHelp),
	Set: func(c *config.Config, a grammar.Args) (err error) {
		s := config.RADIUSServer{Host: true, Addr: a.IP("A.B.C.D"), Timeout: a.Int("seconds"), Retransmit: -1}
		readPorts(&s, a)
		if a.Has("retries") {
			s.Retransmit = a.Int("retries")
		}
		if a.Has("key") {
			if s.Key, err = readPassword(c, a); err != nil {
				return err
			}
		}
		s.Name = hostName(s.Addr, s.AuthPort, s.AcctPort)
		if old := c.AAA.Server(s.Name); old != nil {
			*old = s
			return nil
		}
		c.AAA.Servers = append(c.AAA.Servers, s)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		var s config.RADIUSServer
		readPorts(&s, a)
		removeServer(c, hostName(a.IP("A.B.C.D"), s.AuthPort, s.AcctPort))
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, s := range c.AAA.Servers {
			if !s.Host {
				continue
			}
			words := []string{"radius-server host", s.Name}
			if s.Timeout != 0 {
				words = append(words, "timeout", strconv.Itoa(s.Timeout))
			}
			if s.Retransmit >= 0 {
				words = append(words, "retransmit", strconv.Itoa(s.Retransmit))
			}
			if s.Key.Text != "" {
				words = append(words, "key", passwordText(s.Key, false))
			}
			w.Line(words...)
		}
	},
}

var radiusKeyLine = configLine{
	Syntax: "radius-server key !" + bracket(passwordSyntax),
	Help:   withHelp(passwordHelp, radiusHelp),
	Set: func(c *config.Config, a grammar.Args) (err error) {
		c.AAA.RADIUS.Key, err = readPassword(c, a)
		return err
	},
	No: func(c *config.Config, _ grammar.Args) error { c.AAA.RADIUS.Key = config.Password{}; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.AAA.RADIUS.Key.Text != "" {
			w.Line("radius-server key", passwordText(c.AAA.RADIUS.Key, false))
		}
	},
}

var radiusTimeoutLine = configLine{
	Syntax: "radius-server timeout ![<1-1000>$seconds]",
	Help:   radiusHelp,
	Set:    func(c *config.Config, a grammar.Args) error { c.AAA.RADIUS.Timeout = a.Int("seconds"); return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.AAA.RADIUS.Timeout = 0; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		writeUnless(w, "radius-server timeout", c.AAA.RADIUS.Timeout, 0)
	},
}

var radiusRetransmitLine = configLine{
	Syntax: "radius-server retransmit ![<0-100>$retries]",
	Help:   radiusHelp,
	Set:    func(c *config.Config, a grammar.Args) error { c.AAA.RADIUS.Retransmit = a.Int("retries"); return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.AAA.RADIUS.Retransmit = -1; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		writeUnless(w, "radius-server retransmit", c.AAA.RADIUS.Retransmit, -1)
	},
}

var radiusDeadtimeLine = configLine{
	Syntax: "radius-server deadtime ![<1-1440>$minutes]",
	Help:   radiusHelp,
	Set:    func(c *config.Config, a grammar.Args) error { c.AAA.RADIUS.Deadtime = a.Int("minutes"); return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.AAA.RADIUS.Deadtime = 0; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		writeUnless(w, "radius-server deadtime", c.AAA.RADIUS.Deadtime, 0)
	},
}

// radiusLines are in the order of the listing: hosts before what holds for all, and the
// servers with a block behind them.
var radiusLines = []grammar.Entry[*config.Config]{radiusHostLine, radiusRetransmitLine, radiusTimeoutLine, radiusDeadtimeLine, radiusKeyLine, radiusServerBlock}
