package pki

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// The sizes of `crypto key generate rsa`.
const (
	MinModulus  = 360
	MaxModulus  = 4096
	WeakModulus = 2048 // below this a warning
)

// KeyPair is an RSA key pair of this router. It is immutable and safe for concurrent
// use; no format of fmt prints its private half.
type KeyPair struct {
	Label     string
	Generated time.Time
	private   *rsa.PrivateKey
}

// Public returns the public key.
func (k *KeyPair) Public() *rsa.PublicKey { return &k.private.PublicKey }

// Signer returns what signs with the key and keeps it to itself.
func (k *KeyPair) Signer() crypto.Signer { return signer{k} }

// signer is a KeyPair as a crypto.Signer.
type signer struct{ k *KeyPair }

func (s signer) Public() crypto.PublicKey { return s.k.Public() }
func (s signer) Sign(rand io.Reader, digest []byte, o crypto.SignerOpts) ([]byte, error) {
	return s.k.private.Sign(rand, digest, o)
}

// Format implements fmt.Formatter: a key pair prints as its label.
func (k *KeyPair) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "key pair %s", k.Label) }

// Sign signs a hash as IKEv1 demands, see signRaw.
func (k *KeyPair) Sign(hash []byte) ([]byte, error) { return signRaw(k.private, hash) }

// generate makes a key pair. crypto/rsa refuses fewer than 1024 bits unless the
// program was built with rsa1024min=0, as this module is: old peers have such keys,
// and the console warns.
func generate(label string, bits int, now time.Time) (*KeyPair, error) {
	if bits < MinModulus || bits > MaxModulus {
		return nil, fmt.Errorf("pki: a modulus of %d bits is not in the range of %d to %d", bits, MinModulus, MaxModulus)
	}
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return nil, err
	}
	return &KeyPair{label, now, private}, nil
}

// storedKey is a key pair as nvram keeps it.
type storedKey struct {
	Generated time.Time
	PKCS1     []byte
}

func (k *KeyPair) marshal() []byte {
	b, err := json.Marshal(storedKey{k.Generated, x509.MarshalPKCS1PrivateKey(k.private)})
	if err != nil {
		panic("pki: " + err.Error()) // no value of these types fails
	}
	return b
}

func unmarshalKey(label string, b []byte) (*KeyPair, error) {
	var s storedKey
	if json.Unmarshal(b, &s) != nil {
		return nil, errors.New("pki: key pair " + label + " is not in its format")
	}
	private, err := x509.ParsePKCS1PrivateKey(s.PKCS1)
	if err != nil { // its text might quote the key
		return nil, errors.New("pki: key pair " + label + " is not an RSA key")
	}
	return &KeyPair{label, s.Generated, private}, nil
}
