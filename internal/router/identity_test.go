package router

import (
	"net/netip"
	"reflect"
	"testing"

	"conft/ike/exchange"
	"conft/internal/config"
)

func TestIdentities(t *testing.T) {
	r, c := seed()
	c.Hostname, c.DomainName = "R1", "example.com"
	c.Identity, c.AggressiveOff = config.SelfHostname, true
	c.ISAKMPKeys = append(c.ISAKMPKeys,
		config.ISAKMPKey{Host: "r9", Key: config.Secret{Text: "byname"}},
		config.ISAKMPKey{IP: ip("9.9.9.9"), Mask: maskOf(32), Key: config.Secret{Sealed: "does not open"}})
	c.Keyrings = []*config.Keyring{{Name: "K", Keys: []config.ISAKMPKey{{IP: ip("10.0.0.0"), Mask: maskOf(8), Key: config.Secret{Text: "ring"}}}}}
	c.ISAKMPProfiles = []*config.ISAKMPProfile{
		{Name: "A", Keyrings: []string{"K"}, Self: config.SelfHostname, Aggressive: true, Match: []config.IdentityMatch{
			{Kind: config.MatchAddress, IP: ip("10.0.0.0"), Mask: maskOf(8)}, {Kind: config.MatchHostDomain, Name: "example.com"}}},
		{Name: "B", Self: config.SelfUser, User: "a@b", Match: []config.IdentityMatch{
			{Kind: config.MatchHost, Name: "h"}, {Kind: config.MatchUser, Name: "u@h"}, {Kind: config.MatchUserDomain, Name: "h"}}},
		{Name: "C", Self: config.SelfAddress},
		{Name: "D", Keyrings: []string{"K", "default"}},
	}
	c.ISAKMPPeers = []*config.ISAKMPPeer{
		{IP: ip("1.1.1.1"), Password: config.Secret{Text: "tunnel"}, Endpoint: config.Endpoint{Kind: config.EndpointUser, Name: "a@b"}},
		{IP: ip("2.2.2.2")}, // says nothing yet
	}
	c.CryptoMaps[0].Entries[0].Profile = "A"

	p := r.ikePolicy(c)
	prefix := netip.MustParsePrefix
	for name, x := range map[string][2]any{
		"identity": {p.Identity, exchange.FQDN("R1.example.com")},
		"disabled": {p.NoAggressive, true},
		"profile":  {p.Tunnels[0].Profile, "A"},
		"keys": {p.Keys, []exchange.PresharedKey{
			{Prefix: prefix("23.23.23.3/32"), Secret: []byte("cisco")},
			{Host: "r9", Secret: []byte("byname")},
			{Keyring: "K", Prefix: prefix("10.0.0.0/8"), Secret: []byte("ring")},
		}},
		"profiles": {p.Profiles, []exchange.Profile{
			{Name: "A", Keyrings: []string{"K"}, Self: exchange.FQDN("R1.example.com"), Aggressive: true, Match: []exchange.IdentityMatch{
				{Prefix: prefix("10.0.0.0/8")}, {Name: exchange.FQDN("example.com"), Domain: true}}},
			{Name: "B", Self: exchange.UserFQDN("a@b"), Match: []exchange.IdentityMatch{
				{Name: exchange.FQDN("h")}, {Name: exchange.UserFQDN("u@h")}, {Name: exchange.UserFQDN("h"), Domain: true}}},
			{Name: "C", Self: exchange.ByAddress},
			{Name: "D", Keyrings: []string{"K", ""}},
		}},
		"aggressive peers": {p.Aggressive, []exchange.AggressivePeer{
			{Addr: netip.MustParseAddr("1.1.1.1"), Password: []byte("tunnel"), Identity: exchange.UserFQDN("a@b")},
		}},
	} {
		if !reflect.DeepEqual(x[0], x[1]) {
			t.Errorf("%s: %+v, want %+v", name, x[0], x[1])
		}
	}
}
