package commands

import (
	"fmt"
	"strconv"

	"conft/internal/config"
	"conft/shell/grammar"
)

var loginHelp = grammar.Help{"login": "Enable secure login checking"}

var loginBlockLine = configLine{
	Syntax: "login block-for ![<1-65535>$block attempts <1-65535>$tries within <1-65535>$seconds]",
	Help: withHelp(loginHelp, grammar.Help{
		"block-for": "Set quiet-mode active time period",
		"$block":    "Time period in seconds",
		"attempts":  "Set max number of fail attempts",
		"$tries":    "Fail attempts",
		"within":    "Watch period for fail attempts",
		"$seconds":  "Time period in seconds",
	}),
	Set: func(c *config.Config, a grammar.Args) error {
		c.Guard.BlockFor, c.Guard.Attempts, c.Guard.Within = a.Int("block"), a.Int("tries"), a.Int("seconds")
		return nil
	},
	No: func(c *config.Config, _ grammar.Args) error {
		c.Guard.BlockFor, c.Guard.Attempts, c.Guard.Within = 0, 0, 0
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		if g := c.Guard; g.BlockFor > 0 {
			w.Line(fmt.Sprintf("login block-for %d attempts %d within %d", g.BlockFor, g.Attempts, g.Within))
		}
	},
}

var loginDelayLine = configLine{
	Syntax: "login delay ![<1-10>]",
	Help:   grammar.Help{"delay": "Set delay between successive fail login", "<1-10>": "Time period in seconds"},
	Set:    func(c *config.Config, a grammar.Args) error { c.Guard.Delay = a.Int("<1-10>"); return nil },
	No:     func(c *config.Config, _ grammar.Args) error { c.Guard.Delay = 0; return nil },
	Write:  func(c *config.Config, w *grammar.Writer) { writeUnless(w, "login delay", c.Guard.Delay, 0) },
}

var loginQuietLine = configLine{
	Syntax: "login quiet-mode access-class ![WORD]",
	Help: grammar.Help{
		"quiet-mode":   "Set quiet-mode options",
		"access-class": "Set access-class on quiet-mode",
		"WORD":         "Access-list name or number",
	},
	Set: func(c *config.Config, a grammar.Args) error { c.Guard.QuietClass = a.String("WORD"); return nil },
	No:  func(c *config.Config, _ grammar.Args) error { c.Guard.QuietClass = ""; return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		if c.Guard.QuietClass != "" {
			w.Line("login quiet-mode access-class", c.Guard.QuietClass)
		}
	},
}

// loginLogLine is `login on-failure log` and `login on-success log`.
func loginLogLine(word, help string, of func(*config.LoginGuard) *int) configLine {
	return configLine{
		Syntax: "login " + word + " [log] [every <1-65535>]",
		Help: withHelp(loginHelp, grammar.Help{word: help, "log": "Generate syslogs on each attempt",
			"every": "Periodicity of logs", "<1-65535>": "Number of attempts"}),
		Set: func(c *config.Config, a grammar.Args) error {
			*of(&c.Guard) = max(1, a.Int("<1-65535>"))
			return nil
		},
		No: func(c *config.Config, _ grammar.Args) error { *of(&c.Guard) = 0; return nil },
		Write: func(c *config.Config, w *grammar.Writer) {
			switch every := *of(&c.Guard); {
			case every > 1:
				w.Line("login", word, "log every", strconv.Itoa(every))
			case every == 1:
				w.Line("login", word, "log")
			}
		},
	}
}

var loginFailureLine = loginLogLine("on-failure", "Set options for failed login attempt",
	func(g *config.LoginGuard) *int { return &g.LogFailure })

var loginSuccessLine = loginLogLine("on-success", "Set options for successful login attempt",
	func(g *config.LoginGuard) *int { return &g.LogSuccess })
