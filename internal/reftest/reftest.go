// Package reftest opens the reference texts that tests compare with: published
// output of real routers, kept beside the repository and never copied into it.
package reftest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Root returns the directory of the reference: $CONFT_REFERENCE, else
// ../shared/reference seen from the repository's root.
func Root() (string, error) {
	if dir := os.Getenv("CONFT_REFERENCE"); dir != "" {
		return dir, nil
	}
	dir, err := os.Getwd() // the package under test
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared", "reference"), nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("reftest: no go.mod above the working directory")
		}
		dir = parent
	}
}

// Open returns a reference file's text. It skips the test when there is no
// reference beside this clone, and fails it when the reference lacks the file.
func Open(t testing.TB, name string) string {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no reference texts (%v); set CONFT_REFERENCE to their directory", err)
	}
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Dir returns the texts of all files of a directory of the reference, in the order of
// their names. It skips and fails as Open does.
func Dir(t testing.TB, name string) (texts []string) {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(name), "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		texts = append(texts, Open(t, name+"/"+filepath.Base(f)))
	}
	if len(texts) == 0 {
		Open(t, name)
	}
	return texts
}
