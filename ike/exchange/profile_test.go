package exchange

import (
	"net/netip"
	"testing"
)

func TestKeyOfTheLongestPrefix(t *testing.T) {
	prefix := netip.MustParsePrefix
	p := Policy{Keys: []PresharedKey{
		{Prefix: prefix("0.0.0.0/0"), Secret: []byte("any")},
		{Host: "r1.example.com", Secret: []byte("name")},
		{Prefix: prefix("10.1.1.1/32"), Secret: []byte("host")},
		{Keyring: "K", Prefix: prefix("10.1.1.1/32"), Secret: []byte("second")},
		{Keyring: "K", Prefix: prefix("10.1.0.0/16"), Secret: []byte("net")},
		{Keyring: "K", Host: "r2.example.com", Secret: []byte("ring")},
	}}
	for _, c := range []struct {
		addr, name string
		in         Keyrings
		want       string
	}{
		{"10.1.1.1", "", nil, "host"},
		{"10.1.2.1", "", nil, "net"},
		{"10.2.0.1", "", nil, "any"},
		{"10.1.2.1", "", Keyrings{""}, "any"},
		{"10.1.1.1", "", Keyrings{"K"}, "second"},
		{"10.2.0.1", "", Keyrings{"K"}, ""},
		{"", "R1.example.com", nil, "name"},
		{"", "r2.example.com", nil, "ring"},
		{"", "r2.example.com", Keyrings{""}, ""},
		{"", "r3.example.com", nil, ""},
		{"", "", nil, ""},
	} {
		var k *PresharedKey
		if c.addr != "" {
			k = p.KeyFor(netip.MustParseAddr(c.addr), c.in)
		} else {
			k = p.KeyOf(c.name, c.in)
		}
		got := ""
		if k != nil {
			got = string(k.Secret)
		}
		if got != c.want {
			t.Errorf("%+v: the key is %q", c, got)
		}
	}
}

func TestBestProfile(t *testing.T) {
	addr := func(s string) Identity { return AddressIdentity(netip.MustParseAddr(s)) }
	p := Policy{Profiles: []Profile{
		{Name: "any", Match: []IdentityMatch{{Prefix: netip.MustParsePrefix("0.0.0.0/0")}}},
		{Name: "net", Match: []IdentityMatch{{Prefix: netip.MustParsePrefix("10.0.0.0/8")}}},
		{Name: "domain", Match: []IdentityMatch{{Name: FQDN("example.com"), Domain: true}, {Name: UserFQDN("example.com"), Domain: true}}},
		{Name: "branch", Match: []IdentityMatch{{Name: FQDN("b.example.com"), Domain: true}}},
		{Name: "host", Match: []IdentityMatch{{Name: FQDN("r1.b.example.com")}}},
		{Name: "none"},
	}}
	for _, c := range []struct {
		peer Identity
		want string
	}{
		{addr("1.2.3.4"), "any"},
		{addr("10.2.3.4"), "net"},
		{FQDN("r1.example.com"), "domain"},
		{UserFQDN("john@example.com"), "domain"},
		{FQDN("r2.B.example.com"), "branch"},
		{FQDN("r1.b.example.com"), "host"},
		{UserFQDN("r1.b.example.com"), "domain"},
		{FQDN("badexample.com"), ""},
		{FQDN("example.com"), ""},
		{FQDN("r1.example.org"), ""},
	} {
		got := ""
		if q := p.ProfileOf(c.peer); q != nil {
			got = q.Name
		}
		if got != c.want {
			t.Errorf("%s matches %q, want %q", c.peer, got, c.want)
		}
	}
}
