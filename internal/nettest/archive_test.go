package nettest

import (
	"regexp"
	"strings"
	"testing"
)

// Archived configurations are found after an orderly end, after a crash and after a reload, their
// numbers go on, the oldest goes, and what is on the disk is what is listed. A restart that was
// scheduled is not one of the next life.
func TestArchiveOverRestarts(t *testing.T) {
	t.Parallel()
	Root(t)
	r := StartConft(t, Namespace(t, "r"))
	r.Exec("configure terminal", "hostname R1", "archive", "path flash:kept", "maximum 3", "end", "write memory")
	number := regexp.MustCompile(`flash:kept-\S+-(\d+)`)
	check := func(what, want string) {
		t.Helper()
		out := r.Exec("show archive")
		var got []string
		for _, m := range number.FindAllStringSubmatch(out, -1) {
			got = append(got, m[1])
		}
		if strings.Join(got, " ") != want { // the next one comes first
			t.Errorf("%s: %v, want %s:\n%s", what, got, want, out)
		}
		for _, m := range regexp.MustCompile(`(?m)^\d+ +flash:(\S+)`).FindAllStringSubmatch(out, -1) {
			if text := r.Exec("more flash:" + m[1] + " | include ^hostname"); text != "hostname R1\n" {
				t.Errorf("%s: %s holds %q", what, m[1], text)
			}
		}
		if n := strings.Count(r.Exec("dir"), "kept-"); n != len(got)-1 {
			t.Errorf("%s: %d files", what, n)
		}
	}
	r.Exec("archive config", "archive config")
	check("at first", "2 0 1")
	r.Exec("reload in 100 to be safe")
	r.Close()
	r.Start()
	check("after an orderly end", "2 0 1")
	if out := r.Exec("show reload"); out != "No reload is scheduled.\n" {
		t.Errorf("after a restart: %s", out)
	}
	r.Exec("archive config", "archive config")
	check("the oldest goes", "4 1 2 3")
	r.Kill()
	r.Start()
	check("after a crash", "4 1 2 3")
	r.Exec("configure terminal", "archive", "write-memory", "end", "write memory")
	check("with the startup configuration", "5 2 3 4")
}
