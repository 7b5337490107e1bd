package router

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"conft/internal/resolver"
)

func TestFullNames(t *testing.T) {
	for _, c := range []struct {
		name, domain string
		want         []string
	}{
		{"srv", "", []string{"srv"}}, {"srv", "lab", []string{"srv.lab", "srv"}},
		{"srv.lab", "lab", []string{"srv.lab", "srv.lab.lab"}}, {"srv.", "", []string{"srv"}},
	} {
		if got := fullNames(c.name, c.domain); !slices.Equal(got, c.want) {
			t.Errorf("%s in %s: %v, want %v", c.name, c.domain, got, c.want)
		}
	}
}

// TestNameCache forgets what is too old, and the oldest when it is full.
func TestNameCache(t *testing.T) {
	var n nameCache
	answer := resolver.Answer{Addrs: []netip.Addr{netip.MustParseAddr("10.0.0.1")}, TTL: time.Minute}
	n.learn("Srv.Lab", answer, time.Hour)
	if got := n.recall("srv.lab", time.Hour+59*time.Second); !slices.Equal(got, answer.Addrs) {
		t.Errorf("recalls %v", got)
	}
	if got := n.recall("srv.lab", time.Hour+time.Minute); got != nil {
		t.Errorf("recalls %v from too long ago", got)
	}
	for i := range maxNames {
		n.learn(fmt.Sprint(i), answer, 2*time.Hour+time.Duration(i))
	}
	if len(n.names) != maxNames || n.names["srv.lab"].addrs != nil {
		t.Errorf("%d names are kept", len(n.names))
	}
}
