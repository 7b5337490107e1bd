package rules

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var link = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)

// What an operator reads begins with the README: every page is linked from there, and
// every link to a file leads to one.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("%d pages: %v", len(pages), err)
	}
	linked := map[string]bool{}
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			to := filepath.Join(filepath.Dir(page), m[1])
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links %s, which is not there", page, m[1])
			}
			if filepath.Base(page) == "README.md" {
				linked[to] = true
			}
		}
	}
	for _, page := range pages {
		if !linked[page] {
			t.Errorf("README.md does not link %s", page)
		}
	}
}

// The repository speaks of the product, not of the machine that it was written on.
func TestNoMachinePaths(t *testing.T) {
	cmd := exec.Command("git", "grep", "-nIE", "(^|[^A-Za-z0-9._/-])/(wo"+"rk|ho"+"me|ro"+"ot)/")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if e, ok := err.(*exec.ExitError); ok && e.ExitCode() == 1 {
		return // nothing found
	}
	if err != nil {
		t.Skipf("no git repository: %v", err)
	}
	t.Errorf("paths of one machine:\n%s", out)
}
