package debug

import (
	"fmt"
	"net/netip"
)

// CertStep is something that main mode with RSA signatures does and that needs no
// more words.
type CertStep uint8

const (
	CertWanted        CertStep = iota // the peer asks for a certificate of ours
	CertProcessing                    // a certificate of the peer's
	CertNotCached                     // its key was not known
	CertNoDN                          // it cannot be read, or says nobody's
	CertNoOU                          // by which IOS would find a group of remote users
	CertAddrNotIn                     // our certificate does not hold our address
	CertUsingFQDN                     // so our name is our identity
	CertUsingDN                       // so our distinguished name is
	CertSignatureFail                 // the peer's signature does not verify
	CertRefused                       // the peer's certificate breaks a rule
)

var certSteps = [...]string{
	CertWanted:        textCertWanted,
	CertProcessing:    textCertProcessing,
	CertNotCached:     textCertNotCached,
	CertNoDN:          textCertNoDN,
	CertNoOU:          textCertNoOU,
	CertAddrNotIn:     textCertAddrNotIn,
	CertUsingFQDN:     textCertUsingFQDN,
	CertUsingDN:       textCertUsingDN,
	CertSignatureFail: textCertSignatureFail,
	CertRefused:       textCertRefused,
}

// ISAKMPCertStep is a line such as "{C}: peer wants a CT_X509_SIGNATURE cert".
type ISAKMPCertStep struct {
	At
	Step CertStep
}

func (e ISAKMPCertStep) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), certSteps[e.Step]...)
}

// ISAKMPCertRequest is "{c}: constructing CERT_REQ for issuer cn=ca", or of the
// peer's "{C}: peer want cert issued by cn=ca".
type ISAKMPCertRequest struct {
	At
	Own    bool
	Issuer string
}

func (e ISAKMPCertRequest) AppendLine(b []byte, m Manner) []byte {
	if e.Own {
		return fmt.Appendf(e.raw(b, m), textCertRequest, printable(e.Issuer))
	}
	return fmt.Appendf(e.conn(b, m), textCertIssuer, printable(e.Issuer))
}

// ISAKMPTrustpoint is " Choosing trustpoint CA as issuer".
type ISAKMPTrustpoint struct {
	At
	Trustpoint string
}

func (e ISAKMPTrustpoint) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textCertTrustpoint, e.Trustpoint)
}

// ISAKMPCert is "{c}: constructing CERT payload for hostname=R1.lab" and "{C}: using
// the CA trustpoint's keypair to sign".
type ISAKMPCert struct {
	At
	Subject    string
	Trustpoint string
}

func (e ISAKMPCert) AppendLine(b []byte, m Manner) []byte {
	if e.Trustpoint != "" {
		return fmt.Appendf(e.conn(b, m), textCertSign, e.Trustpoint)
	}
	return fmt.Appendf(e.raw(b, m), textCertPayload, printable(e.Subject))
}

// CryptoInvalidCert is "%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from
// 192.0.2.1 is bad: …": Reason names the certificate and the rule that it broke.
type CryptoInvalidCert struct {
	inSyslog
	Peer   netip.Addr
	Reason string
}

func (CryptoInvalidCert) Severity() uint8 { return 5 }
func (e CryptoInvalidCert) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "%%CRYPTO-5-IKMP_INVAL_CERT: Certificate received from %s is bad: %s", e.Peer, printable(e.Reason))
}
