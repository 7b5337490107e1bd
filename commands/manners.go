package commands

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"

	"conft/internal/config"
	"conft/shell/grammar"
)

// bannerTexts are `banner motd`, `banner login` and `banner exec`.
func bannerTexts() []grammar.Entry[*config.Config] {
	var all []grammar.Entry[*config.Config]
	for _, b := range []struct {
		kind, help string
		of         func(*config.Config) *string
	}{
		{"exec", "Set EXEC process creation banner", func(c *config.Config) *string { return &c.Banners.Exec }},
		{"login", "Set login banner", func(c *config.Config) *string { return &c.Banners.Login }},
		{"motd", "Set Message of the Day banner", func(c *config.Config) *string { return &c.Banners.MOTD }},
	} {
		all = append(all, grammar.Text[*config.Config]{
			Syntax: "banner " + b.kind,
			Help: grammar.Help{"banner": "Define a login banner", b.kind: b.help,
				"LINE": "c banner-text c, where 'c' is a delimiting character"},
			Set: func(c *config.Config, _ grammar.Args, text string) error { *b.of(c) = text; return nil },
			No:  func(c *config.Config, _ grammar.Args) error { *b.of(c) = ""; return nil },
			Write: func(c *config.Config, w *grammar.Writer) {
				if text := *b.of(c); text != "" {
					w.Text("banner "+b.kind, text)
				}
			},
		})
	}
	return all
}

var privilegeLine = configLine{
	Syntax: "privilege exec {level <0-15>$number | reset} LINE",
	Help: grammar.Help{"privilege": "Command privilege parameters", "exec": "Exec mode", "level": "Set privilege level of command",
		"$number": "Privilege level", "reset": "Reset privilege level of command", "LINE": "Initial keywords of the command to modify"},
	Set: func(c *config.Config, a grammar.Args) error {
		words, ok := execWords(a.String("LINE"))
		if !ok {
			return a.Invalid("LINE")
		}
		level := -1
		if a.Has("number") {
			level = a.Int("number")
		}
		c.SetPrivilege(words, level)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		words, ok := execWords(a.String("LINE"))
		if !ok {
			return a.Invalid("LINE")
		}
		c.SetPrivilege(words, -1)
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, p := range c.Privileges {
			w.Line("privilege exec level", strconv.Itoa(p.Level), p.Words)
		}
	},
}

var aliasLine = configLine{
	Syntax: "alias exec WORD$name ![LINE]",
	Help:   grammar.Help{"alias": "Create command alias", "exec": "Exec mode", "$name": "Alias name", "LINE": "Alias body"},
	Set: func(c *config.Config, a grammar.Args) error {
		c.SetAlias(a.String("name"), a.String("LINE"))
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error { c.SetAlias(a.String("name"), ""); return nil },
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, x := range c.Aliases {
			w.Line("alias exec", x.Name, x.Line)
		}
	},
}

// sessionWords are the commands of the session itself, which are not in the table here.
var sessionWords = []string{"configure", "disable", "enable", "exit", "help", "logout", "quit", "terminal"}

// execWords returns the beginning of an EXEC command spelled in full.
func execWords(line string) (string, bool) {
	if words, ok := execSyntax().Words(line); ok {
		return words, true
	}
	first, rest, _ := strings.Cut(strings.ToLower(line), " ")
	for _, w := range sessionWords {
		if strings.HasPrefix(w, first) {
			return strings.TrimSpace(w + " " + strings.TrimSpace(rest)), true
		}
	}
	return "", false
}

// execSyntax is the table of EXEC commands for their words only. Its commands use
// Config, so that it cannot be set where it is declared.
var execSyntax func() *grammar.ExecTable[Terminal]

func init() {
	execSyntax = sync.OnceValue(func() *grammar.ExecTable[Terminal] { return grammar.NewExec("", Exec(nil)...) })
}

// showAliases is `show aliases`: the default ones that are not configured otherwise,
// then the configured ones.
func showAliases(w io.Writer, c *config.Config) {
	fmt.Fprintln(w, "Exec mode aliases:")
	for _, d := range config.DefaultAliases {
		if line, _ := c.Alias(d.Name); line == d.Line {
			fmt.Fprintf(w, "  %-21s %s\n", d.Name, d.Line)
		}
	}
	for _, a := range c.Aliases {
		fmt.Fprintf(w, "  %-21s %s\n", a.Name, a.Line)
	}
}
