package pki

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"

	"conft/debug"
)

// Trustpoint is one configured trustpoint with what belongs to it. It is immutable.
type Trustpoint struct {
	Name        string
	Authorities []*x509.Certificate
	Own         *x509.Certificate // nil before enrolment
	Key         *KeyPair          // of Own, nil when there is none
	Revocation  []string          // crl, none: asked in this order
	CRL         string            // where CRLs are instead of where certificates say
	Maps        []Map             // a peer must match one of them, if Restricted
	Restricted  bool
}

// Usable reports whether this router can prove with it who it is.
func (t *Trustpoint) Usable(now time.Time) bool {
	return t.Own != nil && t.Key != nil && !now.Before(t.Own.NotBefore) && !now.After(t.Own.NotAfter)
}

// IdentityKind is the kind of an identity that a certificate can hold, with the
// numbers of RFC 2407, section 4.6.2.1.
type IdentityKind uint8

const (
	IdentityAddress IdentityKind = 1
	IdentityFQDN    IdentityKind = 2
	IdentityUser    IdentityKind = 3
	IdentityName    IdentityKind = 9
)

// Say hears the steps of a judgement, for debug lines.
type Say func(step debug.PKIStep, text string)

// Claim is what a peer presents: certificates, an identity, and a signature over a
// hash as proof.
type Claim struct {
	Certificates    [][]byte // DER, its own first
	Kind            IdentityKind
	Identity        []byte
	Hash, Signature []byte
	Trustpoints     []string // those that may vouch for it, nil for all
}

// Validator judges the certificates of peers. It is immutable; its Revocations are
// shared.
type Validator struct {
	Trustpoints []*Trustpoint
	Revocations *Revocations
}

// Validate judges a claim. It may take seconds, while a CRL is fetched; that is
// only done for who has proved to have a certificate of one of our authorities.
// say hears every step.
func (v *Validator) Validate(claim Claim, now time.Time, say Say) (*x509.Certificate, *Trustpoint, error) {
	p, r := v.validate(claim, now, say)
	if r != nil {
		say(debug.PKIRejected, r.Error())
		return nil, nil, r
	}
	say(debug.PKIValid, p.point.Name)
	return p.certs[0], p.point, nil
}

func (v *Validator) validate(claim Claim, now time.Time, say Say) (path, *Rejection) {
	presented, r := parseAll(claim.Certificates, say)
	if r != nil {
		return path{}, r
	}
	leaf := presented[0]
	p, r := v.chain(leaf, presented[1:], claim.Trustpoints, now)
	if r != nil {
		return path{}, r
	}
	say(debug.PKISuitable, p.point.Name)
	below := p.certs[:len(p.certs)-1] // the anchor is trusted by hand
	for _, c := range below {
		if weak := LegacySignature(c); weak != "" {
			say(debug.PKILegacy, weak)
		}
	}
	key, r := peerKey(leaf)
	if r != nil {
		return path{}, r
	}
	if err := verifyRaw(key, claim.Hash, claim.Signature); err != nil {
		return path{}, reject(RuleProof, leaf, "is not proved to be the peer's: %v", err)
	}
	if !holds(leaf, claim) {
		return path{}, reject(RuleIdentity, leaf, "is not that of %s, whom the peer claims to be", claim.name())
	}
	if p.point.Restricted && !Admits(p.point.Maps, leaf) {
		return path{}, reject(RuleMap, leaf, "matches no certificate map of trustpoint %s", p.point.Name)
	}
	say(debug.PKIVerified, "")
	for i, c := range below {
		if r := v.Revocations.check(p.point, c, p.certs[i+1], now, say); r != nil {
			return path{}, r
		}
	}
	return p, nil
}

// parseAll reads what a peer presents; a certificate that comes twice counts once.
func parseAll(list [][]byte, say Say) ([]*x509.Certificate, *Rejection) {
	if len(list) == 0 {
		return nil, reject(RulePresent, nil, "no certificate was presented")
	}
	if len(list) > maxPresented {
		return nil, reject(RuleForm, nil, "%d certificates were presented", len(list))
	}
	var out []*x509.Certificate
	for _, der := range list {
		c, err := parseCertificate(der)
		if err != nil {
			return nil, reject(RuleForm, nil, "a certificate cannot be read")
		}
		if !slices.ContainsFunc(out, func(x *x509.Certificate) bool { return equal(x, c) }) {
			out = append(out, c)
			say(debug.PKIAdded, fmt.Sprint(len(der)))
		}
	}
	say(debug.PKIPath, fmt.Sprint(len(out)))
	return out, nil
}

// chain finds the way to an authority of the named trustpoints, nil for all.
func (v *Validator) chain(leaf *x509.Certificate, others []*x509.Certificate, points []string, now time.Time) (path, *Rejection) {
	c := chainer{now: now, presented: others, points: points}
	for _, t := range v.Trustpoints {
		if points != nil && !slices.Contains(points, t.Name) {
			continue
		}
		for _, a := range t.Authorities {
			c.anchors = append(c.anchors, anchor{a, t})
		}
	}
	return c.find(leaf)
}

// peerKey returns the key that a peer signs with.
func peerKey(leaf *x509.Certificate) (*rsa.PublicKey, *Rejection) {
	key, ok := leaf.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, reject(RuleKey, leaf, "has no RSA key")
	}
	if u := leaf.KeyUsage; u != 0 && u&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0 {
		return nil, reject(RuleKeyUsage, leaf, "may not be used for signatures (keyUsage)")
	}
	return key, nil
}

// holds reports whether a certificate names the identity that is claimed (RFC 4945,
// section 3.1): an address or name in subjectAltName, where IOS also puts the name
// into the subject, or the subject itself.
func holds(c *x509.Certificate, claim Claim) bool {
	name := string(claim.Identity)
	same := func(s string) bool { return name != "" && strings.EqualFold(s, name) }
	switch claim.Kind {
	case IdentityAddress:
		return slices.ContainsFunc(c.IPAddresses, func(a net.IP) bool { return a.Equal(net.IP(claim.Identity)) })
	case IdentityFQDN:
		return slices.ContainsFunc(c.DNSNames, same) || slices.ContainsFunc(unstructuredNames(c), same)
	case IdentityUser:
		return slices.ContainsFunc(c.EmailAddresses, same)
	case IdentityName:
		return sameName(c.RawSubject, claim.Identity)
	}
	return false
}

func (c Claim) name() string {
	switch c.Kind {
	case IdentityAddress:
		if a, ok := netip.AddrFromSlice(c.Identity); ok {
			return a.String()
		}
	case IdentityFQDN, IdentityUser:
		return string(c.Identity)
	case IdentityName:
		return Name(c.Identity)
	}
	return fmt.Sprintf("an identity of type %d", c.Kind)
}
