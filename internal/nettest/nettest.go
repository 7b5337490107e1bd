package nettest

import (
	"net/netip"
	"os"
	"testing"
	"time"

	"conft/internal/netns"
)

// skip skips a test, or fails it where everything must run.
func skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CONFT_NO_SKIP") != "" {
		t.Fatal("may not be skipped here: " + reason)
	}
	t.Skip(reason)
}

// Root skips the test unless it may make namespaces.
func Root(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		skip(t, "needs root, for network namespaces")
	}
}

// wait polls a condition of the outside world until it holds.
func wait(t testing.TB, what string, limit time.Duration, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !holds(); {
		if time.Now().After(end) {
			t.Fatalf("waited %v in vain for %s", limit, what)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// Namespace makes a namespace that goes with the test.
func Namespace(t testing.TB, name string) *netns.NS {
	t.Helper()
	ns, err := netns.New(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ns.Close)
	return ns
}

// Cable joins two namespaces; an empty address leaves an end without one.
func Cable(t testing.TB, a *netns.NS, linkA, addrA string, b *netns.NS, linkB, addrB string) {
	t.Helper()
	if err := netns.Connect(a, linkA, b, linkB); err != nil {
		t.Fatal(err)
	}
	for _, e := range []struct {
		ns         *netns.NS
		link, addr string
	}{{a, linkA, addrA}, {b, linkB, addrB}} {
		if e.addr != "" {
			if err := e.ns.Address(e.link, netip.MustParsePrefix(e.addr)); err != nil {
				t.Fatal(err)
			}
		}
	}
}
