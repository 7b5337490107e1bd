package shell

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the screens in testdata")

// Each file of testdata/console is keys in Go's string syntax, one line each,
// "--", and the screen that they lead to.
func TestConsole(t *testing.T) {
	files, err := filepath.Glob("testdata/console/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			script, want, ok := strings.Cut(string(text), "--\n")
			if !ok {
				t.Fatal("no -- line")
			}
			keys := ""
			for line := range strings.Lines(script) {
				k, err := strconv.Unquote(strings.TrimSpace(line))
				if err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				keys += k
			}
			out := typeKeys(t, options(newFake(), nil), keys)
			for _, c := range out {
				if c < ' ' && !strings.ContainsRune("\r\n\b\a", c) {
					t.Errorf("control character %q was sent", c)
				}
			}
			got := display(out)
			if *update {
				if err := os.WriteFile(name, []byte(script+"--\n"+got), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("screen:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
