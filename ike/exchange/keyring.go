package exchange

import (
	"net/netip"
	"slices"
	"strings"
)

// PresharedKey is one `crypto isakmp key`, or one key of a keyring. It is for the peers
// in Prefix, or, where Host is not "", for the one peer of that name.
type PresharedKey struct {
	Keyring string // "" for `crypto isakmp key`
	Prefix  netip.Prefix
	Host    string
	Secret  []byte
}

// KeyFor returns the pre-shared key for a peer's address, nil if there is none. The
// longest prefix counts, and of two the one configured first. In Main Mode the identity
// is encrypted under a key that depends on the pre-shared one, so the address is all
// there is to look it up by (RFC 2409, section 5.4).
func (p *Policy) KeyFor(peer netip.Addr, s Keyrings) *PresharedKey {
	var best *PresharedKey
	for i := range p.Keys {
		k := &p.Keys[i]
		if k.Host == "" && s.contain(k.Keyring) && k.Prefix.Contains(peer) && (best == nil || k.Prefix.Bits() > best.Prefix.Bits()) {
			best = k
		}
	}
	return best
}

// KeyOf returns the pre-shared key for a peer's name, nil if there is none.
func (p *Policy) KeyOf(name string, s Keyrings) *PresharedKey {
	for i := range p.Keys {
		if k := &p.Keys[i]; k.Host != "" && s.contain(k.Keyring) && strings.EqualFold(k.Host, name) {
			return k
		}
	}
	return nil
}

// Keyrings are the names of those in which a key may be looked for, nil for all of them.
type Keyrings []string

func (s Keyrings) contain(name string) bool { return s == nil || slices.Contains(s, name) }
