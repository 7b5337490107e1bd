package pki

import (
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"net"
	"net/netip"
	"strings"
	"time"
)

// Request is what a certificate of this router is to say.
type Request struct {
	Subject []byte     // DER name, see the function Subject
	FQDN    string     // "" for none
	Address netip.Addr // zero for none
}

// selfSignedYears is how long a self-signed certificate is valid.
const selfSignedYears = 10

// A router's key signs and takes keys: IOS's General Purpose.
const (
	usage     = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	usageBits = 0xa0 // the same in the octet of the extension
)

var oidKeyUsage = asn1.ObjectIdentifier{2, 5, 29, 15}

func (r Request) names() (dns []string, ips []net.IP) {
	if r.FQDN != "" {
		dns = []string{r.FQDN}
	}
	if r.Address.IsValid() {
		ips = []net.IP{r.Address.AsSlice()}
	}
	return dns, ips
}

// Text returns a PKCS #10 request in base64, in lines, as `crypto pki enroll` shows it.
func (r Request) Text(key *KeyPair) (string, error) {
	dns, ips := r.names()
	ku, err := asn1.Marshal(asn1.BitString{Bytes: []byte{usageBits}, BitLength: 3})
	if err != nil {
		return "", err
	}
	t := x509.CertificateRequest{RawSubject: r.Subject, DNSNames: dns, IPAddresses: ips, SignatureAlgorithm: x509.SHA256WithRSA}
	t.ExtraExtensions = append(t.ExtraExtensions, pkix.Extension{Id: oidKeyUsage, Critical: true, Value: ku})
	der, err := x509.CreateCertificateRequest(rand.Reader, &t, key.private)
	if err != nil {
		return "", err
	}
	return Base64(der), nil
}

// selfSign issues a certificate for its own key.
func (r Request) selfSign(key *KeyPair, now time.Time) (*x509.Certificate, error) {
	dns, ips := r.names()
	t := x509.Certificate{
		SerialNumber: big.NewInt(1), RawSubject: r.Subject, DNSNames: dns, IPAddresses: ips,
		NotBefore: now.Truncate(time.Second), NotAfter: now.AddDate(selfSignedYears, 0, 0).Truncate(time.Second),
		KeyUsage: usage | x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true,
		SignatureAlgorithm: x509.SHA256WithRSA,
	}
	der, err := x509.CreateCertificate(rand.Reader, &t, &t, key.Public(), key.private)
	if err != nil {
		return nil, err
	}
	return parseCertificate(der)
}

// Base64 returns octets in lines of 64 characters, as a terminal shows them.
func Base64(der []byte) string {
	s := base64.StdEncoding.EncodeToString(der)
	var w strings.Builder
	for len(s) > 64 {
		w.WriteString(s[:64] + "\n")
		s = s[64:]
	}
	return w.String() + s + "\n"
}
