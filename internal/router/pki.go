package router

import (
	"bytes"
	"crypto/x509"
	"errors"
	"net/netip"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/internal/config"
	"conft/internal/pki"
)

// PKI returns the router's key pairs and certificates. Changes of them take effect at
// once and are kept without `write`, as IOS keeps its private configuration.
func (r *Router) PKI() *pki.Store { return r.pki }

// CRLs returns the CRLs that are kept.
func (r *Router) CRLs() []pki.KeptCRL { return r.crls.Kept() }

// ForgetCRLs has every CRL fetched again when it is needed.
func (r *Router) ForgetCRLs() { r.crls.Forget() }

// pkiChanged gives IKE what follows from a change of keys or certificates.
func (r *Router) pkiChanged() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settled != nil {
		r.engine.SetPolicy(r.ikePolicy(r.settled))
	}
	r.tell()
}

// forgetTrustpoints destroys the certificates of trustpoints that the configuration
// no longer has.
func (r *Router) forgetTrustpoints(old, c *config.Config) {
	for _, t := range old.PKI.Trustpoints {
		if c.Trustpoint(t.Name) == nil {
			r.retry(r.pki.Remove(t.Name))
		}
	}
}

// trustpoints are the configured trustpoints with what belongs to them.
func (r *Router) trustpoints(c *config.Config) []*pki.Trustpoint {
	var list []*pki.Trustpoint
	for _, t := range c.PKI.Trustpoints {
		have := r.pki.Certificates(t.Name)
		p := &pki.Trustpoint{
			Name: t.Name, Authorities: have.Authorities, Own: have.Own,
			Revocation: t.Revocation, CRL: t.CRLQuery, Restricted: len(t.Match) > 0,
		}
		if have.Own != nil {
			p.Key = r.pki.KeyOf(have.Own)
		}
		for _, m := range c.PKI.Certificates {
			for _, name := range t.Match {
				if m.Name == name {
					p.Maps = append(p.Maps, certificateMap(m))
				}
			}
		}
		list = append(list, p)
	}
	return list
}

func certificateMap(m *config.CertificateMap) pki.Map {
	var out pki.Map
	for _, r := range m.Rules {
		out = append(out, pki.MapRule{Field: r.Field, Op: r.Op, Value: r.Value})
	}
	return out
}

// trust gives an IKE policy the certificates of this router and the judge of those of
// its peers. Certificates are judged by the time that `show clock` shows.
func (r *Router) trust(c *config.Config, p *exchange.Policy) {
	points := r.trustpoints(c)
	for _, t := range points {
		for _, a := range t.Authorities {
			known := func(k exchange.Authority) bool { return bytes.Equal(k.Name, a.RawSubject) }
			at := slices.IndexFunc(p.Authorities, known)
			if at < 0 {
				at = len(p.Authorities)
				p.Authorities = append(p.Authorities, exchange.Authority{Name: a.RawSubject, Text: pki.Name(a.RawSubject)})
			}
			p.Authorities[at].Trustpoints = append(p.Authorities[at].Trustpoints, t.Name)
		}
		if t.Own != nil && t.Key != nil {
			p.Credentials = append(p.Credentials, r.credential(t))
		}
	}
	if len(p.Authorities) > 0 {
		j := &judge{Validator: pki.Validator{Trustpoints: points, Revocations: r.crls}, maps: map[string][]pki.Map{}, clock: r.clock}
		for _, m := range c.PKI.Certificates {
			j.maps[m.Name] = append(j.maps[m.Name], certificateMap(m))
		}
		p.Trust = j
	}
}

// credential is a trustpoint's certificate as IKE uses it.
func (r *Router) credential(t *pki.Trustpoint) exchange.Credential {
	own := t.Own
	c := exchange.Credential{
		Trustpoint: t.Name, Chain: [][]byte{own.Raw}, Issuers: [][]byte{own.RawIssuer},
		Subject: own.RawSubject, Text: pki.Name(own.RawSubject), Names: own.DNSNames,
		Usable: func() bool { return t.Usable(r.clock.Now()) }, Sign: t.Key.Sign,
	}
	for _, ip := range own.IPAddresses {
		if a, ok := netip.AddrFromSlice(ip); ok {
			c.Addrs = append(c.Addrs, a.Unmap())
		}
	}
	for _, a := range t.Authorities {
		c.Issuers = append(c.Issuers, a.RawSubject)
		if !bytes.Equal(a.RawSubject, a.RawIssuer) { // the peer has the root
			c.Chain = append(c.Chain, a.Raw)
		}
	}
	return c
}

// judge implements exchange.Trust.
type judge struct {
	pki.Validator
	maps  map[string][]pki.Map // of the profiles; immutable
	clock *Clock
}

// Judge validates what a peer presents.
func (j *judge) Judge(c exchange.Claim) (v exchange.Verdict) {
	claim := pki.Claim{
		Certificates: c.Certificates, Kind: pki.IdentityKind(c.Identity.Type), Identity: c.Identity.Data,
		Hash: c.Hash, Signature: c.Signature, Trustpoints: c.Trustpoints,
	}
	var leaf *x509.Certificate
	leaf, _, v.Err = j.Validate(claim, j.clock.Now(), func(step debug.PKIStep, text string) {
		v.Events = append(v.Events, debug.PKITransaction{Step: step, Text: text})
	})
	var r *pki.Rejection
	if errors.As(v.Err, &r) {
		v.Forged = r.Rule == pki.RuleProof
		v.Events = append(v.Events, r.Event())
	}
	for name, maps := range j.maps {
		if leaf != nil && pki.Admits(maps, leaf) {
			v.Maps = append(v.Maps, name)
		}
	}
	return v
}
