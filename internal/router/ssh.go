package router

import "conft/internal/pki"

// SSHKey returns the key pair by which the SSH server proves who it is, nil when there
// is none: the one that the configuration names, or the one of the router's name, or
// the first.
func (r *Router) SSHKey() *pki.KeyPair {
	c := r.Config()
	if c.SSH.KeyPair != "" {
		return r.pki.Key(c.SSH.KeyPair)
	}
	if k := r.pki.Key(c.FullName()); k != nil {
		return k
	}
	if all := r.pki.Keys(); len(all) > 0 {
		return all[0]
	}
	return nil
}
