package debug

import "fmt"

// PKIStep is a step of the judgement on a peer's certificate.
type PKIStep uint8

const (
	PKIAdded      PKIStep = iota // Text: octets of a certificate
	PKIPath                      // Text: how many certificates came
	PKISuitable                  // Text: the trustpoint of their authority
	PKILegacy                    // Text: a weak signature algorithm
	PKIVerified                  // chain, proof and identity hold
	PKIRevocation                // is to be checked
	PKIFetch                     // Text: where the CRL is
	PKIUnchecked                 // Text: why there is no CRL, which the trustpoint lets pass
	PKIValid                     // Text: the trustpoint
	PKIRejected                  // Text: which certificate broke which rule
)

var pkiTexts = [...]string{
	PKIAdded:      textPKIAdded,
	PKIPath:       textPKIPath,
	PKISuitable:   textPKISuitable,
	PKILegacy:     textPKILegacy,
	PKIVerified:   textPKIVerified,
	PKIRevocation: textPKIRevocation,
	PKIFetch:      textPKIFetch,
	PKIUnchecked:  textPKIUnchecked,
	PKIValid:      textPKIValid,
	PKIRejected:   textPKIRejected,
}

// PKITransaction is a line of `debug crypto pki transactions`, such as "CRYPTO_PKI:
// Certificate is verified".
type PKITransaction struct {
	Step PKIStep
	Text string
}

// Flag implements Event.
func (PKITransaction) Flag() Flag { return FlagPKI }

func (e PKITransaction) AppendLine(b []byte, _ Manner) []byte {
	b = append(b, "CRYPTO_PKI: "...)
	if e.Text == "" {
		return append(b, pkiTexts[e.Step]...)
	}
	return fmt.Appendf(b, pkiTexts[e.Step], printable(e.Text))
}
