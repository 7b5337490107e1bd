package exchange

import (
	"net/netip"
	"testing"

	"conft/ike/payload"
)

func TestIdentity(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	if !FQDN("r1.example.com").Equal(FQDN("R1.Example.COM")) {
		t.Error("the case of a name matters")
	}
	for _, other := range []Identity{{}, UserFQDN("r1.example.com"), FQDN("r2.example.com"), AddressIdentity(addr)} {
		if FQDN("r1.example.com").Equal(other) || other.Equal(FQDN("r1.example.com")) {
			t.Errorf("r1.example.com is taken for %s", other)
		}
	}
	if id := (Identity{}).Payload(addr, 17, 500); id.Type != payload.IDIPv4 || id.Port != 500 {
		t.Errorf("nobody is %+v", id)
	}
	if got := AddressIdentity(addr).String(); got != "192.0.2.1" {
		t.Errorf("an address prints as %q", got)
	}
}
