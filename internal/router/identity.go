package router

import (
	"slices"

	"conft/ike/exchange"
	"conft/internal/acl"
	"conft/internal/config"
)

// identities translates who takes part in phase 1: keys, names, profiles.
func identities(c *config.Config, p *exchange.Policy) {
	switch c.Identity {
	case config.SelfHostname:
		p.Identity = exchange.FQDN(c.FullName())
	case config.SelfSubject:
		p.Identity = exchange.BySubject
	}
	p.NoAggressive = c.AggressiveOff
	p.Keys = presharedKeys(p.Keys, "", c.ISAKMPKeys)
	for _, k := range c.Keyrings {
		p.Keys = presharedKeys(p.Keys, k.Name, k.Keys)
	}
	for _, q := range c.ISAKMPProfiles {
		p.Profiles = append(p.Profiles, isakmpProfile(c, q))
	}
	for _, a := range c.ISAKMPPeers {
		if a.Password == (config.Secret{}) && a.Endpoint.Kind == config.EndpointNone {
			continue
		}
		peer := exchange.AggressivePeer{Addr: acl.IPv4(a.IP), Identity: endpoint(a.Endpoint)}
		if a.Password.Text != "" {
			peer.Password = []byte(a.Password.Text)
		}
		p.Aggressive = append(p.Aggressive, peer)
	}
}

// presharedKeys adds the keys of a keyring. One that no master key opens is none.
func presharedKeys(list []exchange.PresharedKey, keyring string, keys []config.ISAKMPKey) []exchange.PresharedKey {
	for _, k := range keys {
		if k.Key.Text == "" {
			continue
		}
		key := exchange.PresharedKey{Keyring: keyring, Host: k.Host, Secret: []byte(k.Key.Text)}
		if k.Host == "" {
			key.Prefix = prefixOf(k.IP, k.Mask)
		}
		list = append(list, key)
	}
	return list
}

// keyrings are the names as IKE knows them: that of `crypto isakmp key` is "".
func keyrings(c *config.Config, names []string) []string {
	i := slices.Index(names, config.DefaultKeyring)
	if i < 0 || c.Keyring(config.DefaultKeyring) != nil {
		return names
	}
	names = slices.Clone(names)
	names[i] = ""
	return names
}

func isakmpProfile(c *config.Config, q *config.ISAKMPProfile) exchange.Profile {
	e := exchange.Profile{Name: q.Name, Keyrings: keyrings(c, q.Keyrings), Aggressive: q.Aggressive, Maps: q.Maps, Trustpoints: q.Trustpoints, DPD: keepalive(q.Keepalive)}
	switch q.Self {
	case config.SelfAddress:
		e.Self = exchange.ByAddress
	case config.SelfHostname:
		e.Self = exchange.FQDN(c.FullName())
	case config.SelfUser:
		e.Self = exchange.UserFQDN(q.User)
	}
	for _, m := range q.Match {
		e.Match = append(e.Match, identityMatch(m))
	}
	return e
}

func keepalive(k config.Keepalive) exchange.DPD {
	return exchange.DPD{Interval: inSeconds(k.Seconds), Retry: inSeconds(k.Retry), Periodic: k.Periodic}
}

func identityMatch(m config.IdentityMatch) exchange.IdentityMatch {
	switch m.Kind {
	case config.MatchAddress:
		return exchange.IdentityMatch{Prefix: prefixOf(m.IP, m.Mask)}
	case config.MatchHost:
		return exchange.IdentityMatch{Name: exchange.FQDN(m.Name)}
	case config.MatchHostDomain:
		return exchange.IdentityMatch{Name: exchange.FQDN(m.Name), Domain: true}
	case config.MatchUserDomain:
		return exchange.IdentityMatch{Name: exchange.UserFQDN(m.Name), Domain: true}
	}
	return exchange.IdentityMatch{Name: exchange.UserFQDN(m.Name)}
}

func endpoint(e config.Endpoint) exchange.Identity {
	switch e.Kind {
	case config.EndpointAddress:
		return exchange.AddressIdentity(acl.IPv4(e.IP))
	case config.EndpointFQDN:
		return exchange.FQDN(e.Name)
	case config.EndpointUser:
		return exchange.UserFQDN(e.Name)
	}
	return exchange.Identity{}
}
