package reftest

import (
	"os"
	"path/filepath"
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
}

func TestOpenSkipsWithoutReference(t *testing.T) {
	t.Setenv("CONFT_REFERENCE", filepath.Join(t.TempDir(), "none"))
	skipped := false
	t.Run("inner", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		Open(t, "show/a.txt")
	})
	if !skipped {
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
