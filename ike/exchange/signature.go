package exchange

import (
	"net/netip"
	"slices"

	"conft/debug"
)

// Credential is a certificate with which this router can prove who it is.
type Credential struct {
	Trustpoint string
	Chain      [][]byte // DER: the certificate itself, then those above it but the root
	Issuers    [][]byte // DER names of the authorities above it
	Subject    []byte   // DER name
	Text       string   // the subject as debug lines print it
	Addrs      []netip.Addr
	Names      []string    // host names in it
	Usable     func() bool // its time has come and is not over
	// Sign signs a hash: PKCS #1 v1.5 without DigestInfo (RFC 2409, section 5.1). It is
	// called on a worker.
	Sign func(hash []byte) ([]byte, error)
}

// Authority is who may have issued the peers' certificates.
type Authority struct {
	Name        []byte   // DER
	Text        string   // as debug lines print it
	Trustpoints []string // that have it
}

// Trust judges the certificates of peers. It is called on a goroutine of its own, as it
// may wait for a CRL, and must be safe for concurrent use.
type Trust interface{ Judge(Claim) Verdict }

// Claim is what a peer presents to prove who it is.
type Claim struct {
	Certificates    [][]byte // DER, the peer's own first
	Identity        Identity
	Hash, Signature []byte
	Trustpoints     []string // those that may vouch for it, nil for all
}

// Verdict is what has become of a Claim. Err names the certificate and the rule that it
// broke.
type Verdict struct {
	Events []debug.Event
	Maps   []string // the certificate maps that hold for the peer's certificate
	Err    error
	Forged bool // Err is that the signature is not that of the certificate's key
}

// Credential returns the certificate to use in a profile with a peer that trusts certain
// authorities: one that any of them has issued, else the first; nil when there is none.
func (p *Policy) Credential(profile string, wanted [][]byte) *Credential {
	var first *Credential
	points := p.Trustpoints(profile)
	for i := range p.Credentials {
		c := &p.Credentials[i]
		if !c.Usable() || points != nil && !slices.Contains(points, c.Trustpoint) {
			continue
		}
		if first == nil {
			first = c
		}
		for _, issuer := range c.Issuers {
			for _, w := range wanted {
				if string(w) == string(issuer) {
					return c
				}
			}
		}
	}
	return first
}

// AuthorityText returns the name of an authority as text, if it is one of ours.
func (p *Policy) AuthorityText(name []byte) string {
	for _, a := range p.Authorities {
		if string(a.Name) == string(name) {
			return a.Text
		}
	}
	return "an authority that is no trustpoint's"
}

// AuthoritiesOf returns those who may have issued the certificate of a peer of a profile.
func (p *Policy) AuthoritiesOf(profile string) []Authority {
	points := p.Trustpoints(profile)
	if points == nil {
		return p.Authorities
	}
	var list []Authority
	for _, a := range p.Authorities {
		if slices.ContainsFunc(a.Trustpoints, func(t string) bool { return slices.Contains(points, t) }) {
			list = append(list, a)
		}
	}
	return list
}

// Signs reports whether phase 1 of a profile can be authenticated with RSA signatures.
func (p *Policy) Signs(profile string) bool {
	return p.Trust != nil && len(p.AuthoritiesOf(profile)) > 0 && p.Credential(profile, nil) != nil
}
