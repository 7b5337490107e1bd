package nettest

import (
	"testing"
	"time"

	"conft/internal/netns"
)

// A router that comes back from its saved configuration has its tunnel again,
// whoever has something to send first. When it was killed nobody has told the other
// side, whose packets it cannot read: invalid-spi-recovery is for that.
func TestTunnelAfterRestart(t *testing.T) {
	t.Parallel()
	for name, stop := range map[string]func(*Conft){
		"orderly": (*Conft).Close,
		"killed":  (*Conft).Kill,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newTunnel(t, ends{global: []string{"crypto isakmp invalid-spi-recovery"}})
			u.left.Exec("write memory")
			u.right.Exec("write memory")
			for _, x := range []struct {
				what  string
				c     *Conft
				first *netns.NS // who sends first
				to    string
			}{
				{"initiator restarts and begins", u.left, u.a, "20.1.1.2"},
				{"responder restarts and begins", u.right, u.b, "10.1.1.2"},
				{"initiator restarts, the other begins", u.left, u.b, "10.1.1.2"},
				{"responder restarts, the other begins", u.right, u.a, "20.1.1.2"},
			} {
				u.up(t, u.a, "20.1.1.2")
				stop(x.c)
				x.c.Start()
				p := newProber(t, x.first, "0.0.0.0", false)
				wait(t, x.what, 10*time.Second, func() bool { return p.echo(x.to, 56, 150*time.Millisecond).arrived })
			}
			u.wire.protected()
		})
	}
}
