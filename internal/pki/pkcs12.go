package pki

import (
	"crypto/rsa"
	"errors"
	"time"

	"software.sslmate.com/src/go-pkcs12"
)

// ImportPKCS12 takes key pair, certificate and authorities from a PKCS #12 file. The
// key pair gets the trustpoint's name as its label.
func (s *Store) ImportPKCS12(trustpoint string, file []byte, password string, now time.Time) error {
	private, own, chain, err := pkcs12.DecodeChain(file, password)
	if err != nil {
		if errors.Is(err, pkcs12.ErrIncorrectPassword) {
			return errors.New("the passphrase is wrong")
		}
		return errors.New("it is not a PKCS12 file with a key and a certificate")
	}
	rsaKey, ok := private.(*rsa.PrivateKey)
	if !ok {
		return errors.New("its key is not an RSA key")
	}
	if bits := rsaKey.N.BitLen(); bits < MinModulus || bits > MaxModulus || rsaKey.Validate() != nil {
		return errors.New("its RSA key is not usable")
	}
	if own, err = parseCertificate(own.Raw); err != nil {
		return err
	}
	key := &KeyPair{trustpoint, now, rsaKey}
	if err := fits(own, key, chain, now); err != nil {
		return err
	}
	if old := s.Key(trustpoint); old != nil && !old.private.Equal(rsaKey) {
		return errors.New("there is another key pair named " + trustpoint + ", zeroize it first")
	}
	if err := s.putKey(key); err != nil {
		return err
	}
	return s.change(trustpoint, func(c *Certificates) error {
		*c = Certificates{Authorities: chain, Own: own, Installed: now}
		return nil
	})
}
