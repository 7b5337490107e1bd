package commands

import (
	"context"
	"fmt"
	"io"

	"conft/shell/grammar"
)

// promptTimestamp is `terminal exec prompt timestamp`: what a command shows begins with the load
// and the time, for captures that are read later.
func promptTimestamp(r Router) exec {
	return exec{
		Syntax: "terminal [no] exec prompt timestamp",
		Help: grammar.Help{"terminal": "Set terminal line parameters", "no": "Negate a command or set its defaults",
			"exec": "Configure EXEC", "prompt": "EXEC prompt", "timestamp": "Print timestamps for show commands"},
		Run: func(_ context.Context, t Terminal, a grammar.Args) error {
			if a.Has("no") {
				t.Announce(nil)
				return nil
			}
			t.Announce(func(w io.Writer) {
				l := r.Load()
				fmt.Fprintf(w, "Load for five secs: %d%%/%d%%; one minute: %d%%; five minutes: %d%%\n%s, %s\n",
					l.Total.FiveSec/100, l.Interrupt/100, l.Total.OneMin/100, l.Total.FiveMin/100, timeSources[r.TimeSource()], clockText(r.Clock()))
			})
			return nil
		},
	}
}
