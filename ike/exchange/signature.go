package exchange

import (
	"net/netip"

	"conft/debug"
)

// Credential is a certificate with which this router can prove who it is.
type Credential struct {
	Trustpoint string
	Chain      [][]byte // DER: the certificate itself, then those above it but the root
	Issuers    [][]byte // DER names of the authorities above it
	Subject    []byte   // DER name
	Text       string   // the subject as debug lines print it
	Addrs      []netip.Addr
	Names      []string    // host names in it
	Usable     func() bool // its time has come and is not over
	// Sign signs a hash: PKCS #1 v1.5 without DigestInfo (RFC 2409, section 5.1). It is
	// called on a worker.
	Sign func(hash []byte) ([]byte, error)
}

// Authority is who may have issued the peers' certificates.
type Authority struct {
	Name []byte // DER
	Text string // as debug lines print it
}

// Trust judges the certificates of peers. It is called on a goroutine of its own, as it
// may wait for a CRL, and must be safe for concurrent use.
type Trust interface{ Judge(Claim) Verdict }

// Claim is what a peer presents to prove who it is.
type Claim struct {
	Certificates    [][]byte // DER, the peer's own first
	Identity        Identity
	Hash, Signature []byte
}

// Verdict is what has become of a Claim. Err names the certificate and the rule that it
// broke.
type Verdict struct {
	Events []debug.Event
	Maps   []string // the certificate maps that hold for the peer's certificate
	Err    error
	Forged bool // Err is that the signature is not that of the certificate's key
}

// Credential returns the certificate to use with a peer that trusts certain authorities:
// one that any of them has issued, else the first; nil when there is none.
func (p *Policy) Credential(wanted [][]byte) *Credential {
	var first *Credential
	for i := range p.Credentials {
		c := &p.Credentials[i]
		if !c.Usable() {
			continue
		}
		if first == nil {
			first = c
		}
		for _, issuer := range c.Issuers {
			for _, w := range wanted {
				if string(w) == string(issuer) {
					return c
				}
			}
		}
	}
	return first
}

// AuthorityText returns the name of an authority as text, if it is one of ours.
func (p *Policy) AuthorityText(name []byte) string {
	for _, a := range p.Authorities {
		if string(a.Name) == string(name) {
			return a.Text
		}
	}
	return "an authority that is no trustpoint's"
}

// Signs reports whether phase 1 can be authenticated with RSA signatures.
func (p *Policy) Signs() bool {
	return p.Trust != nil && len(p.Authorities) > 0 && p.Credential(nil) != nil
}
