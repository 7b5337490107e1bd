package reftest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestOpenReadsTheNamedDirectory(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "show"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "show", "a.txt"), []byte("text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CONFT_REFERENCE", dir)
	if got := Open(t, "show/a.txt"); got != "text\n" {
		t.Errorf("got %q", got)
	}
	if got := Dir(t, "show"); len(got) != 1 || got[0] != "text\n" {
		t.Errorf("got %q", got)
	}
}

// recorder notes that a test is skipped instead of skipping it.
type recorder struct {
	testing.TB
	skipped bool
}

func (r *recorder) Skipf(string, ...any) {
	r.skipped = true
	runtime.Goexit()
}

func TestOpenSkipsWithoutReference(t *testing.T) {
	t.Setenv("CONFT_REFERENCE", filepath.Join(t.TempDir(), "none"))
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		Open(r, "show/a.txt")
	}()
	<-done
	if !r.skipped {
		t.Error("not skipped")
	}
}

func TestRootIsBesideTheRepository(t *testing.T) {
	t.Setenv("CONFT_REFERENCE", "")
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	repository := filepath.Join(filepath.Dir(filepath.Dir(root)), "*", "go.mod")
	if found, _ := filepath.Glob(repository); len(found) == 0 {
		t.Errorf("no repository beside %s", filepath.Dir(root))
	}
	if filepath.Base(root) != "reference" || filepath.Base(filepath.Dir(root)) != "shared" {
		t.Errorf("root is %s", root)
	}
}
