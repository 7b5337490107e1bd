package commands

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/seat"
	"conft/shell/grammar"
)

// lineCommands are those about lines and their users.
func lineCommands(r Router) []exec {
	users := func(_ context.Context, t Terminal, a grammar.Args) error {
		list := r.Seats().Taken()
		if a.Has("all") {
			list = everyLine(r.Config(), list)
		}
		var b strings.Builder
		showUsers(&b, list, t.Origin())
		return say(t, b.String())
	}
	return []exec{
		{
			Syntax: "show users [all] [wide]",
			Help: grammar.Help{"show": "Show running system information", "users": "Display information about terminal lines",
				"all": "Include information about inactive ports", "wide": "Use wide format"},
			Run: users,
		},
		{
			Syntax: "{systat | who} [all]",
			Help: grammar.Help{"systat": "Display information about terminal lines", "who": "Display information about terminal lines",
				"all": "Include information about inactive ports"},
			Run: users,
		},
		{
			Syntax: "show line [console <0-0> | aux <0-0> | vty <0-15>$index [<0-15>$to] | <0-17>$number [<0-17>$last]]",
			Help: grammar.Help{
				"line":    "TTY line information",
				"console": "Primary terminal line",
				"aux":     "Auxiliary line",
				"vty":     "Virtual terminal",
				"<0-0>":   "Line number",
				"$index":  "First Line number",
				"$to":     "Last Line number",
				"$number": "First Line number",
				"$last":   "Last Line number",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				c := r.Config()
				number, some := typedLine(a)
				if !some {
					showLines(w, c, r.Seats())
					return nil
				}
				last := number
				switch {
				case a.Has("to"):
					last = config.FirstVTY + a.Int("to")
				case a.Has("last"):
					last = a.Int("last")
				}
				for _, n := range []int{number, last} {
					if lineOf(c, n) == nil {
						return refuse("Invalid line number: %d", n)
					}
				}
				showLineHead(w)
				for n := number; n <= last; n++ {
					showLineRow(w, lineOf(c, n), n, r.Seats())
				}
				return nil
			}),
		},
		{
			Syntax: "show login",
			Help:   grammar.Help{"login": "Display Secure Login Configurations and State"},
			Yields: "login", // `show log` is show logging
			Priv:   privileged,
			Run:    output(func(w io.Writer, _ grammar.Args) error { showLogin(w, r.Config().Guard, r.Watch()); return nil }),
		},
		{
			Syntax: "show login failures",
			Help:   grammar.Help{"failures": "Display Secure Login Failure information"},
			Yields: "login",
			Priv:   privileged,
			Run: output(func(w io.Writer, _ grammar.Args) error {
				list, total := r.LoginFailures()
				showLoginFailures(w, list, total)
				return nil
			}),
		},
		{
			Syntax: "clear line {console <0-0> | aux <0-0> | vty <0-15>$index | <0-17>$number}",
			Help: grammar.Help{
				"clear":   "Reset functions",
				"line":    "Reset a terminal line",
				"console": "Primary terminal line",
				"aux":     "Auxiliary line",
				"vty":     "Virtual terminal",
				"<0-0>":   "Line number",
				"$index":  "Line number",
				"$number": "Line number",
			},
			Priv: privileged,
			Run: func(ctx context.Context, t Terminal, a grammar.Args) error {
				number, _ := typedLine(a)
				switch {
				case lineOf(r.Config(), number) == nil:
					return refuse("Invalid line number: %d", number)
				case sitsOn(number, r.Seats().Taken(), t.Origin()):
					return refuse("Not allowed to clear current line")
				}
				ok, err := t.Confirm(ctx, "[confirm]")
				if !ok || err != nil {
					return err
				}
				r.Seats().Clear(number)
				return say(t, " [OK]\n")
			},
		},
	}
}

// sitsOn reports whether the line is the one of who asks.
func sitsOn(number int, taken []seat.Taken, by debug.Origin) bool {
	return slices.ContainsFunc(taken, func(t seat.Taken) bool { return t.Number == number && t.By.Line == by.Line })
}

// typedLine is the number of the line that was typed.
func typedLine(a grammar.Args) (number int, ok bool) {
	switch {
	case a.Has("index"):
		return config.FirstVTY + a.Int("index"), true
	case a.Has("aux"):
		return config.AuxNumber, true
	}
	return a.Int("number"), a.Has("console") || a.Has("number")
}

// lineOf is the settings of a line, nil when there is none.
func lineOf(c *config.Config, number int) *config.Line {
	switch n := number - config.FirstVTY; {
	case number == 0:
		return &c.Lines.Console
	case number == config.AuxNumber:
		return &c.Lines.Aux
	case n < len(c.Lines.VTY):
		return &c.Lines.VTY[n]
	}
	return nil
}

// everyLine are the lines that are taken and, with nobody on them, those that are not.
func everyLine(c *config.Config, taken []seat.Taken) []seat.Taken {
	var all []seat.Taken
	for n := range config.FirstVTY + len(c.Lines.VTY) {
		at := slices.IndexFunc(taken, func(t seat.Taken) bool { return t.Number == n })
		if at >= 0 {
			all = append(all, taken[at])
		} else {
			all = append(all, seat.Taken{Seat: &seat.Seat{Number: n}})
		}
	}
	return all
}

// showUsers prints `show users`; by is who asks.
func showUsers(w io.Writer, taken []seat.Taken, by debug.Origin) {
	fmt.Fprint(w, "    Line       User       Host(s)              Idle       Location\n")
	for _, t := range taken {
		mark, doing := ' ', "idle"
		switch t.By.Line {
		case "":
			doing = ""
		case by.Line:
			mark = '*'
		}
		kind, n := seat.Name(t.Number)
		from := ""
		if t.By.Addr.IsValid() {
			from = t.By.Addr.String()
		}
		fmt.Fprintf(w, "%c%3d %-9s %-10s %-20s %-10s %s\n", mark, t.Number, fmt.Sprintf("%s %d", kind, n), t.By.User, doing, hoursText(t.Idle), from)
	}
	fmt.Fprint(w, "\n  Interface    User               Mode         Idle     Peer Address\n\n")
}

func showLineHead(w io.Writer) {
	fmt.Fprint(w, "   Tty Line Typ     Tx/Rx    A Modem  Roty AccO AccI  Uses  Noise Overruns  Int\n")
}

// showLines prints `show line`.
func showLines(w io.Writer, c *config.Config, seats *seat.Table) {
	showLineHead(w)
	for n := range config.FirstVTY + len(c.Lines.VTY) {
		showLineRow(w, lineOf(c, n), n, seats)
	}
	fmt.Fprintln(w)
}

func showLineRow(w io.Writer, l *config.Line, number int, seats *seat.Table) {
	mark := ' '
	for _, t := range seats.Taken() {
		if t.Number == number {
			mark = '*'
		}
	}
	kind, speed := "CTY", ""
	switch {
	case number >= config.FirstVTY:
		kind = "VTY"
	case number == config.AuxNumber:
		kind, speed = "AUX", "9600/9600"
	}
	in := l.AccessClass
	if in == "" {
		in = "-"
	}
	fmt.Fprintf(w, "%c%5d%5d %s %11s  -    -      -    - %4s %5d %6d %4d/0      -\n", mark, number, number, kind, speed, in, seats.Uses(number), 0, 0)
}
