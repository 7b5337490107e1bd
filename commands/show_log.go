package commands

import (
	"fmt"
	"io"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// levels are the names of the eight severities.
var levels = [8]string{"emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational", "debugging"}

// showDebugging prints `show debugging`; nothing at all while all are off.
func showDebugging(w io.Writer, on debug.Flag) {
	var group *debugGroup
	for _, d := range debugSwitches {
		if on&d.flag == 0 {
			continue
		}
		if d.group != group {
			group = d.group
			fmt.Fprintf(w, "\n%s\n", group.title)
		}
		fmt.Fprintf(w, "  %son\n", d.text)
	}
}

// showClock prints `show clock [detail]`.
func showClock(w io.Writer, c debug.Clock, zone config.TimeZone, source router.TimeSource, detail bool) {
	fmt.Fprintln(w, clockText(c))
	if !detail {
		return
	}
	fmt.Fprintln(w, timeSources[source])
	if from, to, ok := zone.Edges(c.Now()); ok {
		const layout = "15:04:05 MST Mon Jan 2 2006"
		// The wall clock shows the old zone's time when each begins.
		fmt.Fprintf(w, "Summer time starts %s\nSummer time ends %s\n", before(zone, from).Format(layout), before(zone, to).Format(layout))
	}
}

var timeSources = map[router.TimeSource]string{
	router.NoSource: "No time source", router.UserSource: "Time source is user configuration",
	router.NTPSource: "Time source is NTP", router.LostSource: "Time source was NTP",
}

// before is a moment as the clock would show it if the zone did not change then.
func before(zone config.TimeZone, at time.Time) time.Time {
	return at.In(time.FixedZone(zone.At(at.Add(-time.Second))))
}

// clockText is the time behind its mark: "*22:01:51.165 UTC Thu Feb 18 2016".
func clockText(c debug.Clock) string {
	mark := ""
	if m := c.Mark(); m != 0 {
		mark = string(m)
	}
	return mark + c.Now().Format("15:04:05.000 MST Mon Jan 2 2006")
}
