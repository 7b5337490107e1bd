package commands

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/shell/grammar"
)

// samples are words that stand for a placeholder, by how `?` prints it; those of a range
// of numbers are its ends.
var samples = map[string][]string{
	"WORD": {"NAME"}, "LINE": {"some text"}, "A.B.C.D": {"10.1.2.3", "255.255.255.0"},
	"A.B.C.D/nn": {"10.1.0.0/16"}, "hh:mm:ss": {"10:11:12"}, "hh:mm": {"10:11"}, "MONTH": {"Mar"}, "DAY": {"Sun"},
	"INTERFACES": {"GigabitEthernet0/0"}, "flash:": {"flash:file"},
}

var numbers = regexp.MustCompile(`^<(-?\d+)-(-?\d+)>$`)

func wordsFor(token string) []string {
	if s := samples[token]; s != nil {
		return s
	}
	if m := numbers.FindStringSubmatch(token); m != nil {
		return slices.Compact(m[1:])
	}
	return []string{token}
}

// forms lists lines that `?` leads to from a position, at most so many from each first word.
func forms(pos grammar.Position[*config.Config], most int) (all []string) {
	const depth, kinds = 14, 4 // words of a line; names of a long choice that are tried
	first, _ := pos.Ask("")
	for _, f := range first.Items {
		if slices.Contains(control, f.Token) || slices.Contains(made, f.Token) {
			continue
		}
		for _, w := range wordsFor(f.Token) {
			var lines []string
			var walk func(path string, left int)
			walk = func(path string, left int) {
				if len(lines) >= most || left == 0 {
					return
				}
				if left == depth-1 {
					all = append(all, lines...)
					lines = nil
				}
				next, _ := pos.Ask(path + " ")
				words := 0
				for _, i := range next.Items {
					switch {
					case i.Token == "<cr>":
						lines = append(lines, path)
						continue
					case len(next.Items) > 16 && isKeyword(i.Token):
						if words++; words > kinds {
							continue
						}
					case slices.Contains(strings.Fields(path), i.Token) && isKeyword(i.Token):
						continue
					}
					for _, w := range wordsFor(i.Token) {
						walk(path+" "+w, left-1)
					}
				}
			}
			walk(w, depth)
			all = append(all, lines...)
		}
	}
	return all
}
func TestZZForms(t *testing.T) {
	seen := map[string]bool{}
	n := 0
	for _, lines := range modes {
		base, pos := newRouter(), Config.Start()
		for _, l := range lines {
			step, err := pos.Apply(base, l)
			if err != nil {
				t.Fatal(err)
			}
			pos = step.Next
		}
		was := Text(base)
		for _, line := range forms(pos, 2500) {
			c := base.Clone()
			step, err := pos.Apply(c, line)
			if err != nil {
				continue
			}
			n++
			text := Text(c)
			key := strings.Join(strings.Fields(line)[:min(3, len(strings.Fields(line)))], " ")
			report := func(what string) {
				if k := what + strings.Join(lines, "/") + key; !seen[k] {
					seen[k] = true
					t.Errorf("%s: %q %q", what, lines, line)
				}
			}
			if text == was && c.Equal(base) && len(step.Notes) == 0 {
				report("NOEFFECT")
			}
			if text == was && !c.Equal(base) {
				report("UNWRITTEN")
			}
			again := newRouter()
			if err := Load(again, text); err != nil {
				report("UNREADABLE " + err.Error())
			} else if Text(again) != text {
				report("UNSTABLE")
			} else if !again.Equal(c) {
				report("LOST")
			}
			for _, form := range []string{"no ", "default "} {
				d := c.Clone()
				_, err := pos.Apply(d, form+line)
				if err != nil {
					report("REFUSED " + form)
				} else if Text(d) != was {
					report("NOT UNDONE " + form)
				}
			}
		}
	}
	t.Log(n, "lines")
}
