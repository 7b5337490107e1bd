package ike_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
)

// `crypto logging session` tells of the first SAs with a peer and of the end of the last,
// not of those that are renewed in between, and only who asks is told.
func TestSessionsAreLogged(t *testing.T) {
	const line = "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is "
	said := func(r *iketest.Router) []string {
		return slices.DeleteFunc(r.Lines(debug.FlagNone), func(s string) bool { return !strings.HasPrefix(s, line) })
	}
	n, r1, r3 := lab(func(p1, p3 *exchange.Policy) {
		p1.LogSessions = true
		p3.Identity = exchange.FQDN("r3.example.com")
	})
	up(t, n, r1, r3)
	want := []string{line + "UP.  Peer 23.23.23.3:500       Id: r3.example.com"}
	if got := said(r1); !slices.Equal(got, want) {
		t.Errorf("when it comes up: %q", got)
	}
	if _, lost := traffic(n, r1, r3, 25*time.Hour, time.Minute); len(lost) > 0 {
		t.Errorf("lost %d", len(lost))
	}
	if got := said(r1); !slices.Equal(got, want) {
		t.Errorf("after renewals: %q", got)
	}
	r3.Do(ike.ClearSA{})
	n.Run(5 * time.Second)
	want = append(want, line+"DOWN.  Peer 23.23.23.3:500       Id: r3.example.com")
	if got := said(r1); !slices.Equal(got, want) {
		t.Errorf("when the peer ends it: %q", got)
	}
	if got := said(r3); len(got) > 0 {
		t.Errorf("R3, which has not asked: %q", got)
	}
}
