package commands

import (
	"context"
	"fmt"
	"io"

	"conft/shell/grammar"
)

// configLogCommands show and forget who changed what.
func configLogCommands(r Router) []exec {
	const which = "all | <1-2147483647>$from [<1-2147483647>$to]"
	help := grammar.Help{
		"log": "Logging commands", "config": "Operations on configuration files", "all": "Show all logged commands", "$from": "Starting log entry number", "$to": "Ending log entry number",
		"user": "Show the commands of one user", "$name": "User name", "provisioning": "Show as a configuration, without the table",
	}
	show := func(w io.Writer, a grammar.Args) error {
		from, to := 1, 1<<31-1
		if a.Has("from") {
			from, to = a.Int("from"), a.Int("from")
		}
		if a.Has("to") {
			to = a.Int("to")
		}
		if !a.Has("provisioning") {
			fmt.Fprintln(w, " idx   sess           user@line      Logged command")
		}
		for _, l := range r.ConfigLog() {
			if l.Index < from || l.Index > to || a.Has("name") && l.By.Name() != a.String("name") {
				continue
			}
			if !a.Has("provisioning") {
				fmt.Fprintf(w, "%5d%6d%15s@%-9s|", l.Index, l.Session, l.By.Name(), l.By.Line)
			}
			fmt.Fprintln(w, l.Line)
		}
		return nil
	}
	return []exec{
		{Syntax: "show archive log config {" + which + "} [provisioning]", Help: help, Priv: privileged, Run: output(show)},
		{Syntax: "show archive log config user WORD$name {" + which + "} [provisioning]", Help: help, Priv: privileged, Run: output(show)},
		{
			Syntax: "clear archive log config [force]",
			Help:   grammar.Help{"archive": "Archive functions", "log": "Logging commands", "config": "Logged configuration commands", "force": "Do not ask"},
			Priv:   privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) (err error) {
				ok := a.Has("force")
				if !ok {
					ok, err = t.Confirm(ctx, askClearConfigLog)
				}
				if ok {
					r.ClearConfigLog()
				}
				return err
			},
		},
	}
}
