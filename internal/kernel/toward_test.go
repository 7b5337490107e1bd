package kernel

import (
	"net/netip"
	"testing"

	"conft/internal/nstest"
)

func TestToward(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	k, d := site(t)
	must(t, k.Apply(d))
	for host, want := range map[string]string{
		"10.1.1.2":   "10.1.1.1",   // beside it
		"12.12.12.9": "12.12.12.1", // as above
		"8.8.8.8":    "192.0.2.1",  // by way of the default route
		"10.1.1.1":   "invalid IP", // the router itself
		"1.1.1.1":    "invalid IP",
	} {
		if link, got := k.Toward(netip.MustParseAddr(host)); got.String() != want || got.IsValid() != (link != "") {
			t.Errorf("towards %s %v on link %q, want %s", host, got, link, want)
		}
	}
}
