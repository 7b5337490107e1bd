package config

import "iter"

// Identities is what says who takes part in phase 1.
type Identities struct {
	DomainName    string       // ip domain name, "" for none
	Identity      SelfIdentity // crypto isakmp identity; SelfDefault is the address
	AggressiveOff bool         // crypto isakmp aggressive-mode disable

	Keyrings       []*Keyring       // by name
	ISAKMPPeers    []*ISAKMPPeer    // by address
	ISAKMPProfiles []*ISAKMPProfile // by name

	// MasterKey opens type 6 keys, "" for none. It is kept beside the configuration and
	// never part of its text.
	MasterKey   string
	EncryptKeys bool // password encryption aes
}

// Secret is a key or password of the configuration. Sealed is its type 6 text, "" for
// one that is shown in clear. Of a type 6 text that this router's master key does not
// open, Text is "" and nothing can be done with it.
type Secret struct{ Text, Sealed string }

// Keyring is one `crypto keyring`.
type Keyring struct {
	Name        string
	Description string
	Keys        []ISAKMPKey // in the order of Config.ISAKMPKeys
}

// ISAKMPProfile is one `crypto isakmp profile`.
type ISAKMPProfile struct {
	Name        string
	Description string
	Keyrings    []string
	Self        SelfIdentity
	User        string // of SelfUser
	Match       []IdentityMatch
	Maps        []string  // names of certificate maps, of which one must hold
	Trustpoints []string  // of certificates, our own and the peers'; nil for all
	Keepalive   Keepalive // instead of that of the configuration; never periodic
	Aggressive  bool      // initiate mode aggressive
}

// SelfIdentity is what a router calls itself.
type SelfIdentity uint8

const (
	SelfDefault SelfIdentity = iota // as `crypto isakmp identity` says
	SelfAddress
	SelfHostname
	SelfUser
	SelfSubject // the distinguished name of its certificate; not in a profile
)

// MatchKind is the kind of a `match identity`.
type MatchKind uint8

const (
	MatchAddress MatchKind = iota
	MatchHost
	MatchHostDomain
	MatchUser
	MatchUserDomain
)

// IdentityMatch is one `match identity` of a profile.
type IdentityMatch struct {
	Kind     MatchKind
	IP, Mask uint32 // of MatchAddress
	Name     string // of the others
}

// ISAKMPPeer is one `crypto isakmp peer address A`.
type ISAKMPPeer struct {
	IP          uint32
	Description string
	Password    Secret
	Endpoint    Endpoint
}

// EndpointKind is the kind of a `set aggressive-mode client-endpoint`.
type EndpointKind uint8

const (
	EndpointNone EndpointKind = iota
	EndpointAddress
	EndpointFQDN
	EndpointUser
)

// Endpoint is a `set aggressive-mode client-endpoint`.
type Endpoint struct {
	Kind EndpointKind
	IP   uint32
	Name string
}

// FullName is the router's name with its domain, without it when there is none.
func (c *Config) FullName() string {
	if c.DomainName == "" {
		return c.Hostname
	}
	return c.Hostname + "." + c.DomainName
}

// Keyring finds a keyring.
func (c *Config) Keyring(name string) *Keyring {
	for _, k := range c.Keyrings {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// DefaultKeyring names the keys of `crypto isakmp key`, where no keyring has this name.
const DefaultKeyring = "default"

// Profile finds an ISAKMP profile.
func (c *Config) Profile(name string) *ISAKMPProfile {
	for _, p := range c.ISAKMPProfiles {
		if p.Name == name {
			return p
		}
	}
	return nil
}

// Secrets yields every key and password that may be of type 6. They may be changed if c
// is a private clone.
func (c *Config) Secrets() iter.Seq[*Secret] {
	return func(yield func(*Secret) bool) {
		lists := [][]ISAKMPKey{c.ISAKMPKeys}
		for _, k := range c.Keyrings {
			lists = append(lists, k.Keys)
		}
		for _, l := range lists {
			for i := range l {
				if !yield(&l[i].Key) {
					return
				}
			}
		}
		for _, p := range c.ISAKMPPeers {
			if p.Password != (Secret{}) && !yield(&p.Password) {
				return
			}
		}
	}
}
