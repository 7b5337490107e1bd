package nettest

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"conft/ike/iketest"
)

// stamp begins each line of a log but the continuations.
var stamp = regexp.MustCompile(`^\*[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d\.\d{3}: `)

// transcript is what `debug crypto isakmp` has printed, without stamps and without
// the messages of other facilities.
func transcript(c *Conft) string {
	var out []string
	ours := false
	_, log, _ := strings.Cut(c.Exec("show logging"), "Log Buffer")
	for line := range strings.Lines(log) {
		line = strings.TrimSuffix(line, "\n")
		if s := stamp.FindString(line); s != "" {
			line = line[len(s):]
			ours = !strings.HasPrefix(line, "%")
		}
		if ours {
			out = append(out, line)
		}
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// The classic lab as published, from the first line to the last: the far router is
// away for the first two messages, comes back, and one ping later there is a tunnel.
func TestSeed(t *testing.T) {
	t.Parallel()
	need(t, "nft")
	u := newTunnel(t, ends{policy: []string{"encryption des", "group 1"}, set: "esp-des esp-md5-hmac"})
	for _, c := range []*Conft{u.left, u.right} {
		c.Exec("undebug crypto ipsec", "clear logging")
	}
	sh(t, u.r2, "nft 'add table ip away; add chain ip away forward { type filter hook forward priority 0; }; add rule ip away forward drop'")
	u.wire.frames()
	if out := u.left.Exec("ping 20.1.1.1 source 10.1.1.1 repeat 1"); !strings.Contains(out, "Success rate is 0 percent (0/1)") {
		t.Errorf("ping to a router that is away:\n%s", out)
	}
	lost := 0
	wait(t, "the second message to be lost", 15*time.Second, func() bool {
		lost += kinds(u.wire.frames())["IKE"]
		return lost == 2
	})
	sh(t, u.r2, "nft 'delete table ip away'")
	wait(t, "the tunnel", 15*time.Second, func() bool { return newest(u.right) != "" && newest(u.left) != "" })
	if out := u.left.Exec("ping 20.1.1.1 source 10.1.1.1"); !strings.Contains(out, "!!!!!") {
		t.Errorf("ping once the tunnel is up:\n%s", out)
	}
	iketest.Compare(t, iketest.Seed, transcript(u.left))
	iketest.Compare(t, iketest.Responder, transcript(u.right))
}
