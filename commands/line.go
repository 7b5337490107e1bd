package commands

import (
	"fmt"
	"iter"
	"strconv"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// lineSet is the lines that a `line` block is about, all of one kind.
type lineSet struct {
	c     *config.Config
	kind  string // "console", "aux", "vty"
	first int    // as it is reckoned within the kind
	lines []*config.Line
}

// usual is what a line of the set is like without any configuration.
func (s *lineSet) usual() config.Line {
	if s.kind == "vty" {
		return config.NewVTY()
	}
	return config.NewLine()
}

var lineBlock = grammar.Block[*config.Config, *lineSet]{
	Syntax: "line {console$kind <0-0> | aux$kind <0-0> | vty$kind <0-15>$first [<0-15>$last]}",
	Help: grammar.Help{
		"line":    "Configure a terminal line",
		"console": "Primary terminal line",
		"$kind":   "Terminal line",
		"<0-0>":   "Line number",
		"$first":  "First Line number",
		"$last":   "Last Line number",
	},
	Open: func(c *config.Config, a grammar.Args) (*lineSet, error) {
		s := &lineSet{c: c, kind: a.String("kind"), first: a.Int("first")}
		switch s.kind {
		case "console":
			s.lines = []*config.Line{&c.Lines.Console}
		case "aux":
			s.lines = []*config.Line{&c.Lines.Aux}
		default:
			last := s.first
			if a.Has("last") {
				last = a.Int("last")
			}
			if last < s.first {
				return nil, refuse("Bad line range")
			}
			c.Lines.Grow(last + 1)
			for i := s.first; i <= last; i++ {
				s.lines = append(s.lines, &c.Lines.VTY[i])
			}
		}
		return s, nil
	},
	// As on IOS, the lines behind the first that is removed go with it.
	No: func(c *config.Config, a grammar.Args) error {
		first := a.Int("first")
		switch {
		case a.String("kind") != "vty":
			return refuse("Can't delete line %s 0", a.String("kind"))
		case first < config.DefaultVTYs:
			return refuse("Can't delete last %d VTY lines", config.DefaultVTYs)
		}
		if first < len(c.Lines.VTY) {
			c.Lines.VTY = c.Lines.VTY[:first:first]
		}
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *lineSet] {
		return func(yield func(string, *lineSet) bool) {
			if !yield("line con 0", &lineSet{c, "console", 0, []*config.Line{&c.Lines.Console}}) ||
				!yield("line aux 0", &lineSet{c, "aux", 0, []*config.Line{&c.Lines.Aux}}) {
				return
			}
			for first := 0; first < len(c.Lines.VTY); {
				last := lastLike(c.Lines.VTY, first)
				header := fmt.Sprintf("line vty %d", first)
				if last > first {
					header += " " + strconv.Itoa(last)
				}
				if !yield(header, &lineSet{c, "vty", first, []*config.Line{&c.Lines.VTY[first]}}) {
					return
				}
				first = last + 1
			}
		}
	},
	Sub:  lineMode,
	Gaps: grammar.GapLast,
}

// lastLike is the last of the vtys that are listed together with the first one: as on
// IOS those that are always there are a list of their own.
func lastLike(vtys []config.Line, first int) int {
	last := first
	for last+1 < len(vtys) && last+1 != config.DefaultVTYs && vtys[last+1] == vtys[first] {
		last++
	}
	return last
}

type lineLine = grammar.Line[*lineSet]

// lineSetting is a command whose Set and No change each line of a block. When it is
// negated the line has the value of one that was never configured, which undo takes from there.
func lineSetting(syntax string, help grammar.Help, set func(*config.Line, grammar.Args), undo func(l *config.Line, usual config.Line),
	write func(w *grammar.Writer, l, usual config.Line)) lineLine {
	return lineLine{
		Syntax: syntax, Help: help,
		Set: func(s *lineSet, a grammar.Args) error {
			for _, l := range s.lines {
				set(l, a)
			}
			return nil
		},
		No:    usually(undo),
		Write: func(s *lineSet, w *grammar.Writer) { write(w, *s.lines[0], s.usual()) },
	}
}

// usually is a handler that gives each line what it has without configuration.
func usually(undo func(l *config.Line, usual config.Line)) func(*lineSet, grammar.Args) error {
	return func(s *lineSet, _ grammar.Args) error {
		for _, l := range s.lines {
			undo(l, s.usual())
		}
		return nil
	}
}

// lineNumber is a command with one number.
func lineNumber(words, numbers string, help grammar.Help, of func(*config.Line) *int) lineLine {
	return lineSetting(words+" !["+numbers+"]", help,
		func(l *config.Line, a grammar.Args) { *of(l) = a.Int(numbers) },
		func(l *config.Line, usual config.Line) { *of(l) = *of(&usual) },
		func(w *grammar.Writer, l, usual config.Line) { writeUnless(w, words, *of(&l), *of(&usual)) })
}

// lineSwitch is a command of words alone. On says what the words mean.
func lineSwitch(words string, help grammar.Help, on bool, of func(*config.Line) *bool) lineLine {
	x := lineSetting(words, help,
		func(l *config.Line, _ grammar.Args) { *of(l) = on },
		func(l *config.Line, _ config.Line) { *of(l) = !on },
		func(w *grammar.Writer, l, usual config.Line) {
			switch v := *of(&l); {
			case v == *of(&usual) && !w.All():
			case v == on:
				w.Line(words)
			default:
				w.Line("no", words)
			}
		})
	x.Default = usually(func(l *config.Line, usual config.Line) { *of(l) = *of(&usual) })
	return x
}

// lineWord is a command with one word.
func lineWord(words, placeholder, behind string, help grammar.Help, of func(*config.Line) *string) lineLine {
	syntax := words + " ![" + placeholder + "]"
	if behind != "" {
		syntax = words + " ![" + placeholder + " " + behind + "]"
	}
	return lineSetting(syntax, help,
		func(l *config.Line, a grammar.Args) {
			if *of(l) = a.String("words"); a.Has("WORD") {
				*of(l) = a.String("WORD")
			}
		},
		func(l *config.Line, usual config.Line) { *of(l) = *of(&usual) },
		func(w *grammar.Writer, l, usual config.Line) {
			if *of(&l) != *of(&usual) {
				w.Line(words, *of(&l), behind)
			}
		})
}

// transports are those of a `transport` line.
func transports(more ...string) (placeholder string, help grammar.Help) {
	help = grammar.Help{"transport": "Define transport protocols for line", "none": "No protocols", "all": "All protocols",
		"ssh": "TCP/IP SSH protocol", "telnet": "TCP/IP Telnet protocol", "rlogin": "Unix rlogin protocol", "pad": "X.3 PAD",
		"udptn": "UDPTN async via UDP protocol", "lat": "DEC LAT protocol", "mop": "DEC MOP Remote Console Protocol", "v120": "Async over ISDN"}
	return "{" + strings.Join(append([]string{"none"}, more...), " | ") + " | {pad | telnet | rlogin | udptn | lat | mop | v120 | ssh}...}$words", help
}
