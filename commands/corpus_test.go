package commands

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/internal/reftest"
	"conft/shell/grammar"
)

// corpus are published configurations of real routers.
func corpus(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"show-startup-config/01": reftest.Open(t, "show/show-startup-config/01.txt")}
	for n := 1; n <= 15; n++ {
		name := fmt.Sprintf("show-running-config/%02d", n)
		all[name] = reftest.Open(t, path.Join("show", name+".txt"))
	}
	return all
}

var physical = regexp.MustCompile(`(?m)^interface ((?:Fast|Gigabit)?Ethernet[\d/]+)\s*$`)

// machineOf is a machine with the links that a configuration has interfaces for.
func machineOf(text string) *config.Config {
	c := config.New()
	for _, m := range physical.FindAllStringSubmatch(text, -1) {
		if c.Interface(m[1]) == nil {
			c.AddInterface(&config.Interface{Name: m[1]})
		}
	}
	return c
}

// reading is what becomes of the lines of a configuration.
type reading struct {
	lines, taken, answered int
	refused                []*grammar.LineError
	silent                 []string // taken, and nothing of it is listed
}

// read pastes a configuration: every line is tried.
func read(text string) (c *config.Config, r reading) {
	c = machineOf(text)
	pos := Config.Start()
	var taken []string
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		words := strings.TrimSpace(line)
		collecting := pos.Collecting() != ""
		if !collecting && (words == "" || words[0] == '!' || words == "end" || words == "exit" || heading(words)) {
			if words == "end" {
				break
			}
			continue
		}
		r.lines++
		next := c.Clone()
		step, err := pos.Apply(next, line)
		switch {
		case err != nil:
			r.refused = append(r.refused, &grammar.LineError{Number: number, Text: line, Err: err})
			pos = pos.Refused(line)
			continue
		case !step.Changed && !collecting && step.Next.Collecting() == "":
			r.answered++ // with a note, or as part of what was
		default:
			r.taken++
			if !collecting {
				taken = append(taken, words)
			}
		}
		pos = step.Next
		if step.Changed {
			c = next
		}
	}
	listed := " " + strings.Join(strings.Fields(Text(c)), " ") + " "
	for _, line := range taken {
		if !strings.Contains(listed, " "+strings.Join(strings.Fields(line), " ")+" ") {
			r.silent = append(r.silent, line)
		}
	}
	return c, r
}

func heading(line string) bool {
	return strings.HasPrefix(line, "Building configuration") || strings.HasPrefix(line, "Current configuration") || strings.HasPrefix(line, "Using ")
}

// What of a real configuration is accepted is written back as IOS has written it, what is
// not is reported line by line, and what is written is read again as the same.
func TestConfigurationsOfRealRouters(t *testing.T) {
	var sum reading
	for name, text := range corpus(t) {
		c, r := read(text)
		sum.lines, sum.taken, sum.answered = sum.lines+r.lines, sum.taken+r.taken, sum.answered+r.answered
		for _, e := range r.refused {
			var g *grammar.Error
			if !errors.As(e.Err, &g) && !strings.HasPrefix(e.Err.Error(), "%") && !strings.HasPrefix(e.Err.Error(), "ERROR") {
				t.Errorf("%s: line %d %q has no answer of IOS's kind: %v", name, e.Number, e.Text, e.Err)
			}
			t.Logf("%s:%d: %q: %v", name, e.Number, e.Text, e.Err)
		}
		sum.refused = append(sum.refused, r.refused...)
		for _, line := range r.silent {
			t.Logf("%s: not listed: %q", name, line)
		}
		sum.silent = append(sum.silent, r.silent...)
		written := Text(c)
		again := machineOf(text)
		if err := Load(again, written); err != nil {
			t.Errorf("%s: what was written is refused: %v", name, err)
		} else if got := Text(again); got != written {
			t.Errorf("%s: written anew: %s", name, diff(got, written))
		}
	}
	t.Logf("of %d lines %d were taken, %d answered by a note or part of such, %d refused; %d that were taken are not listed as they stand",
		sum.lines, sum.taken, sum.answered, len(sum.refused), len(sum.silent))
}

// What a router of 15.x listed comes in the order in which it listed it.
func TestListingsKeepTheirOrder(t *testing.T) {
	all := corpus(t)
	for _, name := range []string{"show-running-config/01", "show-startup-config/01"} {
		c, _ := read(all[name])
		place := map[string]int{}
		for n, l := range strings.Split(Text(c), "\n") {
			if l != "" && l[0] != ' ' && l[0] != '!' {
				place[strings.TrimSpace(l)] = n
			}
		}
		last, before, known := 0, "", 0
		for l := range strings.Lines(all[name]) {
			l = strings.TrimRight(l, " \r\n")
			if n, ok := place[l]; ok {
				known++
				if n < last {
					t.Errorf("%s: %q is not behind %q", name, l, before)
				}
				last, before = n, l
			}
		}
		if known < 15 {
			t.Errorf("%s: only %d lines are in both", name, known)
		}
	}
}
