package pki

import (
	"crypto/x509"
	"fmt"
	"time"

	"conft/debug"
)

// Rule is what a certificate must obey.
type Rule uint8

const (
	RuleForm        Rule = iota // it can be read
	RulePresent                 // there is one
	RuleIssuer                  // its issuer is a trustpoint's authority
	RuleSignature               // its issuer has signed it
	RuleAlgorithm               // with an algorithm that proves that
	RuleExpired                 // it has not ended
	RuleNotYetValid             // it has begun
	RuleAuthority               // its issuer may issue (basicConstraints)
	RulePathLength              // no longer path than an issuer allows
	RuleKeyUsage                // its key may be used so
	RuleCritical                // no critical extension is unknown
	RuleKey                     // its key is an RSA key of usable size
	RuleRevoked                 // it is not revoked
	RuleCRL                     // that can be known
	RuleMap                     // the trustpoint's certificate maps admit it
	RuleIdentity                // it is the peer's
	RuleProof                   // the peer has its private key
)

// Rejection says which certificate broke which rule.
type Rejection struct {
	Rule        Rule
	Certificate *x509.Certificate // nil when there is none
	Detail      string            // ends the sentence
	Trustpoint  string            // of RuleCRL: whose revocation-check asks for it
	Cause       string            // of RuleCRL: why there is no CRL
}

// Event is the rejection as the log has it.
func (r *Rejection) Event() debug.PKIInvalid {
	e := debug.PKIInvalid{Trustpoint: r.Trustpoint, Reason: r.Cause}
	if r.Certificate != nil {
		e.Serial = Serial(r.Certificate)
	}
	switch r.Rule {
	case RuleExpired:
		e.Fault, e.When = debug.FaultExpired, Time(r.Certificate.NotAfter)
	case RuleNotYetValid:
		e.Fault, e.When = debug.FaultNotYet, Time(r.Certificate.NotBefore)
	case RuleRevoked:
		e.Fault = debug.FaultRevoked
	case RuleCRL:
		e.Fault = debug.FaultCRL
	case RuleMap:
		e.Fault = debug.FaultUnauthorized
	}
	return e
}

// Error returns a sentence such as "certificate cn=R3 (SN: 0D) has expired: its
// validity period ended 12:00:00 UTC Nov 20 2026".
func (r *Rejection) Error() string {
	if r.Certificate == nil {
		return r.Detail
	}
	return "certificate " + Describe(r.Certificate) + " " + r.Detail
}

func reject(rule Rule, c *x509.Certificate, format string, args ...any) *Rejection {
	return &Rejection{Rule: rule, Certificate: c, Detail: fmt.Sprintf(format, args...)}
}

// Time returns a time as certificates are shown with: "12:00:00 UTC Nov 20 2026".
func Time(t time.Time) string { return t.UTC().Format("15:04:05 UTC Jan 2 2006") }
