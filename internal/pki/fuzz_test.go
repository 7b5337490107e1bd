package pki

import (
	"bytes"
	"crypto/sha1"
	"slices"
	"testing"
)

// Certificates, identities and signatures that differ from the right ones, in whatever octets:
// none makes a panic, and none is believed.
func FuzzValidate(f *testing.F) {
	ca := issue(f, "ca", keys[0], nil, keys[0], nil)
	between := issue(f, "ca-x", keys[1], ca, keys[0], nil)
	leaf := issue(f, "r1", keys[2], between, keys[1], nil)
	v := validator(Trustpoint{Revocation: []string{"none"}})
	v.Trustpoints[0].Authorities = append(v.Trustpoints[0].Authorities, ca)
	hash := sha1.Sum([]byte("HASH_I"))
	right, err := signRaw(keys[2], hash[:])
	if err != nil {
		f.Fatal(err)
	}
	name := []byte("r1.lab")
	f.Add(byte(0), uint16(0), []byte{}, byte(IdentityFQDN), name)
	for what := range byte(4) {
		for at := uint16(0); at < 600; at += 23 {
			f.Add(what, at, []byte{0x82, 0xff}, byte(at%10), name)
		}
	}
	f.Fuzz(func(t *testing.T, what byte, at uint16, octets []byte, kind byte, identity []byte) {
		parts := [][]byte{leaf.Raw, between.Raw, right, slices.Clone(identity)}
		whole := true
		if len(octets) > 0 { // in the place of others of one part, or behind it
			p := &parts[what%3]
			i := int(at) % (len(*p) + 1)
			changed := slices.Concat((*p)[:i], octets, (*p)[min(len(*p), i+len(octets)):])
			if what >= 128 { // and nothing behind them
				changed = changed[:i+len(octets)]
			}
			whole = bytes.Equal(changed, *p)
			*p = changed
		}
		claim := Claim{Certificates: parts[:2], Kind: IdentityKind(kind), Identity: identity, Hash: hash[:], Signature: parts[2]}
		c, _, err := v.Validate(claim, now, quiet)
		if err == nil && !whole {
			t.Fatalf("%s is believed", Describe(c))
		}
		if ours := whole && claim.Kind == IdentityFQDN && bytes.Equal(identity, name); ours && err != nil {
			t.Fatal(err)
		}
	})
}
