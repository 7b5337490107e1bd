package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// NVRAM is where a Store keeps what it owns; *nvram.Store is one.
type NVRAM interface {
	Get(key string) ([]byte, bool, error)
	Put(key string, value []byte) error
	Delete(key string) error
	Keys(prefix string) ([]string, error)
}

const (
	keyPrefix  = "rsa-key/"
	certPrefix = "certificates/"
)

// Certificates are what a trustpoint has received.
type Certificates struct {
	Authorities []*x509.Certificate
	Own         *x509.Certificate
	SelfSigned  bool      // Own is its own authority
	Installed   time.Time // the latest of them
}

// Store owns key pairs and certificates. What it returns is immutable. It is safe for
// concurrent use; a change is on stable storage when its method returns nil.
type Store struct {
	nvram   NVRAM
	changed func()
	mu      sync.Mutex
	keys    map[string]*KeyPair
	certs   map[string]Certificates
}

// Open reads everything that nvram holds. changed is called after each change.
func Open(n NVRAM, changed func()) (*Store, error) {
	s := &Store{nvram: n, changed: changed, keys: map[string]*KeyPair{}, certs: map[string]Certificates{}}
	err := s.each(keyPrefix, func(label string, b []byte) error {
		k, err := unmarshalKey(label, b)
		s.keys[label] = k
		return err
	})
	if err == nil {
		err = s.each(certPrefix, func(name string, b []byte) error {
			c, err := unmarshalCertificates(b)
			s.certs[name] = c
			return err
		})
	}
	return s, err
}

func (s *Store) each(prefix string, f func(name string, b []byte) error) error {
	names, err := s.nvram.Keys(prefix)
	if err != nil {
		return err
	}
	for _, n := range names {
		b, _, err := s.nvram.Get(n)
		if err == nil {
			err = f(strings.TrimPrefix(n, prefix), b)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
	}
	return nil
}

// Keys returns the key pairs by label.
func (s *Store) Keys() []*KeyPair {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*KeyPair
	for _, k := range s.keys {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b *KeyPair) int { return strings.Compare(a.Label, b.Label) })
	return list
}

// Key returns the key pair of a label, nil if there is none.
func (s *Store) Key(label string) *KeyPair {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[label]
}

// KeyOf returns the key pair that a certificate is for, nil if it is not here.
func (s *Store) KeyOf(c *x509.Certificate) *KeyPair {
	for _, k := range s.Keys() {
		if sameKey(c, k) {
			return k
		}
	}
	return nil
}

// Generate makes a key pair and keeps it in the place of one with the same label.
func (s *Store) Generate(label string, bits int, now time.Time) error {
	k, err := generate(label, bits, now)
	if err != nil {
		return err
	}
	return s.putKey(k)
}

func (s *Store) putKey(k *KeyPair) error {
	return s.locked(func() error { return s.keepKey(k) })
}

// locked makes a change and tells of it.
func (s *Store) locked(f func() error) error {
	s.mu.Lock()
	err := f()
	s.mu.Unlock()
	if err == nil {
		s.changed()
	}
	return err
}

func (s *Store) keepKey(k *KeyPair) error {
	b := k.marshal()
	defer clear(b)
	if err := s.nvram.Put(keyPrefix+k.Label, b); err != nil {
		return err
	}
	s.keys[k.Label] = k
	return nil
}

// Zeroize destroys a key pair, and the certificates of this router that are for it.
func (s *Store) Zeroize(label string) error {
	return s.locked(func() error {
		for name, c := range s.certs {
			if k := s.keys[label]; k == nil || c.Own == nil || !sameKey(c.Own, k) {
				continue
			}
			c.Own, c.SelfSigned = nil, false
			if err := s.keep(name, c); err != nil {
				return err
			}
		}
		if err := s.nvram.Delete(keyPrefix + label); err != nil {
			return err
		}
		delete(s.keys, label)
		return nil
	})
}

// Certificates returns those of a trustpoint.
func (s *Store) Certificates(trustpoint string) Certificates {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.certs[trustpoint]
}

