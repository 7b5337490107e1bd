package shell

import "testing"

// The underscore stands for what is between words, and for itself: `| include QM_IDLE` is
// typed every day.
func TestUnderscore(t *testing.T) {
	for _, c := range []struct {
		expr, line string
		want       bool
	}{
		{"QM_IDLE", "12.12.12.1 QM_IDLE 1001 ACTIVE", true},
		{"QM_IDLE", "12.12.12.1 QMxIDLE 1001 ACTIVE", false},
		{`QM\_IDLE`, "12.12.12.1 QM_IDLE 1001 ACTIVE", true},
		{`QM\_IDLE`, "12.12.12.1 QM IDLE 1001 ACTIVE", false},
		{"_1300_", "{1300_", true},
		{"_1300_", "1300", true},
		{"_1300_", "a (1300,b", true},
		{"_1300_", "21300 13000", false},
	} {
		re, err := compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := re.MatchString(c.line); got != c.want {
			t.Errorf("%s in %q: %t", c.expr, c.line, got)
		}
	}
}
