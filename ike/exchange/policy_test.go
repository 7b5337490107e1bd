package exchange

import (
	"net/netip"
	"testing"

	"conft/internal/suite"
)

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
		"esp-des esp-md5-hmac":                    {Transform: suite.ESPDES, KeyBits: 0, Auth: suite.HMACMD5},
		"esp-3des esp-sha-hmac":                   {Transform: suite.ESP3DES, KeyBits: 0, Auth: suite.HMACSHA},
		"esp-aes esp-sha256-hmac":                 {Transform: suite.ESPAES, KeyBits: 128, Auth: suite.HMACSHA256},
		"esp-aes 256 esp-sha512-hmac":             {Transform: suite.ESPAES, KeyBits: 256, Auth: suite.HMACSHA512},
		"esp-gcm 128":                             {Transform: suite.ESPGCM16, KeyBits: 128, Auth: suite.AuthNone},
		"esp-null esp-sha384-hmac":                {Transform: suite.ESPNull, KeyBits: 0, Auth: suite.HMACSHA384},
		"ah-md5-hmac":                             {AH: suite.HMACMD5},
		"ah-sha512-hmac esp-des":                  {AH: suite.HMACSHA512, Transform: suite.ESPDES},
		"ah-sha-hmac esp-aes 192 esp-sha256-hmac": {AH: suite.HMACSHA, Transform: suite.ESPAES, KeyBits: 192, Auth: suite.HMACSHA256},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
