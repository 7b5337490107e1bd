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

// showLogging prints `show logging`.
func showLogging(w io.Writer, c *config.Config, s router.LogState) {
	fmt.Fprintf(w, "Syslog logging: enabled (%d messages dropped, 0 messages rate-limited, 0 flushes, 0 overruns, xml disabled, filtering disabled)\n", s.Dropped)
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
		for _, l := range s.Lines {
			fmt.Fprintln(w, l)
		}
	}
}

// debugText are the debug switches, in the order of `show debugging`.
var debugText = []struct {
	flag debug.Flag
	text string
}{
	{debug.FlagISAKMP, "Crypto ISAKMP debugging is on"},
	{debug.FlagIPsec, "Crypto IPSEC debugging is on"},
}

// showDebugging prints `show debugging`; nothing at all while all are off.
func showDebugging(w io.Writer, on debug.Flag) {
	if on == 0 {
		return
	}
	fmt.Fprint(w, "\nCryptographic Subsystem:\n")
	for _, d := range debugText {
		if on&d.flag != 0 {
			fmt.Fprintf(w, "  %s\n", d.text)
		}
	}
}

// showClock prints `show clock`.
func showClock(w io.Writer, now time.Time, mark byte) {
	if mark != 0 {
		fmt.Fprintf(w, "%c", mark)
	}
	fmt.Fprintln(w, clockText(now))
}
