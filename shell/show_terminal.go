package shell

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"conft/internal/config"
	"conft/shell/grammar"
)

// showTerminal is `show terminal`: what this session's line is like now.
var showTerminal = grammar.Exec[*Session]{
	Syntax: "show terminal",
	Help:   grammar.Help{"terminal": "Display terminal configuration parameters"},
	Run: func(_ context.Context, s *Session, _ grammar.Args) error {
		width, length := s.screen.size()
		_, err := s.Write([]byte(terminalText(*s.line(), s.number, width, length, s.execHistory.size, time.Since(s.opened))))
		return err
	},
}

func terminalText(l config.Line, number, width, length, history int, since time.Duration) string {
	var b strings.Builder
	p := func(format string, a ...any) { fmt.Fprintf(&b, format, a...) }
	p("Line %d, Location: \"%s\", Type: \"\"\nLength: %d lines, Width: %d columns\n", number, l.Location, length, width)
	if number == 0 {
		speed, stop := cmp.Or(l.Speed, config.DefaultSpeed), cmp.Or(l.StopBits, config.DefaultStopBits)
		p("Baud rate (TX/RX) is %d/%d, no parity, %d stopbits, 8 databits\n", speed, speed, stop)
	} else {
		p("Baud rate (TX/RX) is %d/%d\n", config.DefaultSpeed, config.DefaultSpeed)
	}
	p("Status: PSI Enabled, Ready, Active, Automore On\nCapabilities: none\nModem state: Ready\n")
	p("Special Chars: Escape  Hold  Stop  Start  Disconnect  Activation\n                ^^x    none   -     -       none\n")
	p("Timeouts:      Idle EXEC    Idle Session   Modem Answer  Session   Dispatch\n")
	p("                %-13s %-28s none     not set\n", limit(time.Duration(l.ExecTimeout)*time.Second), limit(time.Duration(l.SessionTimeout)*time.Minute))
	p("                            Idle Session Disconnect Warning\n                              never\n")
	p("                            Login-sequence User Response\n                             %s\n", clockLike(loginWait))
	p("                            Autoselect Initial Wait\n                              not set\n")
	p("Modem type is unknown.\nSession limit is not set.\nTime since activation: %s\nEditing is enabled.\n", clockLike(since))
	if history > 0 {
		p("History is enabled, history size is %d.\n", history)
	} else {
		p("History is disabled.\n")
	}
	p("DNS resolution in show commands is enabled\nFull user help is disabled\n")
	p("Allowed input transports are %s.\nAllowed output transports are %s.\nPreferred transport is %s.\n",
		input(l.Input, number), cmp.Or(l.Output, "none"), cmp.Or(l.Preferred, "none"))
	p("Shell: disabled\nShell trace: off\nNo output characters are padded\nNo special data dispatching characters\n")
	return b.String()
}

// input are the protocols by which a line may be reached: there is only one.
func input(words string, number int) string {
	switch {
	case number < config.FirstVTY:
		return "none"
	case words == "" || words == "all":
		return "ssh"
	}
	return words
}

// limit is a timeout, 0 for none.
func limit(d time.Duration) string {
	if d == 0 {
		return "never"
	}
	return clockLike(d)
}

// clockLike is a duration as "00:10:00", or "2d12h" from a day on.
func clockLike(d time.Duration) string {
	s := int(d.Seconds())
	if s >= 24*3600 {
		return fmt.Sprintf("%dd%02dh", s/(24*3600), s/3600%24)
	}
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}
