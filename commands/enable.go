package commands

import (
	"cmp"
	"strconv"

	"conft/internal/config"
	"conft/shell/grammar"
)

// topLevel is the privilege level of `enable` without a number.
const topLevel = 15

var enableHelp = grammar.Help{
	"enable":   "Modify enable password parameters",
	"secret":   "Assign the privileged level secret",
	"password": "Assign the privileged level password",
	"level":    "Set exec level password",
	"$number":  "Level number",
}

// setEnable changes what opens the level of a line.
func setEnable(c *config.Config, a grammar.Args, f func(*config.Enable)) {
	e := c.EnableAt(cmp.Or(a.Int("number"), topLevel))
	f(&e)
	c.SetEnable(e)
}

// levelWords is what a configuration says of a level.
func levelWords(e config.Enable) string {
	if e.Level == topLevel {
		return ""
	}
	return "level " + strconv.Itoa(e.Level)
}

var enableSecretLine = configLine{
	Syntax: "enable secret [level <1-15>$number] !" + bracket(hashedSyntax),
	Help:   withHelp(enableHelp, hashedHelp),
	Set: func(c *config.Config, a grammar.Args) error {
		secret, err := readHashed(a)
		setEnable(c, a, func(e *config.Enable) { e.Secret = secret })
		return err
	},
	No: func(c *config.Config, a grammar.Args) error {
		setEnable(c, a, func(e *config.Enable) { e.Secret = "" })
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, e := range c.Enable {
			if e.Secret != "" {
				w.Line("enable secret", levelWords(e), hashedText(e.Secret))
			}
		}
	},
}

var enableAlgorithmLine = configLine{
	Syntax: "enable " + algorithmSyntax + " secret [level <1-15>$number] ![LINE$$plain]",
	Help:   withHelp(enableHelp, algorithmHelp, hashedHelp),
	Set: func(c *config.Config, a grammar.Args) error {
		secret, err := hashSecret(a, algorithm(a))
		setEnable(c, a, func(e *config.Enable) { e.Secret = secret })
		return err
	},
	No: func(c *config.Config, a grammar.Args) error {
		setEnable(c, a, func(e *config.Enable) { e.Secret = "" })
		return nil
	},
}

var enablePasswordLine = configLine{
	Syntax: "enable password [level <1-15>$number] !" + bracket(passwordSyntax),
	Help:   withHelp(enableHelp, passwordHelp),
	Set: func(c *config.Config, a grammar.Args) error {
		p, err := readPassword(c, a)
		setEnable(c, a, func(e *config.Enable) { e.Password = p })
		return err
	},
	No: func(c *config.Config, a grammar.Args) error {
		setEnable(c, a, func(e *config.Enable) { e.Password = config.Password{} })
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, e := range c.Enable {
			if e.Password.Text != "" {
				w.Line("enable password", levelWords(e), passwordText(e.Password, false))
			}
		}
	},
}

// bracket makes a choice one that is optional behind `no`.
func bracket(choice string) string { return "[" + choice + "]" }
