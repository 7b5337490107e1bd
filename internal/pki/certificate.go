package pki

import (
	"bytes"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// maxCertificate bounds a certificate in octets.
const maxCertificate = 16 << 10

var errNotCertificate = errors.New("pki: not a certificate")

// ReadText reads what was pasted at a terminal: PEM, or base64 alone. It returns the
// DER of each object, in their order.
func ReadText(text string) ([][]byte, error) {
	rest := []byte(strings.ReplaceAll(text, "\r", ""))
	var list [][]byte
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		list = append(list, block.Bytes)
	}
	if len(list) > 0 {
		return list, nil
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil || len(der) == 0 {
		return nil, errors.New("pki: neither PEM nor base64")
	}
	return [][]byte{der}, nil
}

// ReadCertificate reads the one certificate that was pasted.
func ReadCertificate(text string) (*x509.Certificate, error) {
	list, err := ReadText(text)
	if err != nil {
		return nil, err
	}
	if len(list) != 1 {
		return nil, fmt.Errorf("pki: %d certificates where one is expected", len(list))
	}
	return parseCertificate(list[0])
}

// parseCertificate parses a certificate and checks that its key can be used.
func parseCertificate(der []byte) (*x509.Certificate, error) {
	if len(der) > maxCertificate {
		return nil, errNotCertificate
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errNotCertificate, err)
	}
	return c, nil
}

// Serial returns the serial number in hex, at least two digits.
func Serial(c *x509.Certificate) string {
	s := fmt.Sprintf("%X", c.SerialNumber)
	if len(s)%2 == 1 {
		s = "0" + s
	}
	return s
}

// Describe names a certificate in a message: "cn=R1,o=lab (SN: 0D)".
func Describe(c *x509.Certificate) string {
	return fmt.Sprintf("%s (SN: %s)", Name(c.RawSubject), Serial(c))
}

// Fingerprints returns MD5 and SHA-1 of a certificate in groups of eight digits, as
// `crypto pki authenticate` shows them.
func Fingerprints(c *x509.Certificate) (md5sum, sha1sum string) {
	m, s := md5.Sum(c.Raw), sha1.Sum(c.Raw)
	return groups(m[:]), groups(s[:])
}

func groups(b []byte) string {
	var w strings.Builder
	for i := 0; i < len(b); i += 4 {
		fmt.Fprintf(&w, "%X ", b[i:i+4])
	}
	return w.String()
}

// LegacySignature returns the name of a certificate's signature algorithm if that is
// accepted only because old devices have no better, "" otherwise.
func LegacySignature(c *x509.Certificate) string {
	if c.SignatureAlgorithm == x509.SHA1WithRSA {
		return "SHA-1"
	}
	return ""
}

// sameKey reports whether a certificate is for a key pair.
func sameKey(c *x509.Certificate, k *KeyPair) bool {
	pub, ok := c.PublicKey.(*rsa.PublicKey)
	return ok && pub.Equal(k.Public())
}

func equal(a, b *x509.Certificate) bool { return bytes.Equal(a.Raw, b.Raw) }
