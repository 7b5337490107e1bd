package router

import (
	"regexp"
	"testing"

	"conft/internal/config"
	"conft/internal/flash"
)

// However the path is made, the archive knows its own files again, keeps as many as it may
// and lets those alone that only look alike.
func TestArchiveKnowsItsFiles(t *testing.T) {
	const stamp = `[A-Z][a-z]{2}-\d+-\d\d-\d\d-\d\d\.\d{3}`
	for path, want := range map[string]string{
		"flash:kept":       `^kept-` + stamp + `-UTC-\d+$`,
		"flash:kept-$h":    `^kept-R1-` + stamp + `-UTC-\d+$`,
		"flash:$h-$t":      `^R1-` + stamp + `-UTC-\d+$`,
		"flash:/in/$t.$h":  `^/in/` + stamp + `-UTC\.R1-\d+$`,
		"flash:in/a+(b)$t": `^in/a\+\(b\)` + stamp + `-UTC-\d+$`,
	} {
		f, err := flash.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		f.Mkdir("in")
		r := &Router{clock: NewClock(BootClock, nil), flash: f, text: func(c *config.Config) string { return c.Hostname }}
		c := config.New()
		c.Version, c.Hostname, c.Archive.Path, c.Archive.Maximum = "15.4", "R1", path, 2
		r.running.Store(c)
		mine := []string{"kept-2024-01-01", "kept-old-Mar-1-00-00-00.000-UTC-7", "R1-backup-3", "kept-5", "in/a+(b)9"}
		for _, name := range mine {
			if err := f.Write(name, []byte("by hand")); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			if _, err := r.Archive(); err != nil {
				t.Fatal(err)
			}
		}
		got, err := r.Archives()
		if err != nil || len(got) != 2 {
			t.Errorf("%s: %q, %v", path, got, err)
		}
		for _, name := range got {
			if !regexp.MustCompile(want).MatchString(name) || name[len(name)-1] < '2' {
				t.Errorf("%s: %s is among %q", path, name, got)
			}
		}
		for _, name := range mine {
			if !f.Exists(name) {
				t.Errorf("%s: %s is gone", path, name)
			}
		}
	}
}
