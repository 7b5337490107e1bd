package commands

import (
	"context"
	"fmt"
	"strings"
	"time"

	"conft/internal/confdiff"
	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

const replaceQuestion = `This will apply all necessary additions and deletions
to replace the current running configuration with the
contents of the specified configuration file, which is
assumed to be a complete configuration, not a partial
configuration. Enter Y if you are sure you want to proceed. ? [no]: `

// replaceCommands make a stored configuration the running one, at once or unless
// somebody confirms what was changed.
func replaceCommands(r Router) []exec {
	return []exec{
		{
			Syntax: "configure replace {flash: | nvram:}$file [list | force | time <1-120>$minutes | nolock | ignorecase | revert trigger error]...",
			Help: grammar.Help{
				"configure": "Enter configuration mode", "replace": "Replace the running-config with a new config file",
				"flash:": "URL of config file that will replace running-config", "nvram:": "URL of config file that will replace running-config",
				"list": "List commands applied", "force": "Don't prompt for confirmation",
				"time": "Time in minutes before reverting to the original config", "$minutes": "Time in minutes",
				"nolock": "Do not acquire lock", "ignorecase": "Ignore the case of the configuration commands",
				"revert": "Parameters for reverting the configuration", "trigger": "Trigger for reverting", "error": "Revert to the original configuration upon error",
			},
			Priv: privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				text, err := canonical(a.String("file")).read(r)
				if err != nil {
					return err
				}
				if !a.Has("force") {
					answer, err := t.Ask(ctx, replaceQuestion)
					if err != nil {
						return err
					}
					if !strings.HasPrefix(strings.ToLower(answer), "y") {
						return nil
					}
				}
				return replace(r, t, string(text), a.Has("list"), a.Int("minutes"))
			},
		},
		{
			Syntax: "configure confirm",
			Help:   grammar.Help{"confirm": "Confirm replacement of running-config with a new config file"},
			Priv:   privileged,
			Run: func(_ context.Context, _ Terminal, _ grammar.Args) error {
				if !r.ConfirmRollback() {
					return refuse("No Rollback Confirmed Change pending")
				}
				return nil
			},
		},
		{
			Syntax: "configure revert {now | timer <1-120>$minutes}",
			Help: grammar.Help{"revert": "Parameters for reverting the configuration", "now": "Cancel the timed rollback and revert immediately",
				"timer": "Change the confirmation time", "$minutes": "Time in minutes"},
			Priv: privileged,
			Run: func(_ context.Context, t Terminal, a grammar.Args) error {
				pending, ok := r.PendingRollback()
				switch {
				case !ok:
					return refuse("No Rollback Confirmed Change pending")
				case a.Has("now"):
					r.RevertNow()
					return say(t, "\nTotal number of passes: 1\nRollback Done\n\n")
				}
				return again(r, t, pending, a.Int("minutes"))
			},
		},
		{
			Syntax: "configure terminal revert timer <1-120>$minutes",
			Help:   grammar.Help{"terminal": "Configure from the terminal", "revert": "Parameters for reverting the configuration", "timer": "Set the confirmation time", "$minutes": "Time in minutes"},
			Priv:   privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				if err := rollbackIn(r, t, a.Int("minutes")); err != nil {
					return err
				}
				return t.Configure(ctx)
			},
		},
	}
}

// replace makes text the running configuration. A text of which a line is refused
// changes nothing.
func replace(r Router, t Terminal, text string, list bool, minutes int) error {
	next := r.Base(text)
	if refused := Load(next, text); refused != nil {
		if err := tellRefused(t, refused); err != nil {
			return err
		}
		return refuse("Rollback aborted: nothing was changed")
	}
	before := Text(r.Config())
	if minutes > 0 {
		if err := rollbackIn(r, t, minutes); err != nil {
			return err
		}
	}
	if err := r.Replace(next); err != nil {
		r.ConfirmRollback()
		return err
	}
	r.Configured(t.Origin(), r.ConfigSession(), "configure replace")
	if list {
		var b strings.Builder
		fmt.Fprintln(&b, "!Pass 1\n\n!List of Rollback Commands:")
		printLines(&b, confdiff.Compare(before, Text(r.Config())).Commands())
		b.WriteString("end\n\n")
		if err := say(t, config.Redact(b.String())); err != nil {
			return err
		}
	}
	return say(t, "\nTotal number of passes: 1\nRollback Done\n\n")
}

// rollbackIn has the router return to the configuration of this moment, which it also
// archives where there is an archive.
func rollbackIn(r Router, t Terminal, minutes int) error {
	if pending, ok := r.PendingRollback(); ok { // what it would return to must not be lost
		return refuse("A return to %s is pending: use configure confirm or configure revert first", pending.To)
	}
	to := "the configuration of now"
	if name, err := r.Archive(); err == nil {
		to = "flash:" + name
	} else if err := archiveFailed(err); r.Config().Archive.Path != "" {
		return err
	}
	if err := say(t, "Rollback Confirmed Change: Backing up current running config to "+to+"\n"); err != nil {
		return err
	}
	r.StartRollback(r.Config(), router.Rollback{To: to, By: t.Origin(), After: time.Duration(minutes) * time.Minute})
	return nil
}

// again sets the time of a pending rollback anew.
func again(r Router, t Terminal, pending router.Rollback, minutes int) error {
	pending.By, pending.After = t.Origin(), time.Duration(minutes)*time.Minute
	r.StartRollback(nil, pending)
	return nil
}
