package exchange

import (
	"net/netip"
	"testing"

	"conft/internal/suite"
)

func TestKeyOfTheLongestPrefix(t *testing.T) {
	p := Policy{Keys: []PresharedKey{
		{netip.MustParsePrefix("0.0.0.0/0"), []byte("any")},
		{netip.MustParsePrefix("10.1.1.1/32"), []byte("host")},
		{netip.MustParsePrefix("10.1.0.0/16"), []byte("net")},
	}}
	for addr, want := range map[string]string{"10.1.1.1": "host", "10.1.2.1": "net", "10.2.0.1": "any"} {
		if got := string(p.Key(netip.MustParseAddr(addr))); got != want {
			t.Errorf("the key for %s is that of %q, want %q", addr, got, want)
		}
	}
	p.Keys = p.Keys[1:]
	if p.Key(netip.MustParseAddr("10.2.0.1")) != nil {
		t.Error("a key for a peer that has none")
	}
}

func TestContains(t *testing.T) {
	proxy := func(prefix string, protocol uint8, port uint16) Proxy {
		return Proxy{netip.MustParsePrefix(prefix), protocol, port}
	}
	for _, c := range []struct {
		p, q Proxy
		want bool
	}{
		{proxy("10.1.1.0/24", 0, 0), proxy("10.1.1.0/24", 0, 0), true},
		{proxy("10.1.1.0/24", 0, 0), proxy("10.1.1.9/32", 6, 80), true},
		{proxy("0.0.0.0/0", 6, 0), proxy("10.1.1.9/32", 6, 80), true},
		{proxy("10.1.1.0/24", 0, 0), proxy("10.1.0.0/16", 0, 0), false},
		{proxy("10.1.1.0/24", 0, 0), proxy("10.1.2.0/24", 0, 0), false},
		{proxy("10.1.1.0/24", 6, 0), proxy("10.1.1.0/24", 0, 0), false},
		{proxy("10.1.1.0/24", 6, 80), proxy("10.1.1.0/24", 6, 0), false},
	} {
		if got := c.p.Contains(c.q); got != c.want {
			t.Errorf("%v contains %v: %v", c.p, c.q, got)
		}
	}
}

func TestTransformSetWords(t *testing.T) {
	for want, s := range map[string]TransformSet{
		"esp-des esp-md5-hmac":        {suite.ESPDES, 0, suite.HMACMD5},
		"esp-3des esp-sha-hmac":       {suite.ESP3DES, 0, suite.HMACSHA},
		"esp-aes esp-sha256-hmac":     {suite.ESPAES, 128, suite.HMACSHA256},
		"esp-aes 256 esp-sha512-hmac": {suite.ESPAES, 256, suite.HMACSHA512},
		"esp-gcm 128":                 {suite.ESPGCM16, 128, suite.AuthNone},
		"esp-null esp-sha384-hmac":    {suite.ESPNull, 0, suite.HMACSHA384},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
