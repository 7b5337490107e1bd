package router

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"conft/internal/config"
)

// Of lines that the kernel cannot do together those are taken back which it cannot do, and
// those that need them; the others stay, in their order.
func TestStagedLinesAreTakenBackAlone(t *testing.T) {
	const lines = 100
	for name, bad := range map[string][]int{"one": {41}, "the first": {0}, "the last": {lines - 1}, "several": {3, 4, 50, 98}} {
		var refused []int
		var list []staged
		for n := range lines {
			host := fmt.Sprint("h", n)
			list = append(list, staged{
				again: func(c *config.Config) error {
					if n > 0 && n%10 == 5 { // needs the line before it
						if len(c.Aliases) == 0 || !slices.ContainsFunc(c.Aliases, func(a config.Alias) bool { return a.Name == fmt.Sprint("h", n-1) }) {
							return errors.New("% the line before is not there")
						}
					}
					c.SetAlias(host, "show")
					return nil
				},
				refused: func(error) { refused = append(refused, n) },
			})
		}
		tries := 0
		commit := func(c *config.Config) error {
			tries++
			for _, n := range bad {
				if _, ok := c.Alias(fmt.Sprint("h", n)); ok {
					return errors.New("% The kernel refused the change")
				}
			}
			return nil
		}
		got := inParts(config.New(), list, errors.New("% together"), commit)
		want := slices.Clone(bad)
		for _, n := range bad {
			if (n+1)%10 == 5 {
				want = append(want, n+1)
			}
		}
		slices.Sort(want)
		slices.Sort(refused)
		if !slices.Equal(refused, want) {
			t.Errorf("%s: taken back %v, want %v", name, refused, want)
		}
		if len(got.Aliases) != lines-len(want) {
			t.Errorf("%s: %d lines stay, want %d", name, len(got.Aliases), lines-len(want))
		}
		if tries > 16*len(bad) {
			t.Errorf("%s: the kernel was asked %d times", name, tries)
		}
	}
}

// Lines that follow each other share one draft: what anybody was shown stays as it was, and
// of a line that is refused halfway nothing stays.
func TestStagedLinesShareADraft(t *testing.T) {
	r := &Router{ended: true} // nothing takes effect
	r.running.Store(config.New())
	name := func(to string, err error) error {
		f := func(c *config.Config) error {
			c.Hostname = to
			return err
		}
		return r.Stage(f, f, func(error) { t.Errorf("%s was taken back", to) })
	}
	alias := func(c *config.Config) error {
		c.SetAlias("a", "show")
		return nil
	}
	if err := errors.Join(name("one", nil), r.Stage(alias, alias, nil)); err != nil {
		t.Fatal(err)
	}
	one := r.Config()
	if one.Hostname != "one" || len(one.Aliases) != 1 {
		t.Errorf("staged: %q, %v", one.Hostname, one.Aliases)
	}
	refused := errors.New("% No")
	for _, wrong := range []string{"two", "three"} { // behind what was shown, and behind a line that was not
		if err := name(wrong, refused); err != refused {
			t.Error(err)
		}
		r.View(func(c *config.Config) {
			if c.Hostname != "one" || len(c.Aliases) != 1 {
				t.Errorf("behind %s, which was refused: %q, %v", wrong, c.Hostname, c.Aliases)
			}
		})
		if err := name("one", nil); err != nil {
			t.Error(err)
		}
	}
	if err := name("four", nil); err != nil {
		t.Error(err)
	}
	if one.Hostname != "one" || r.Config().Hostname != "four" || r.Config() != r.Config() {
		t.Errorf("what was shown is %q, what is now %q", one.Hostname, r.Config().Hostname)
	}
}
