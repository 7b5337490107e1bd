package commands

import (
	"io"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/reftest"
	"conft/internal/router"
)

// TestLoggingHostsLikeCapture compares the part about the syslog hosts with a capture.
func TestLoggingHostsLikeCapture(t *testing.T) {
	r := newFake(t, "logging host 10.5.2.1\n")
	want, _, _ := strings.Cut(reftest.Open(t, "show/show-logging/02.txt"), "\nLog Buffer")
	_, want, _ = strings.Cut(want, "    Trap logging")
	got := text(func(w io.Writer) { showTrap(w, r.config, debug.Counters{Trap: 142}, r.SyslogHosts()) })
	_, got, _ = strings.Cut(got, "    Trap logging")
	trim := func(s string) string {
		var b strings.Builder
		for l := range strings.Lines(s) {
			b.WriteString(strings.TrimRight(l, " \n") + "\n")
		}
		return b.String()
	}
	expect(t, "the part about syslog hosts", trim(got), trim(want))
}

func TestShowLoggingCount(t *testing.T) {
	r := newFake(t, "hostname R1\n")
	expect(t, "show logging count", run(t, r, "show logging count"), textNoCounts)
	for _, short := range []string{"show log count", "sh log cou"} { // and not `show login`, which the letters fit too
		expect(t, short, run(t, r, short), textNoCounts)
	}
	r.hub.SetCounting(true)
	r.hub.Emit(debug.SysConfig{By: debug.Origin{Line: "console"}})
	r.hub.Emit(debug.LinkUpDown{Interface: "GigabitEthernet0/0"})
	r.hub.Emit(debug.SysConfig{By: debug.Origin{Line: "console"}})
	expect(t, "show logging count", run(t, r, "show logging count"), textCountHead+
		"SYS           CONFIG_I                         5      2  *Mar  1 00:01:43.499\n"+
		textCountRule+"SYS TOTAL                                             2\n\n"+
		"LINK          UPDOWN                           3      1  *Mar  1 00:01:43.499\n"+
		textCountRule+"LINK TOTAL                                            1\n\n")
}

func TestShowClockDetail(t *testing.T) {
	c := load(t, "clock timezone CET 1\nclock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00\n")
	clock := &fixedClock{now: c.Zone.In(time.Date(2016, 2, 18, 21, 1, 51, 165e6, time.UTC))}
	expect(t, "show clock detail", text(func(w io.Writer) { showClock(w, clock, c.Zone, router.NTPSource, true) }),
		"22:01:51.165 CET Thu Feb 18 2016\nTime source is NTP\n"+
			"Summer time starts 02:00:00 CET Sun Mar 27 2016\nSummer time ends 03:00:00 CEST Sun Oct 30 2016\n")
	expect(t, "show clock detail in UTC", text(func(w io.Writer) {
		showClock(w, &fixedClock{now: clock.now.UTC(), mark: '*'}, config.TimeZone{}, router.NoSource, true)
	}), "*21:01:51.165 UTC Thu Feb 18 2016\nNo time source\n")
}

// TestClockSetInZone takes the time as the one of the zone on that day.
func TestClockSetInZone(t *testing.T) {
	r := newFake(t, "clock timezone CET 1\nclock summer-time CEST recurring last Sun Mar 2:00 last Sun Oct 3:00\n")
	run(t, r, "clock set 12:00:00 1 Jul 2026")
	if got := r.clock.now.UTC().Format(time.RFC3339); got != "2026-07-01T10:00:00Z" {
		t.Errorf("the clock is %s", got)
	}
}
