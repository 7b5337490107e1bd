package commands

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"conft/debug"
	"conft/internal/router"
	"conft/shell/grammar"
)

// reloadCommands restart the router, now or later.
func reloadCommands(r Router) []exec {
	return []exec{
		{
			Syntax: "reload [LINE]",
			Help:   grammar.Help{"reload": "Halt and perform a cold restart", "LINE": "Reason for reload"},
			Priv:   privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				ok, err := confirmReload(ctx, r, t, "")
				if err != nil || !ok {
					return err
				}
				r.Hub().Emit(debug.SysReload{By: t.Origin(), Reason: reason(a)})
				r.Reload()
				return nil
			},
		},
		{
			Syntax: "reload in WORD$delay [LINE]",
			Help:   grammar.Help{"LINE": "Reason for reload", "in": "Reload after a time interval", "$delay": "Delay before reload (mmm or hhh:mm)"},
			Priv:   privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				delay, ok := reloadDelay(a.String("delay"))
				if !ok {
					return a.Invalid("delay")
				}
				return scheduleReload(ctx, r, t, r.Clock().Now().Add(delay), reason(a))
			},
		},
		{
			Syntax: "reload at WORD$time [<1-31>$day MONTH | MONTH <1-31>$day] [LINE]",
			Help: grammar.Help{"at": "Reload at a specific time/date", "$time": "Time to reload (hh:mm)",
				"$day": "Day of the month", "MONTH": "Month of the year", "LINE": "Reason for reload"},
			Priv: privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				when, ok := reloadTime(r.Clock().Now(), a)
				if !ok {
					return a.Invalid("time")
				}
				return scheduleReload(ctx, r, t, when, reason(a))
			},
		},
		{
			Syntax: "reload cancel",
			Help:   grammar.Help{"cancel": "Cancel pending reload"},
			Priv:   privileged,
			Run: func(_ context.Context, t Terminal, _ grammar.Args) error {
				if !r.CancelReload() {
					return refuse("No reload is scheduled.")
				}
				r.Hub().Emit(debug.ReloadCancelled{At: r.Clock().Now().Format(fullTime)})
				const aborted = "\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n\n"
				r.Seats().Tell(aborted, t.Origin().Line)
				return say(t, aborted)
			},
		},
		{
			Syntax: "show reload",
			Help:   grammar.Help{"reload": "Scheduled reload information"},
			Run: output(func(w io.Writer, _ grammar.Args) error {
				s, ok := r.NextReload()
				if !ok {
					fmt.Fprintln(w, "No reload is scheduled.")
					return nil
				}
				fmt.Fprint(w, scheduledText(s, r.Clock().Now()))
				return nil
			}),
		},
	}
}

const fullTime = "15:04:05 MST Mon Jan 2 2006"

func reason(a grammar.Args) string {
	return cmp.Or(a.String("LINE"), "Reload Command")
}

// confirmReload asks whether to save what would be lost, then for confirmation.
func confirmReload(ctx context.Context, r Router, t Terminal, announce string) (bool, error) {
	if saved, err := r.Startup(); err != nil || string(saved) != Text(r.Config()) {
		yes, err := askYesNo(ctx, t, "System configuration has been modified. Save? [yes/no]: ")
		if err != nil {
			return false, err
		}
		if yes {
			if err := saveStartup(r, t); err != nil {
				return false, err
			}
		}
	}
	return t.Confirm(ctx, announce+"Proceed with reload? [confirm]")
}

func scheduleReload(ctx context.Context, r Router, t Terminal, when time.Time, why string) error {
	s := router.ScheduledReload{For: when, By: t.Origin(), Reason: why}
	ok, err := confirmReload(ctx, r, t, scheduledText(s, r.Clock().Now()))
	if err != nil || !ok {
		return err
	}
	r.ScheduleReload(s)
	r.Hub().Emit(debug.ReloadScheduled{For: when.Format(fullTime), At: r.Clock().Now().Format(fullTime), By: s.By, Reason: why})
	return nil
}

// scheduledText is "Reload scheduled for … (in 5 minutes) by console" and the reason.
func scheduledText(s router.ScheduledReload, now time.Time) string {
	left := s.For.Sub(now).Round(time.Second)
	var in []string
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := int(left / u.unit); n > 0 {
			in = append(in, plural(n, u.name))
		}
		left %= u.unit
	}
	return fmt.Sprintf("Reload scheduled for %s (in %s) by %s\nReload reason: %s\n", s.For.Format(fullTime), strings.Join(in, " and "), s.By, s.Reason)
}

// reloadDelay reads "mmm" or "hhh:mm".
func reloadDelay(s string) (time.Duration, bool) {
	h, m, both := strings.Cut(s, ":")
	if !both {
		h, m = "0", s
	}
	hours, errH := strconv.ParseUint(h, 10, 16)
	minutes, errM := strconv.ParseUint(m, 10, 16)
	d := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	return d, errH == nil && errM == nil && d > 0 && d <= 24*24*time.Hour
}

// reloadTime reads "hh:mm" and a day, of this year or the next; without one it is
// today or tomorrow.
func reloadTime(now time.Time, a grammar.Args) (time.Time, bool) {
	hm, err := time.Parse("15:04", a.String("time"))
	if err != nil {
		return now, false
	}
	at := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, hm.Hour(), hm.Minute(), 0, 0, now.Location())
	}
	if !a.Has("MONTH") {
		when := at(now.Year(), now.Month(), now.Day())
		if !when.After(now) {
			when = at(now.Year(), now.Month(), now.Day()+1)
		}
		return when, true
	}
	month, err := time.Parse("January", a.String("MONTH"))
	if err != nil {
		return now, false
	}
	when := at(now.Year(), month.Month(), a.Int("day"))
	if !when.After(now) {
		when = at(now.Year()+1, month.Month(), a.Int("day"))
	}
	return when, when.Day() == a.Int("day")
}

// askYesNo asks until the answer is yes or no.
func askYesNo(ctx context.Context, t Terminal, prompt string) (bool, error) {
	for {
		answer, err := t.Ask(ctx, prompt)
		if err != nil {
			return false, err
		}
		switch word := strings.ToLower(answer); {
		case word == "" && strings.Contains(prompt, "[no]"):
			return false, nil
		case word != "" && strings.HasPrefix("yes", word):
			return true, nil
		case word != "" && strings.HasPrefix("no", word):
			return false, nil
		}
		if err := say(t, "% Please answer 'yes' or 'no'.\n"); err != nil {
			return false, err
		}
	}
}
