package nettest

import (
	"os"
	"testing"

	"conft/internal/netns"
	"conft/internal/strongswan"
)

// Peer is what strongSwan is told of a tunnel.
type Peer = strongswan.Tunnel

// StartStrongSwan starts the daemon in a namespace and waits until it answers. It
// ends with the test; its log is printed when the test fails.
func StartStrongSwan(t testing.TB, ns *netns.NS, p Peer) *strongswan.Daemon {
	t.Helper()
	need(t, "charon-systemd", "swanctl")
	s, err := strongswan.Start(ns, t.TempDir(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		if t.Failed() {
			t.Logf("strongSwan in %s:\n%s", ns.Name, s.Log())
		}
	})
	return s
}

// find looks where Debian puts daemons, too.
func find(name string) string { return strongswan.Find(name) }

func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if find(p) == "" {
			skip(t, p+" is not installed; `make test` installs it")
		}
	}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
