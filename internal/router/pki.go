package router

import (
	"time"

	"conft/internal/config"
	"conft/internal/pki"
)

// PKI returns the router's key pairs and certificates. Changes of them take effect at
// once and are kept without `write`, as IOS keeps its private configuration.
func (r *Router) PKI() *pki.Store { return r.pki }

// ForgetCRLs has every CRL fetched again when it is needed.
func (r *Router) ForgetCRLs() { r.crls.Forget() }

// pkiChanged gives IKE what follows from a change of keys or certificates.
func (r *Router) pkiChanged() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.running.Load(); c != nil {
		r.engine.SetPolicy(r.ikePolicy(c))
	}
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

// now is the time that certificates are judged by: the one that `show clock` shows.
func (r *Router) now() time.Time { return r.clock.Now() }
