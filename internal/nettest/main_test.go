package nettest

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "conft-build-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Chmod(dir, 0o755) // tests run it as nobody, too
	buildDir = dir
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}
