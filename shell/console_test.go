package shell

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"conft/internal/ptytest"
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
			var typed []string
			for line := range strings.Lines(script) {
				k, err := strconv.Unquote(strings.TrimSpace(line))
				if err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				typed = append(typed, k)
			}
			keys := strings.Join(typed, "")
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
			onPseudoTerminal(t, typed)
		})
	}
}

// onPseudoTerminal types lines of keys on a terminal device, each when the screen has what the
// one before it leads to: the same octets as on a terminal of the test's own.
func onPseudoTerminal(t *testing.T, typed []string) {
	var want []string
	synctest.Test(t, func(t *testing.T) {
		l := start(t, options(newFake(), nil))
		want = append(want, l.seen())
		for _, k := range typed {
			if len(l.done) > 0 { // it has typed exit
				break
			}
			want = append(want, l.keys(k))
		}
		l.conn.Close()
		<-l.done
	})
	user, program := ptytest.Open(t)
	done := make(chan error, 1)
	s := New(options(newFake(), program))
	go func() { done <- s.Run(context.Background()) }()
	buf := make([]byte, 4096)
	for i, w := range want {
		if i > 0 {
			if _, err := user.WriteString(typed[i-1]); err != nil {
				t.Fatal(err)
			}
		}
		got := ""
		for got != w {
			user.SetReadDeadline(time.Now().Add(20 * time.Second))
			n, err := user.Read(buf)
			if got += string(buf[:n]); err != nil || !strings.HasPrefix(w, got) {
				t.Fatalf("a terminal device, %v: after %q\n%q\nwant\n%q", err, typed[max(0, i-1)], got, w)
			}
		}
	}
	s.Clear()
	<-done
}
