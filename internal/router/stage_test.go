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
