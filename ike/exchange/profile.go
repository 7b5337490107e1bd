package exchange

import (
	"net/netip"
	"slices"
	"strings"

	"conft/ike/payload"
)

// Profile is one `crypto isakmp profile`: what is different in phase 1 with the peers
// that it matches.
type Profile struct {
	Name        string
	Match       []IdentityMatch
	Maps        []string // certificate maps, of which one must hold; with signatures only
	Trustpoints []string // of certificates, our own and the peer's; nil for all
	Keyrings    []string // nil for the keys of `crypto isakmp key`
	Self        Identity // what this router calls itself; zero stands for Policy.Identity
	Aggressive  bool     // phase 1 is begun in aggressive mode
	DPD         DPD      // zero stands for Policy.DPD
}

// IdentityMatch is one `match identity`, by address or by name.
type IdentityMatch struct {
	Prefix netip.Prefix // `address`
	Name   Identity     // `host`, `user`
	Domain bool         // Name is a domain, which names are in
}

// AggressivePeer is one `crypto isakmp peer`: phase 1 with it is begun in aggressive
// mode.
type AggressivePeer struct {
	Addr     netip.Addr
	Password []byte   // nil to look the key up as usual
	Identity Identity // zero as elsewhere
}

// Keyrings are those in which the keys of a profile are. Without a profile every key
// counts, for nothing says which one is meant; one that is gone has none.
func (p *Policy) Keyrings(profile string) Keyrings {
	q := p.Profile(profile)
	switch {
	case profile == "":
		return nil
	case q == nil:
		return Keyrings{}
	case q.Keyrings == nil:
		return Keyrings{""}
	}
	return q.Keyrings
}

// Trustpoints are those whose certificates count in a profile, nil for all. A profile that
// is gone has none.
func (p *Policy) Trustpoints(profile string) []string {
	q := p.Profile(profile)
	switch {
	case profile == "":
		return nil
	case q == nil:
		return []string{}
	}
	return q.Trustpoints
}

// Profile returns the profile of a name, nil if there is none (any more).
func (p *Policy) Profile(name string) *Profile {
	for i := range p.Profiles {
		if p.Profiles[i].Name == name {
			return &p.Profiles[i]
		}
	}
	return nil
}

// ProfileOf returns the profile that matches a peer's identity best, nil if none does: a
// whole name before a domain, a longer prefix or domain before a shorter one, and of two
// the one configured first.
func (p *Policy) ProfileOf(peer Identity) *Profile {
	var best *Profile
	most := 0
	for i := range p.Profiles {
		if n := p.Profiles[i].matches(peer); n > most {
			best, most = &p.Profiles[i], n
		}
	}
	return best
}

// ProfileByMap returns the first profile that names one of the certificate maps which
// hold for the peer's certificate, nil if none does.
func (p *Policy) ProfileByMap(holding []string) *Profile {
	for i := range p.Profiles {
		if p.Profiles[i].MatchesMap(holding) {
			return &p.Profiles[i]
		}
	}
	return nil
}

// MatchesMap reports whether one of the certificate maps that hold is the profile's.
func (p *Profile) MatchesMap(holding []string) bool {
	return slices.ContainsFunc(p.Maps, func(m string) bool { return slices.Contains(holding, m) })
}

// Matches reports whether a peer's identity is one of the profile's.
func (p *Profile) Matches(peer Identity) bool { return p.matches(peer) > 0 }

// matches is how well the profile matches, 0 for not at all.
func (p *Profile) matches(peer Identity) (most int) {
	for _, m := range p.Match {
		most = max(most, m.score(peer))
	}
	return most
}

const wholeName = 1 << 16 // more than any domain is long

func (m IdentityMatch) score(peer Identity) int {
	id := payload.ID{Type: peer.Type, Data: peer.Data}
	addr, ok := id.Addr()
	switch {
	case m.Prefix.IsValid():
		if ok && m.Prefix.Contains(addr) {
			return 1 + m.Prefix.Bits()
		}
	case m.Domain:
		if peer.Type == m.Name.Type && inDomain(peer.Name(), m.Name.Name()) {
			return len(m.Name.Name())
		}
	case m.Name.Equal(peer):
		return wholeName
	}
	return 0
}

// inDomain reports whether a name ends in a domain at a boundary of labels:
// "r1.example.com" and "john@example.com" are in "example.com", "badexample.com" is not.
func inDomain(name, domain string) bool {
	rest := len(name) - len(domain)
	return rest > 1 && strings.EqualFold(name[rest:], domain) && (name[rest-1] == '.' || name[rest-1] == '@')
}

// AggressiveWith returns what `crypto isakmp peer` says of a peer, nil for nothing.
func (p *Policy) AggressiveWith(peer netip.Addr) *AggressivePeer {
	for i := range p.Aggressive {
		if p.Aggressive[i].Addr == peer {
			return &p.Aggressive[i]
		}
	}
	return nil
}
