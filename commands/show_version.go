package commands

import (
	"fmt"
	"io"
	"strings"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// showVersion prints `show version`. The lines that programs look for are there
// in their usual form; the second paragraph says what this really is.
func showVersion(w io.Writer, c *config.Config, s router.SystemState, clock debug.Clock) {
	fmt.Fprintf(w, "Cisco IOS Software, conft Software (CONFT-K9-M), Version %s, RELEASE SOFTWARE (fc1)\n", c.Version)
	fmt.Fprintf(w, "conft %s\n", s.Release)
	fmt.Fprintf(w, "The first line is for programs that expect it. This is not Cisco software: it is\n"+
		"conft, an independent router on Linux that keeps the manner of IOS %s.\n", c.Version)
	fmt.Fprintf(w, "Compiled %s\n\n", s.Built)
	fmt.Fprintf(w, "ROM: %s\n\n", s.Kernel)
	fmt.Fprintf(w, "%s uptime is %s\n", c.Hostname, uptimeText(clock.Uptime()))
	fmt.Fprintf(w, "System returned to ROM by %s\n", s.Returned)
	fmt.Fprintf(w, "System restarted at %s\n", clock.Now().Add(-clock.Uptime()).Round(time.Second).Format("15:04:05 MST Mon Jan 2 2006"))
	fmt.Fprintf(w, "System image file is \"file:%s\"\n\n", s.Image)
	fmt.Fprintf(w, "Cisco conft (revision %s) with %dK/%dK bytes of memory.\n", s.Machine, s.MemoryKB-s.UsedKB, s.UsedKB)
	fmt.Fprintf(w, "Processor board ID %s\n", s.Board)
	for _, t := range []struct{ prefix, title string }{
		{"Ethernet", "Ethernet interface"},
		{"FastEthernet", "FastEthernet interface"},
		{"GigabitEthernet", "Gigabit Ethernet interface"},
	} {
		n := 0
		for _, i := range c.Interfaces {
			if strings.HasPrefix(i.Name, t.prefix) {
				n++
			}
		}
		if n > 0 {
			fmt.Fprintln(w, plural(n, t.title))
		}
	}
	fmt.Fprintf(w, "%dK bytes of non-volatile configuration memory.\n\n", s.NVRAMKB)
	fmt.Fprint(w, "Configuration register is 0x2102\n\n")
}
