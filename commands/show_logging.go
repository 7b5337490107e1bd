package commands

import (
	"fmt"
	"io"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// showLogging prints `show logging`.
func showLogging(w io.Writer, c *config.Config, s debug.Counters, hosts []router.SyslogHostState, lines []string) {
	state := "enabled"
	if c.LoggingOff {
		state = "disabled"
	}
	fmt.Fprintf(w, "Syslog logging: %s (%d messages dropped, %d messages rate-limited, 0 flushes, 0 overruns, xml disabled, filtering disabled)\n",
		state, s.Dropped, s.Limited)
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
	fmt.Fprintf(w, "    Count and timestamp logging messages: %s\n    Persistent logging: disabled\n\nNo active filter modules.\n\n", onOff(c.Syslog.Count))
	showTrap(w, c, s, hosts)
	if c.LoggingBuffered.Enabled {
		fmt.Fprintf(w, "\nLog Buffer (%d bytes):\n\n", c.LoggingBuffered.Size)
		for _, l := range lines {
			fmt.Fprintln(w, l)
		}
	}
}

// showTrap prints what goes to the syslog hosts.
func showTrap(w io.Writer, c *config.Config, s debug.Counters, hosts []router.SyslogHostState) {
	if !c.Syslog.Trap.Enabled {
		fmt.Fprint(w, "    Trap logging: disabled\n")
		return
	}
	fmt.Fprintf(w, "    Trap logging: level %s, %d message lines logged\n", levels[c.Syslog.Trap.Level&7], s.Trap)
	for _, h := range hosts {
		link := "down"
		if h.Up {
			link = "up"
		}
		fmt.Fprintf(w, "        Logging to %s  (udp port %d, audit disabled,\n              link %s),\n"+
			"              %d message lines logged, \n              0 message lines rate-limited, \n"+
			"              0 message lines dropped-by-MD, \n              xml disabled, sequence number %s\n"+
			"              filtering disabled\n", h.Host.Addr(), h.Host.Port(), link, h.Sent, onOff(c.Syslog.Numbered))
	}
	fmt.Fprint(w, "        Logging Source-Interface:       VRF Name:\n")
	if c.Syslog.Source != "" {
		fmt.Fprintf(w, "        %s\n", c.Syslog.Source)
	}
}

func onOff(on bool) string {
	if on {
		return "enabled"
	}
	return "disabled"
}

// showLoggingCount prints `show logging count`: the messages of each facility together,
// with their sum.
func showLoggingCount(w io.Writer, counts []debug.Count) {
	if counts == nil {
		fmt.Fprint(w, textNoCounts)
		return
	}
	fmt.Fprint(w, textCountHead)
	done := map[string]bool{}
	for _, first := range counts {
		if done[first.Facility] {
			continue
		}
		done[first.Facility] = true
		sum := 0
		for _, c := range counts {
			if c.Facility == first.Facility {
				sum += c.Times
				fmt.Fprintf(w, "%-13s %-31s %2d %6d  %s\n", c.Facility, c.Mnemonic, c.Severity, c.Times, c.Last)
			}
		}
		fmt.Fprintf(w, "%s%-45s %9d\n\n", textCountRule, first.Facility+" TOTAL", sum)
	}
}
