package commands

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"conft/internal/acl"
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
		if slices.Contains(control, f.Token) {
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
					case slices.Contains(made, i.Token) && strings.HasPrefix(path, "crypto "):
						continue
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

// TestEveryForm types what `?` offers, form by form. What is accepted is written so that it
// can be read again and means the same, and `default` takes it back.
func TestEveryForm(t *testing.T) {
	const most = 60                                   // forms of two words; a wider look takes half a minute
	stays := regexp.MustCompile(`^(line|interface) `) // there is no taking it back
	typed := 0
	for _, lines := range modes {
		if slices.Equal(lines, keyText) || slices.Equal(lines, newModel) {
			continue // a key is complete with its last line; the other is no mode
		}
		base, pos := newRouter(), Config.Start()
		for _, l := range lines {
			step, err := pos.Apply(base, l)
			if err != nil {
				t.Fatal(err)
			}
			pos = step.Next
		}
		was := Text(base)
		for _, line := range forms(pos, most) {
			c := base.Clone()
			if step, err := pos.Apply(c, line); err != nil || step.Do != "" {
				continue
			}
			typed++
			text, again := Text(c), newRouter()
			if err := Load(again, text); err != nil {
				t.Errorf("%q %q cannot be read again: %v", lines, line, err)
				continue
			}
			d := *c
			d.AccessLists, again.AccessLists = unnumbered(c.AccessLists), unnumbered(again.AccessLists)
			d.MasterKey = "" // is kept elsewhere
			if Text(again) != text || !again.Equal(&d) {
				t.Errorf("%q %q is lost: %s", lines, line, diff(Text(again), text))
			}
			if text == was && !d.Equal(base) {
				t.Errorf("%q %q is not written", lines, line)
			}
			if _, err := pos.Apply(c, "default "+line); (err != nil || Text(c) != was) && !stays.MatchString(line) {
				t.Errorf("default %q %q: %v, %s", lines, line, err, diff(Text(c), was))
			}
		}
	}
	if typed < 1000 {
		t.Errorf("only %d lines were accepted", typed)
	}
}

// unnumbered are access lists without the numbers of their entries, which are not written.
func unnumbered(lists []*acl.List) (out []*acl.List) {
	for _, l := range lists {
		n := *l
		n.Entries = slices.Clone(l.Entries)
		for i := range n.Entries {
			n.Entries[i].Seq = 0
		}
		out = append(out, &n)
	}
	return out
}
