package commands

import (
	"strconv"
	"strings"
	"sync"

	"conft/internal/config"
	"conft/shell/grammar"
)

var privilegeLine = configLine{
	Syntax: "privilege {" + privilegeModes() + "} [all] {level <0-15>$number | reset} LINE",
	Help: withHelp(privilegeModesHelp(), grammar.Help{"privilege": "Command privilege parameters", "all": "All suboption will be set to the same level",
		"level": "Set privilege level of command", "$number": "Privilege level", "reset": "Reset privilege level of command",
		"LINE": "Initial keywords of the command to modify"}),
	Set: func(c *config.Config, a grammar.Args) error {
		p, err := typedPrivilege(a)
		if a.Has("number") {
			p.Level = a.Int("number")
		}
		if err == nil {
			c.SetPrivilege(p)
		}
		return err
	},
	No: func(c *config.Config, a grammar.Args) error {
		p, err := typedPrivilege(a)
		if err == nil {
			c.SetPrivilege(p)
		}
		return err
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, p := range c.Privileges {
			all := ""
			if p.All {
				all = "all"
			}
			w.Line("privilege", p.Mode, all, "level", strconv.Itoa(p.Level), p.Words)
		}
	},
}

func privilegeModes() string {
	var names []string
	for _, m := range config.PrivilegeModes {
		names = append(names, m.Name+"$mode")
	}
	return strings.Join(names, " | ")
}

func privilegeModesHelp() grammar.Help {
	h := grammar.Help{}
	for _, m := range config.PrivilegeModes {
		h[m.Name] = m.Help
	}
	return h
}

// typedPrivilege is what a line names, at the level that the words have by themselves.
func typedPrivilege(a grammar.Args) (config.Privilege, error) {
	p := config.Privilege{Mode: a.String("mode"), All: a.Has("all"), Level: -1}
	words := execWords
	if p.Mode != "exec" {
		words = func(line string) (string, bool) {
			return configRoot().Words(line, config.PrivilegePrompts(p.Mode)...)
		}
	}
	full, ok := words(a.String("LINE"))
	if !ok {
		return p, a.Invalid("LINE")
	}
	p.Words = full
	return p, nil
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

// The tables of commands for their words only. They have the command of this file, so that
// they cannot be set where they are declared.
var (
	execSyntax func() *grammar.ExecTable[Terminal]
	configRoot func() *grammar.Mode[*config.Config]
)

func init() {
	execSyntax = sync.OnceValue(func() *grammar.ExecTable[Terminal] { return grammar.NewExec("", Exec(nil)...) })
	configRoot = func() *grammar.Mode[*config.Config] { return Config }
}
