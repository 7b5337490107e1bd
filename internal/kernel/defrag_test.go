package kernel

import (
	"errors"
	"io/fs"
	"testing"

	"conft/internal/acl"
	"conft/internal/nstest"

	"golang.org/x/sys/unix"
)

// A kernel that has no tproxy says that there is no such thing.
func TestWithoutTproxy(t *testing.T) {
	for _, c := range []struct {
		first, second error
		tracked       bool
		want          error
	}{
		{nil, unix.EIO, false, nil},
		{unix.ENOENT, nil, true, nil},
		{unix.ENOENT, unix.EOPNOTSUPP, true, unix.EOPNOTSUPP},
		{unix.EPERM, nil, false, fs.ErrPermission},
	} {
		m, err := possible(func(m manner) error {
			if m.tracked {
				return c.second
			}
			return c.first
		})
		if m.tracked != c.tracked || !errors.Is(err, c.want) {
			t.Errorf("%v, %v: tracked %t, %v", c.first, c.second, m.tracked, err)
		}
	}
}

// Where the kernel has no tproxy, connection tracking puts packets together: those of
// hosts behind the router, its own, and those of the tunnel.
func TestDefragmentationByTracking(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	l.k1.manner.tracked = true
	l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{someUDP}
	must(t, l.k1.Apply(l.d1))
	for _, c := range l.k1.rules {
		if c.name == "whole" && c.rules[0].text != tracked().text {
			t.Fatalf("defragmentation is kept on by %s", c.rules[0].text)
		}
	}
	protectsByPort(t, l)
	if c, err := l.k1.Counters(); err != nil || c["wan0"].Matched[0][0] != 2 {
		t.Errorf("counters %+v, %v; want 2 matches", c, err)
	}
}