// Authenticate makes a certificate that of a trustpoint's authority. A certificate of
// our own that it has not issued goes.
func (s *Store) Authenticate(trustpoint string, ca *x509.Certificate, now time.Time) error {
	return s.change(trustpoint, func(c *Certificates) error {
		if !trustable(ca) {
			return fmt.Errorf("the certificate of %s is not an authority's (basicConstraints)", Name(ca.RawSubject))
		}
		*c = Certificates{Authorities: []*x509.Certificate{ca}, Installed: now}
		return nil
	})
}

// trustable reports whether a certificate can be the end of a chain: an authority's, as far
// as its version can say so, or one that vouches for itself alone.
func trustable(c *x509.Certificate) bool {
	return c.BasicConstraintsValid && c.IsCA || c.Version < 3 || bytes.Equal(c.RawSubject, c.RawIssuer)
}

// Import makes a certificate that of this router. It must be for the key pair and
// issued by the trustpoint's authority.
func (s *Store) Import(trustpoint string, own *x509.Certificate, key *KeyPair, now time.Time) error {
	return s.change(trustpoint, func(c *Certificates) error {
		if err := fits(own, key, c.Authorities, now); err != nil {
			return err
		}
		c.Own, c.Installed = own, now
		return nil
	})
}

// fits reports why a certificate cannot be this router's, nil if it can.
func fits(own *x509.Certificate, key *KeyPair, authorities []*x509.Certificate, now time.Time) error {
	if len(authorities) == 0 {
		return errors.New("there is no CA certificate")
	}
	if key == nil || !sameKey(own, key) {
		return errors.New("the certificate is not for the RSA keypair")
	}
	chain := chainer{now: now}
	for _, a := range authorities {
		chain.anchors = append(chain.anchors, anchor{cert: a})
	}
	if _, r := chain.find(own); r != nil {
		return r
	}
	return nil
}

// SelfSign makes a certificate that this router has issued for itself.
func (s *Store) SelfSign(trustpoint string, r Request, key *KeyPair, now time.Time) (*x509.Certificate, error) {
	own, err := r.selfSign(key, now)
	if err != nil {
		return nil, err
	}
	return own, s.change(trustpoint, func(c *Certificates) error {
		*c = Certificates{Own: own, SelfSigned: true, Installed: now}
		return nil
	})
}

// Remove destroys the certificates of a trustpoint that is no more. Whoever removed it
// knows, so nobody else is told.
func (s *Store) Remove(trustpoint string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.nvram.Delete(certPrefix + trustpoint); err != nil {
		return err
	}
	delete(s.certs, trustpoint)
	return nil
}

// change makes f's change to the certificates of a trustpoint.
func (s *Store) change(trustpoint string, f func(*Certificates) error) error {
	return s.locked(func() error {
		c := s.certs[trustpoint]
		if err := f(&c); err != nil {
			return err
		}
		return s.keep(trustpoint, c)
	})
}

// keep keeps certificates once they are on stable storage.
func (s *Store) keep(trustpoint string, c Certificates) error {
	if err := s.nvram.Put(certPrefix+trustpoint, c.marshal()); err != nil {
		return err
	}
	s.certs[trustpoint] = c
	return nil
}

// storedCertificates are Certificates as nvram keeps them.
type storedCertificates struct {
	Authorities [][]byte
	Own         []byte
	SelfSigned  bool
	Installed   time.Time
}

func (c Certificates) marshal() []byte {
	s := storedCertificates{SelfSigned: c.SelfSigned, Installed: c.Installed}
	for _, a := range c.Authorities {
		s.Authorities = append(s.Authorities, a.Raw)
	}
	if c.Own != nil {
		s.Own = c.Own.Raw
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic("pki: " + err.Error()) // no value of these types fails
	}
	return b
}

func unmarshalCertificates(b []byte) (c Certificates, err error) {
	var s storedCertificates
	if err := json.Unmarshal(b, &s); err != nil {
		return c, err
	}
	c.SelfSigned, c.Installed = s.SelfSigned, s.Installed
	for _, der := range s.Authorities {
		a, err := parseCertificate(der)
		if err != nil {
			return c, err
		}
		c.Authorities = append(c.Authorities, a)
	}
	if s.Own != nil {
		c.Own, err = parseCertificate(s.Own)
	}
	return c, err
}
