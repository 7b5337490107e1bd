package commands

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"conft/internal/config"
	"conft/shell/grammar"
)

var update = flag.Bool("update", false, "write the expected answers of testdata anew")

// paste types a text as a session does. It returns the configuration and, below each
// line, what is answered.
func paste(c *config.Config, text string) (*config.Config, string) {
	pos := Config.Start()
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		out.WriteString(line + "\n")
		clone := c.Clone()
		step, err := pos.Apply(clone, line)
		var e *grammar.Error
		switch {
		case errors.As(err, &e):
			out.WriteString("    => " + e.Error() + "\n")
		case err != nil:
			out.WriteString("    => " + err.Error() + "\n")
		}
		for _, note := range step.Notes {
			out.WriteString("    => " + note + "\n")
		}
		if err != nil {
			pos = pos.Refused(line)
			continue
		}
		if step.End {
			out.WriteString("    => END\n")
		}
		if pos = step.Next; step.Changed {
			c = clone
		}
	}
	return c, out.String()
}

// TestPastedConfigurations pastes old configurations: each line takes effect or is
// answered by one line that names it. No line of a refused block reaches another mode:
// the resulting configuration stands at the end of the answers.
func TestPastedConfigurations(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.txt")
	if len(files) != 3 {
		t.Fatalf("found %q", files)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		c, answers := paste(newRouter(), string(text))
		if strings.Contains(answers, "invalid input") {
			t.Errorf("%s: a line is not known:\n%s", name, answers)
		}
		golden := strings.TrimSuffix(name, ".txt") + ".answers"
		got := answers + "\n" + Text(c)
		if *update {
			os.WriteFile(golden, []byte(got), 0o644)
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s: %s", name, diff(got, string(want)))
		}
	}
}
