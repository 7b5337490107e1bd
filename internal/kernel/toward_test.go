package kernel

import (
	"net/netip"
	"testing"
)

func TestToward(t *testing.T) {
	if !inNamespace(t) {
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
		if got := k.Toward(netip.MustParseAddr(host)); got.String() != want {
			t.Errorf("towards %s %v, want %s", host, got, want)
		}
	}
}
