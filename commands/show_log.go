package commands

import (
	"fmt"
	"io"

	"conft/debug"
	"conft/internal/config"
)

// levels are the names of the eight severities.
var levels = [8]string{"emergencies", "alerts", "critical", "errors", "warnings", "notifications", "informational", "debugging"}

// showLogging prints `show logging`.
func showLogging(w io.Writer, c *config.Config, s debug.Counters, lines []string) {
	state := "enabled"
	if c.LoggingOff {
		state = "disabled"
	}
	fmt.Fprintf(w, "Syslog logging: %s (%d messages dropped, 0 messages rate-limited, 0 flushes, 0 overruns, xml disabled, filtering disabled)\n", state, s.Dropped)
	fmt.Fprint(w, "\nNo Active Message Discriminator.\n\n\n\nNo Inactive Message Discriminator.\n\n\n")
	destination := func(title string, l config.Logging, n uint64, indent string) {
		if !l.Enabled {
			fmt.Fprintf(w, "    %s disabled\n", title)
			return
		}
		fmt.Fprintf(w, "    %s level %s, %d messages logged, xml disabled,\n%sfiltering disabled\n", title, levels[l.Level&7], n, indent)
	}
	destination("Console logging:", c.LoggingConsole, s.Console, "                     ")
	destination("Monitor logging:", c.LoggingMonitor, s.Monitor, "                     ")
	destination("Buffer logging: ", c.LoggingBuffered, s.Buffer, "                    ")
	fmt.Fprint(w, "    Count and timestamp logging messages: disabled\n    Persistent logging: disabled\n\n"+
		"No active filter modules.\n\n    Trap logging: disabled\n")
	if c.LoggingBuffered.Enabled {
		fmt.Fprintf(w, "\nLog Buffer (%d bytes):\n\n", c.LoggingBuffered.Size)
		for _, l := range lines {
			fmt.Fprintln(w, l)
		}
	}
}

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

// showClock prints `show clock`.
func showClock(w io.Writer, c debug.Clock) { fmt.Fprintln(w, clockText(c)) }

// clockText is the time behind its mark: "*22:01:51.165 UTC Thu Feb 18 2016".
func clockText(c debug.Clock) string {
	mark := ""
	if m := c.Mark(); m != 0 {
		mark = string(m)
	}
	return mark + c.Now().Format("15:04:05.000 MST Mon Jan 2 2006")
}
