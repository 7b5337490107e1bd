package debug

import "fmt"

// PKIFault is what makes a chain of certificates fail, as far as IOS tells faults apart.
type PKIFault uint8

const (
	FaultInvalid      PKIFault = iota // any other
	FaultExpired                      // When: the end of its time
	FaultNotYet                       // When: the begin of its time
	FaultRevoked                      // it is in its issuer's CRL
	FaultUnauthorized                 // no certificate map admits it
	FaultCRL                          // Trustpoint, Reason: the CRL that is needed cannot be had
)

// PKIInvalid is "%PKI-3-CERTIFICATE_REVOKED: Certificate chain validation has failed.  The
// certificate (SN: 1001) is revoked" and the messages of the other faults.
type PKIInvalid struct {
	inSyslog
	Fault              PKIFault
	Serial             string // of the certificate, in hexadecimal
	When               string
	Trustpoint, Reason string
}

func (PKIInvalid) Severity() uint8 { return 3 }

func (e PKIInvalid) AppendLine(b []byte, _ Manner) []byte {
	switch e.Fault {
	case FaultExpired:
		return fmt.Appendf(b, textPKIExpired, e.Serial, e.When)
	case FaultNotYet:
		return fmt.Appendf(b, textPKINotYet, e.Serial, e.When)
	case FaultRevoked:
		return fmt.Appendf(b, textPKIRevoked, e.Serial)
	case FaultUnauthorized:
		return append(b, textPKIUnauthorized...)
	case FaultCRL:
		return fmt.Appendf(b, textPKINoCRL, printable(e.Trustpoint), printable(e.Reason))
	}
	return append(b, textPKIInvalid...)
}

// Explain tells a learner what to do about the fault.
func (e PKIInvalid) Explain(l Language) string {
	switch e.Fault {
	case FaultExpired:
		return say(l, "A certificate of the chain is too old by this router's clock: compare show clock, or have it renewed.",
			"按本机时钟，证书链中有一张证书已过期：先核对 show clock，否则需重新签发。")
	case FaultNotYet:
		return say(l, "A certificate of the chain begins later than this router's clock says: most often the clock is not set.",
			"按本机时钟，证书链中有一张证书尚未生效：多半是时钟没有设置。")
	case FaultRevoked:
		return say(l, "Its authority has withdrawn a certificate of the chain before its time.", "证书链中有一张证书已被其 CA 提前吊销。")
	case FaultUnauthorized:
		return say(l, "The chain holds, but no certificate map of the trustpoint (match certificate) admits the peer.",
			"证书链有效，但 trustpoint 的证书映射（match certificate）不接纳该对端。")
	case FaultCRL:
		return say(l, "The list of revoked certificates cannot be had, and revocation-check of the trustpoint does not go on without it.",
			"取不到证书吊销列表，而该 trustpoint 的 revocation-check 不允许跳过此检查。")
	}
	return say(l, "The peer's certificate breaks a rule, which the next message names.", "对端证书违反了某条规则，下一条消息会指明。")
}
