package grammar_test

import (
	"testing"

	"conft/shell/grammar"
)

var secretMode = grammar.NewMode[*struct{}]("config", "Configure commands:",
	grammar.Line[*struct{}]{
		Syntax: "key [6]$type WORD$$secret {address A.B.C.D | until WORD$$other}",
		Help:   grammar.Help{"key": "k", "6": "s", "$secret": "s", "address": "a", "A.B.C.D": "a", "until": "u", "$other": "o"},
		Set:    func(*struct{}, grammar.Args) error { return nil },
		No:     func(*struct{}, grammar.Args) error { return nil },
	},
	grammar.Text[*struct{}]{
		Syntax: "banner", Help: grammar.Help{"banner": "b", "LINE": "l"},
		Set: func(*struct{}, grammar.Args, string) error { return nil },
	},
)

// What a log may keep of a line has the secret in no spelling of the line.
func TestLoggedLine(t *testing.T) {
	for line, want := range map[string]string{
		"key s3cret address 1.1.1.1":       "key * address 1.1.1.1",
		"  k  6  key\ta 1.1.1.1":           "  k  6  *\ta 1.1.1.1",
		"no key address address 1.1.1.1 ":  "no key * address 1.1.1.1 ",
		"KEY s3cret until s3cret":          "KEY * until *",
		"key 6 address 1.1.1.1":            "", // the key is missing
		"banner #all on one line#":         "banner #all on one line#",
		"default key 6 6 address 10.0.0.1": "default key 6 * address 10.0.0.1",
	} {
		step, err := secretMode.Start().Apply(&struct{}{}, line)
		if step.Logged != want || step.Changed != (want != "") {
			t.Errorf("%q is logged as %q, %v; want %q", line, step.Logged, err, want)
		}
	}
	at := secretMode.Start()
	for _, line := range []string{"banner #Hello", "you", "#"} {
		step, err := at.Apply(&struct{}{}, line)
		if err != nil {
			t.Fatal(err)
		}
		if at = step.Next; step.Changed && step.Logged != "banner #Hello" {
			t.Errorf("a text of several lines is logged as %q", step.Logged)
		}
	}
}
