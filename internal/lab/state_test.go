package lab

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The lab's directory is in the open, /tmp: one that somebody else could have made, or can
// write to, is not believed. A console there would be his to read along.
func TestForeignDirectory(t *testing.T) {
	write := func(dir string) {
		b, err := json.Marshal(State{Lab: "classic", Pid: os.Getpid()})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, stateFile), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open := filepath.Join(t.TempDir(), "lab")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	write(open)
	if _, err := Current(open); !errors.Is(err, ErrDown) {
		t.Errorf("our own directory, whose process is no supervisor: %v", err)
	}
	link := open + "-link"
	if err := os.Symlink(open, link); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{open, link} {
		if _, err := Current(dir); err == nil || errors.Is(err, ErrDown) {
			t.Errorf("%s is looked into: %v", dir, err)
		}
		if err := prepare(dir); err == nil {
			t.Errorf("%s is taken", dir)
		}
		if _, err := os.Stat(filepath.Join(open, stateFile)); err != nil {
			t.Errorf("%s was emptied: %v", dir, err)
		}
	}
}

// One of our own is made anew, private.
func TestPrepare(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	for range 2 {
		if err := prepare(dir); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Fatalf("%v %v", info, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "left over"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
