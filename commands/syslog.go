package commands

import (
	"strconv"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/shell/grammar"
)

// The lines that write where messages go outside of the router are together behind the
// access lists, as on IOS.

var loggingTrapLine = configLine{
	Syntax: "logging trap [" + levelSyntax + "]",
	Help:   withHelp(levelHelp, grammar.Help{"logging": "Modify message logging facilities", "trap": "Set syslog server logging level"}),
	Set: func(c *config.Config, a grammar.Args) error {
		c.Syslog.Trap = config.Logging{Enabled: true, Level: config.DefaultSyslog.Trap.Level}
		if a.Has("level") {
			c.Syslog.Trap.Level = level(a)
		}
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error {
		c.Syslog.Trap = config.DefaultSyslog.Trap
		c.Syslog.Trap.Enabled = false
		return nil
	},
	Default: func(c *config.Config, _ grammar.Args) error { c.Syslog.Trap = config.DefaultSyslog.Trap; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch t := c.Syslog.Trap; {
		case !t.Enabled:
			w.Line("no logging trap")
		case t != config.DefaultSyslog.Trap || w.All():
			w.Line("logging trap", levels[t.Level&7])
		}
	},
}

var loggingOriginLine = configLine{
	Syntax: "logging origin-id ![hostname | ip | string LINE$text]",
	Help: grammar.Help{"logging": "Modify message logging facilities", "origin-id": "Add origin ID to syslog messages",
		"hostname": "Use origin hostname as ID", "ip": "Use origin IP address as ID", "string": "Define a unique text string as ID",
		"$text": "unique text string"},
	Set: func(c *config.Config, a grammar.Args) error {
		switch {
		case a.Has("hostname"):
			c.Syslog.Origin = config.Origin{Kind: config.OriginHostname}
		case a.Has("ip"):
			c.Syslog.Origin = config.Origin{Kind: config.OriginIP}
		default:
			c.Syslog.Origin = config.Origin{Kind: config.OriginText, Text: a.String("text")}
		}
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.Syslog.Origin = config.Origin{}; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch o := c.Syslog.Origin; o.Kind {
		case config.OriginHostname:
			w.Line("logging origin-id hostname")
		case config.OriginIP:
			w.Line("logging origin-id ip")
		case config.OriginText:
			w.Line("logging origin-id string", o.Text)
		}
	},
}

// facilityHelp describes the facilities, in words of their own for the common ones.
func facilityHelp() grammar.Help {
	help := grammar.Help{"logging": "Modify message logging facilities", "facility": "Facility parameter for syslog messages"}
	for _, f := range config.Facilities {
		switch {
		case strings.HasPrefix(f.Name, "local"):
			help[f.Name] = "Local use"
		case strings.HasPrefix(f.Name, "sys") && f.Name != "syslog":
			help[f.Name] = "System use"
		}
	}
	for name, text := range map[string]string{"auth": "Authorization system", "cron": "Cron/at facility", "daemon": "System daemons", "kern": "Kernel",
		"lpr": "Line printer system", "mail": "Mail system", "news": "USENET news", "syslog": "Syslog itself", "user": "User process",
		"uucp": "Unix-to-Unix copy system"} {
		help[name] = text
	}
	return help
}

func facilityWords() string {
	var words []string
	for _, f := range config.Facilities {
		words = append(words, f.Name)
	}
	return strings.Join(words, " | ")
}

var loggingFacilityLine = configLine{
	Syntax: "logging facility ![{" + facilityWords() + "}$name]",
	Help:   facilityHelp(),
	Set:    func(c *config.Config, a grammar.Args) error { c.Syslog.Facility = a.String("name"); return nil },
	No: func(c *config.Config, _ grammar.Args) error {
		c.Syslog.Facility = config.DefaultSyslog.Facility
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		if f := c.Syslog.Facility; f != config.DefaultSyslog.Facility || w.All() {
			w.Line("logging facility", f)
		}
	},
}

var loggingSourceLine = sourceLine("logging source-interface", grammar.Help{"logging": "Modify message logging facilities",
	"source-interface": "Specify interface for source address in logging transactions"}, func(c *config.Config) *string { return &c.Syslog.Source })

// sourceLine is a line that names the interface whose address packets of the router's
// own come from.
func sourceLine(words string, help grammar.Help, of func(*config.Config) *string) configLine {
	return configLine{
		Syntax: words + " ![INTERFACE$which]",
		Help:   help,
		Set: func(c *config.Config, a grammar.Args) error {
			if c.Interface(a.String("which")) == nil {
				return a.Invalid("which")
			}
			*of(c) = a.String("which")
			return nil
		},
		No: func(c *config.Config, _ grammar.Args) error { *of(c) = ""; return nil },
		Write: func(c *config.Config, w *grammar.Writer) {
			if name := *of(c); name != "" {
				w.Line(words, name)
			}
		},
	}
}

var loggingHostLine = configLine{
	Syntax: "logging {host A.B.C.D$server | A.B.C.D$server} [transport udp [port <1-65535>$number]]",
	Help: grammar.Help{"logging": "Modify message logging facilities", "host": "Set syslog server IP address and parameters",
		"$server": "IP address of the syslog server", "transport": "Specify the transport protocol (default=UDP)",
		"udp": "User Datagram Protocol", "port": "Specify the UDP port number (default=514)", "$number": "Port number"},
	Set: func(c *config.Config, a grammar.Args) error {
		h := config.SyslogHost{IP: a.IP("server"), Port: config.SyslogPort}
		if a.Has("number") {
			h.Port = uint16(a.Int("number"))
		}
		if h.IP == 0 || !acl.IPv4(h.IP).IsGlobalUnicast() && !acl.IPv4(h.IP).IsLoopback() {
			return refuse("Invalid IP address for a syslog server")
		}
		c.Syslog.SetHost(h)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error { c.Syslog.RemoveHost(a.IP("server")); return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, h := range c.Syslog.Hosts {
			words := []string{"logging"}
			if c.IOS15() {
				words = append(words, "host")
			}
			words = append(words, ipText(h.IP))
			if h.Port != config.SyslogPort {
				words = append(words, "transport udp port", strconv.Itoa(int(h.Port)))
			}
			w.Line(words...)
		}
	},
}

var loggingCountLine = loggingSwitch("count", "Count every log message and timestamp last occurrence",
	func(c *config.Config) *bool { return &c.Syslog.Count })

var loggingUserInfoLine = loggingSwitch("userinfo", "Enable logging of user info on privileged mode enabling",
	func(c *config.Config) *bool { return &c.Syslog.UserInfo })

func loggingSwitch(word, help string, of func(*config.Config) *bool) configLine {
	return configLine{
		Syntax: "logging " + word,
		Help:   grammar.Help{"logging": "Modify message logging facilities", word: help},
		Set:    func(c *config.Config, _ grammar.Args) error { *of(c) = true; return nil },
		No:     func(c *config.Config, _ grammar.Args) error { *of(c) = false; return nil },
		Write: func(c *config.Config, w *grammar.Writer) {
			switch {
			case *of(c):
				w.Line("logging", word)
			case w.All():
				w.Line("no logging", word)
			}
		},
	}
}

var loggingRateLine = configLine{
	Syntax: "logging rate-limit ![[console] [all] <1-10000>$number [except " + levelSyntax + "]]",
	Help: withHelp(levelHelp, grammar.Help{"logging": "Modify message logging facilities", "rate-limit": "Set messages per second limit",
		"console": "Rate limit only console messages", "all": "Rate limit all messages, including debug messages",
		"$number": "Messages per second", "except": "Messages of this severity or higher"}),
	Set: func(c *config.Config, a grammar.Args) error {
		l := config.RateLimit{Console: a.Has("console"), All: a.Has("all"), PerSecond: a.Int("number"), Excepted: a.Has("except")}
		if l.Excepted {
			l.Except = level(a)
		}
		c.Syslog.Limit = l
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error { c.Syslog.Limit = config.RateLimit{}; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		l := c.Syslog.Limit
		if l.PerSecond == 0 {
			return
		}
		words := []string{"logging rate-limit"}
		if l.Console {
			words = append(words, "console")
		}
		if l.All {
			words = append(words, "all")
		}
		words = append(words, strconv.Itoa(l.PerSecond))
		if l.Excepted {
			words = append(words, "except", levels[l.Except&7])
		}
		w.Line(words...)
	},
}

var sequenceNumbersLine = configLine{
	Syntax: "service sequence-numbers",
	Help:   grammar.Help{"service": "Modify use of network based services", "sequence-numbers": "Stamp logger messages with a sequence number"},
	Set:    func(c *config.Config, _ grammar.Args) error { c.Syslog.Numbered = true; return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.Syslog.Numbered = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch {
		case c.Syslog.Numbered:
			w.Line("service sequence-numbers")
		case w.All():
			w.Line("no service sequence-numbers")
		}
	},
}
