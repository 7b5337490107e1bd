package commands

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// levelHelp describes the severities, by name and as a range.
var levelHelp = grammar.Help{
	"<0-7>":         "Logging severity level",
	"emergencies":   "System is unusable                (severity=0)",
	"alerts":        "Immediate action needed           (severity=1)",
	"critical":      "Critical conditions               (severity=2)",
	"errors":        "Error conditions                  (severity=3)",
	"warnings":      "Warning conditions                (severity=4)",
	"notifications": "Normal but significant conditions (severity=5)",
	"informational": "Informational messages            (severity=6)",
	"debugging":     "Debugging messages                (severity=7)",
}

// levelSyntax is a level by number or by name.
var levelSyntax = "{<0-7> | " + strings.Join(levels[:], " | ") + "}$level"

// level is the level typed; debugging when none was.
func level(a grammar.Args) uint8 {
	s := a.String("level")
	if i := slices.Index(levels[:], s); i >= 0 {
		return uint8(i)
	}
	if n, err := strconv.Atoi(s); err == nil {
		return uint8(n)
	}
	return uint8(len(levels) - 1)
}

// loggingLine is `logging console` and `logging monitor`.
func loggingLine(word, help string, of func(*config.Config) *config.Logging) configLine {
	reset := func(c *config.Config, _ grammar.Args) error { *of(c) = *of(config.New()); return nil }
	return configLine{
		Syntax: "logging " + word + " [" + levelSyntax + "]",
		Help:   withHelp(levelHelp, grammar.Help{"logging": "Modify message logging facilities", word: help}),
		Set: func(c *config.Config, a grammar.Args) error {
			*of(c) = config.Logging{Enabled: true, Level: level(a)}
			return nil
		},
		No: func(c *config.Config, a grammar.Args) error {
			*of(c) = *of(config.New())
			of(c).Enabled = false
			return nil
		},
		Default: reset,
		Write: func(c *config.Config, w *grammar.Writer) {
			switch l := *of(c); {
			case !l.Enabled:
				w.Line("no logging", word)
			case l != *of(config.New()) || w.All():
				w.Line("logging", word, levels[l.Level&7])
			}
		},
	}
}

var loggingConsoleLine = loggingLine("console", "Set console logging parameters",
	func(c *config.Config) *config.Logging { return &c.LoggingConsole })

var loggingMonitorLine = loggingLine("monitor", "Set terminal line (monitor) logging parameters",
	func(c *config.Config) *config.Logging { return &c.LoggingMonitor })

var loggingBufferedLine = configLine{
	Syntax: "logging buffered [<4096-2147483647>$size] [" + levelSyntax + "]",
	Help: withHelp(levelHelp, grammar.Help{
		"logging":  "Modify message logging facilities",
		"buffered": "Set buffered logging parameters",
		"$size":    "Logging buffer size",
	}),
	Set: func(c *config.Config, a grammar.Args) error {
		size := config.DefaultLogBuffer
		if a.Has("size") {
			size = a.Int("size")
		}
		c.LoggingBuffered = config.Logging{Enabled: true, Level: level(a), Size: size}
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error {
		c.LoggingBuffered = config.New().LoggingBuffered
		c.LoggingBuffered.Enabled = false
		return nil
	},
	Default: func(c *config.Config, _ grammar.Args) error {
		c.LoggingBuffered = config.New().LoggingBuffered
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		l := c.LoggingBuffered
		switch {
		case !l.Enabled:
			w.Line("no logging buffered")
		case l != config.New().LoggingBuffered || w.All():
			name := levels[l.Level&7]
			if l.Level == 7 && !w.All() {
				name = ""
			}
			w.Line("logging buffered", fmt.Sprint(l.Size), name)
		}
	},
}

// loggingOnLine switches all destinations but the console.
var loggingOnLine = configLine{
	Syntax:  "logging on",
	Help:    grammar.Help{"on": "Enable logging to all enabled destinations"},
	Set:     func(c *config.Config, _ grammar.Args) error { c.LoggingOff = false; return nil },
	No:      func(c *config.Config, _ grammar.Args) error { c.LoggingOff = true; return nil },
	Default: func(c *config.Config, _ grammar.Args) error { c.LoggingOff = false; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		switch {
		case c.LoggingOff:
			w.Line("no logging on")
		case w.All():
			w.Line("logging on")
		}
	},
}

// withHelp joins help tables.
func withHelp(tables ...grammar.Help) grammar.Help {
	all := grammar.Help{}
	for _, t := range tables {
		for k, v := range t {
			all[k] = v
		}
	}
	return all
}
