package commands

import (
	"context"
	"strconv"
	"strings"
	"time"

	"conft/debug"
	"conft/shell/grammar"
)

func clockSet(r Router) exec {
	return exec{
		Syntax: "clock set hh:mm:ss {<1-31>$day MONTH | MONTH <1-31>$day} <1993-2035>$year",
		Help: grammar.Help{
			"clock":    "Manage the system clock",
			"set":      "Set the time and date",
			"hh:mm:ss": "Current Time",
			"$day":     "Day of the month",
			"MONTH":    "Month of the year",
			"$year":    "Year",
		},
		Priv: privileged,
		Run: func(_ context.Context, t Terminal, a grammar.Args) error {
			month, err := time.Parse("January", a.String("MONTH"))
			if err != nil {
				return a.Invalid("MONTH")
			}
			var hms [3]int
			for i, s := range strings.Split(a.String("hh:mm:ss"), ":") {
				hms[i], _ = strconv.Atoi(s)
			}
			clock := r.Clock()
			wall := time.Date(a.Int("year"), month.Month(), a.Int("day"), hms[0], hms[1], hms[2], 0, time.UTC)
			if wall.Day() != a.Int("day") {
				return a.Invalid("day") // 31 June
			}
			zone := r.Config().Zone
			now := zone.Moment(wall)
			const layout = "15:04:05 MST Mon Jan 2 2006"
			update := debug.SysClock{From: clock.Now().Format(layout), To: now.Format(layout), By: t.Origin()}
			r.SetClock(now)
			r.Hub().Emit(update)
			return nil
		},
	}
}
