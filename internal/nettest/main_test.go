package nettest

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	// These tests wait for each other's routers more than they compute.
	flag.Parse()
	if p := flag.Lookup("test.parallel"); p.Value.String() == p.DefValue {
		p.Value.Set("6")
	}
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
