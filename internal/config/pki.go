package config

import "slices"

// PKI is what the configuration says of certificates. Key pairs and the certificates
// themselves are not part of it.
type PKI struct {
	Trustpoints  []*Trustpoint     // by name
	Certificates []*CertificateMap // by name, then by sequence number
}

// Enrollment is how a trustpoint gets its certificate.
type Enrollment uint8

const (
	EnrollmentNone Enrollment = iota
	EnrollmentTerminal
	EnrollmentSelfSigned
)

// Trustpoint is one `crypto pki trustpoint`.
type Trustpoint struct {
	Name        string
	Enrollment  Enrollment
	SubjectName string // as typed, "" for none
	FQDN        string // "" for the host's, "none" for none
	IPAddress   uint32 // in the certificate; 0 to ask at enrollment, unless
	NoIPAddress bool   // there is to be none
	Serial      SerialNumber
	KeyPair     string   // label, "" for the host's
	Revocation  []string // crl, none
	CRLQuery    string   // where the CRL is, "" for where certificates say
	Match       []string // names of certificate maps
}

// SerialNumber says whether the subject of a certificate has the router's serial number.
type SerialNumber uint8

const (
	SerialAsked SerialNumber = iota // at enrollment
	SerialIncluded
	SerialNone
)

// NewTrustpoint returns a trustpoint with IOS's defaults.
func NewTrustpoint(name string) *Trustpoint {
	return &Trustpoint{Name: name, Revocation: []string{"crl"}}
}

// CertificateMap is one `crypto pki certificate map NAME SEQ`.
type CertificateMap struct {
	Name  string
	Seq   int
	Rules []CertificateRule
}

// CertificateRule is one line of a certificate map: "subject-name co lab".
type CertificateRule struct{ Field, Op, Value string }

// Trustpoint finds a trustpoint.
func (c *Config) Trustpoint(name string) *Trustpoint {
	for _, t := range c.PKI.Trustpoints {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// KeyLabel is the label of the key pair that a trustpoint uses.
func (c *Config) KeyLabel(t *Trustpoint) string {
	if t.KeyPair != "" {
		return t.KeyPair
	}
	return c.FullName()
}

func (p PKI) clone() PKI {
	p.Trustpoints = cloneAll(p.Trustpoints, func(t *Trustpoint) {
		t.Revocation, t.Match = slices.Clone(t.Revocation), slices.Clone(t.Match)
	})
	p.Certificates = cloneAll(p.Certificates, func(m *CertificateMap) { m.Rules = slices.Clone(m.Rules) })
	return p
}
