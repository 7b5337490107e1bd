package main

import (
	"io"
	"os"
	"strings"
	"testing"
)

// Whoever asks for help with the labs gets it on the standard output, and status 0.
func TestLabHelp(t *testing.T) {
	for _, word := range []string{"help", "--help", "-h"} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		stdout := os.Stdout
		os.Stdout = w
		failed := labCommand([]string{word})
		os.Stdout = stdout
		w.Close()
		out, err := io.ReadAll(r)
		if failed != nil || err != nil {
			t.Errorf("lab %s: %v, %v", word, failed, err)
		}
		for _, sub := range []string{"list", "up NAME", "console ROUTER", "exec ROUTER LINE", "down"} {
			if !strings.Contains(string(out), "conft lab "+sub) {
				t.Errorf("lab %s says nothing of %q:\n%s", word, sub, out)
			}
		}
	}
}
