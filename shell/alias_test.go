package shell

import "testing"

// Help behind an alias is that of what it stands for; a list of words shows aliases by their
// mark, and none behind a blank.
func TestHelpOfAliases(t *testing.T) {
	f := newFake()
	f.c.SetAlias("rt", "show ip route")
	f.c.SetAlias("inv", "show inventory")
	for _, c := range []struct{ keys, want string }{
		{"r?", "r?\n*r=resume            *rt=\"show ip route\"\nR1>r"},
		{"i?", "i?\n*inv=\"show inventory\"  import\nR1>i"},
		{" i?", " i?\nimport\nR1> i"},
		{"rt ?", "rt ?\n  |     Output modifiers\n  <cr>\n\nR1>rt"},
		{"rt | co?", "rt | co?\ncount\nR1>rt | co"},
		{"rt | co\t", "rt | co\nR1>rt | count"},
	} {
		got := display(typeKeys(t, options(f, nil), c.keys))
		if want := "\nR1>" + c.want + "\n\n"; got != want {
			t.Errorf("%q:\n%q\nwant\n%q", c.keys, got, want)
		}
	}
}
