package commands

import (
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

type configLine = grammar.Line[*config.Config]

var versionLine = configLine{
	Syntax: "version ![WORD]",
	Help:   grammar.Help{"version": "IOS release whose manner is kept", "WORD": "Release: 12.4, or 15.0 to 15.9"},
	Set: func(c *config.Config, a grammar.Args) error {
		v := a.String("WORD")
		switch {
		case slices.Contains(config.Releases, v):
			c.Version = v
		case v != c.Version:
			a.Note("Warning: the manner of release " + c.Version + " is kept, not that of " + v)
		}
		return nil
	},
	No:    func(c *config.Config, _ grammar.Args) error { c.Version = config.New().Version; return nil },
	Write: func(c *config.Config, w *grammar.Writer) { w.Line("version", c.Version) },
}

var timestampsLine = configLine{
	Syntax: "service timestamps {debug | log}$which [uptime | datetime [msec | localtime | show-timezone | year]...]",
	Help: grammar.Help{
		"service":       "Modify use of network based services",
		"timestamps":    "Timestamp debug/log messages",
		"debug":         "Timestamp debug messages",
		"log":           "Timestamp log messages",
		"uptime":        "Timestamp with system uptime",
		"datetime":      "Timestamp with date and time",
		"msec":          "Include milliseconds in timestamp",
		"localtime":     "Use local time zone for timestamps",
		"show-timezone": "Add time zone information to timestamp",
		"year":          "Include year in timestamp",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		t := config.Timestamps{Kind: config.TimestampUptime}
		if a.Has("datetime") {
			t = config.Timestamps{Kind: config.TimestampDatetime, Msec: a.Has("msec"), Local: a.Has("localtime"),
				ShowZone: a.Has("show-timezone"), Year: a.Has("year")}
		}
		*timestamps(c, a) = t
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error { *timestamps(c, a) = config.Timestamps{}; return nil },
	Default: func(c *config.Config, a grammar.Args) error {
		*timestamps(c, a) = *timestamps(config.New(), a)
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		writeTimestamps(w, "debug", c.TimestampsDebug)
		writeTimestamps(w, "log", c.TimestampsLog)
	},
}

func timestamps(c *config.Config, a grammar.Args) *config.Timestamps {
	if a.String("which") == "debug" {
		return &c.TimestampsDebug
	}
	return &c.TimestampsLog
}

func writeTimestamps(w *grammar.Writer, which string, t config.Timestamps) {
	option := func(on bool, word string) string {
		if on {
			return word
		}
		return ""
	}
	switch t.Kind {
	case config.TimestampNone:
		w.Line("no service timestamps", which, "uptime")
	case config.TimestampUptime:
		w.Line("service timestamps", which, "uptime")
	case config.TimestampDatetime:
		w.Line("service timestamps", which, "datetime", option(t.Msec, "msec"), option(t.Local, "localtime"),
			option(t.ShowZone, "show-timezone"), option(t.Year, "year"))
	}
}

var hostnameLine = configLine{
	Syntax: "hostname ![WORD]",
	Help:   grammar.Help{"hostname": "Set system's network name", "WORD": "This system's network name"},
	Set: func(c *config.Config, a grammar.Args) error {
		name := a.String("WORD")
		if strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return refuse(illegalHostname)
		}
		if len(name) > 63 {
			return refuse("Hostname is longer than 63 characters.")
		}
		if !isHostLabel(name) {
			a.Note("% " + illegalHostname + "\n")
		}
		c.Hostname = name
		return nil
	},
	No:    func(c *config.Config, _ grammar.Args) error { c.Hostname = config.New().Hostname; return nil },
	Write: func(c *config.Config, w *grammar.Writer) { w.Line("hostname", c.Hostname) },
}

const illegalHostname = "Hostname contains one or more illegal characters."

// isHostLabel reports whether a name has the form of RFC 1035, section 2.3.1. IOS takes
// others, too, and warns.
func isHostLabel(name string) bool {
	const letters, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "0123456789"
	return strings.Trim(name, letters+digits+"-") == "" &&
		strings.ContainsRune(letters, rune(name[0])) && !strings.HasSuffix(name, "-")
}

// typeZero is "0" where a clear text would itself be read as a type.
func typeZero(text string, types ...string) string {
	first, _, _ := strings.Cut(text, " ")
	for _, t := range types {
		if first == t {
			return "0"
		}
	}
	return ""
}

var domainLookupLine = configLine{
	Syntax: "ip {domain lookup | domain-lookup}",
	Help: grammar.Help{
		"ip":            "Global IP configuration subcommands",
		"domain":        "IP DNS Resolver",
		"lookup":        "Enable IP Domain Name System hostname translation",
		"domain-lookup": "Enable IP Domain Name System hostname translation",
	},
	Set:     func(c *config.Config, _ grammar.Args) error { c.DomainLookup = true; return nil },
	No:      func(c *config.Config, _ grammar.Args) error { c.DomainLookup = false; return nil },
	Default: func(c *config.Config, _ grammar.Args) error { c.DomainLookup = true; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch {
		case !c.DomainLookup:
			w.Line("no ip domain lookup")
		case w.All():
			w.Line("ip domain lookup")
		}
	},
}
