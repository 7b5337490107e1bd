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
	l.d1.Crypto[0].Selectors[0].Rules = []acl.Entry{{Protocol: 17, Src: acl.Any, Dst: acl.Any,
		DstPort: acl.Ports{Op: acl.PortRange, Low: 7000, High: 7009}}}
	must(t, l.k1.Apply(l.d1))
	for _, c := range l.k1.rules {
		if c.name == "whole" && c.rules[0].text != tracked().text {
			t.Fatalf("defragmentation is kept on by %s", c.rules[0].text)
		}
	}
	w := tap(t, l.r3, "wan0")
	sendUDP(t, l.hostA, "20.1.1.2:7007", 4000)
	sendUDP(t, l.r1, "20.1.1.2:7000", 4000)
	seen := w.arrived(t, 2*5)
	if n := clearPackets(seen); n != 0 || len(seen) != 2*5 {
		t.Errorf("%d of %d packets in clear", n, len(seen))
	}
	sendUDP(t, l.hostA, "20.1.1.2:7010", 4000)
	if n := clearPackets(w.arrived(t, 3)); n != 3 {
		t.Errorf("%d packets in clear, want the 3 fragments to the other port", n)
	}
	if c, err := l.k1.Counters(); err != nil || c["wan0"].Matched[0][0] != 2 {
		t.Errorf("counters %+v, %v; want 2 matches", c, err)
	}
}
