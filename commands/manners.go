package commands

import (
	"fmt"
	"io"

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
