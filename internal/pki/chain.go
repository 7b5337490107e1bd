package pki

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strings"
	"time"
)

// Limits of a chain: its certificates are chosen by the peer.
const (
	maxPresented = 10
	maxDepth     = 6
	maxChecks    = 20 // signatures verified for one chain
)

// chainer searches the way from a certificate to an authority.
type chainer struct {
	now       time.Time
	anchors   []anchor
	presented []*x509.Certificate // the peer's, of which none is trusted
	points    []string            // that the anchors are limited to, nil for no limit
	checks    int
}

// anchor is an authority's certificate that the operator has accepted.
type anchor struct {
	cert  *x509.Certificate
	point *Trustpoint
}

// path is a chain that holds: the certificate itself, those between, the anchor.
type path struct {
	certs []*x509.Certificate
	point *Trustpoint
}

// find returns the first path that obeys every rule, or the first rejection.
func (c *chainer) find(leaf *x509.Certificate) (path, *Rejection) {
	for _, a := range c.anchors {
		if equal(a.cert, leaf) { // a peer's self-signed certificate, accepted by hand
			return path{[]*x509.Certificate{leaf}, a.point}, c.own(leaf)
		}
	}
	return c.extend([]*x509.Certificate{leaf})
}

func (c *chainer) extend(certs []*x509.Certificate) (path, *Rejection) {
	last := certs[len(certs)-1]
	if r := c.own(last); r != nil {
		return path{}, r
	}
	var first *Rejection
	note := func(r *Rejection) {
		if first == nil {
			first = r
		}
	}
	for _, a := range c.anchors {
		if !bytes.Equal(a.cert.RawSubject, last.RawIssuer) {
			continue
		}
		if r := c.link(certs, a.cert); r != nil {
			note(r)
			continue
		}
		if r := c.own(a.cert); r != nil {
			note(r)
			continue
		}
		return path{append(slices.Clone(certs), a.cert), a.point}, nil
	}
	if len(certs) < maxDepth {
		for _, i := range c.presented {
			if !bytes.Equal(i.RawSubject, last.RawIssuer) || slices.ContainsFunc(certs, func(x *x509.Certificate) bool { return equal(x, i) }) {
				continue
			}
			if r := c.link(certs, i); r != nil {
				note(r)
				continue
			}
			p, r := c.extend(append(slices.Clone(certs), i))
			if r == nil {
				return p, nil
			}
			note(r)
		}
	}
	if first == nil {
		of := "no trustpoint's authority"
		if c.points != nil {
			of = "no authority of the profile's trustpoints (" + strings.Join(c.points, ", ") + ")"
		}
		first = reject(RuleIssuer, last, "was issued by %s, which is %s", Name(last.RawIssuer), of)
	}
	return path{}, first
}

// own checks what concerns a certificate alone.
func (c *chainer) own(x *x509.Certificate) *Rejection {
	switch {
	case c.now.After(x.NotAfter):
		return reject(RuleExpired, x, "has expired: its validity period ended %s", Time(x.NotAfter))
	case c.now.Before(x.NotBefore):
		return reject(RuleNotYetValid, x, "is not yet valid: its validity period starts %s", Time(x.NotBefore))
	case len(x.UnhandledCriticalExtensions) > 0:
		return reject(RuleCritical, x, "has a critical extension that is not understood: %v", x.UnhandledCriticalExtensions[0])
	case constrained(x):
		return reject(RuleCritical, x, "has name constraints, which are not supported")
	}
	return nil
}

// constrained reports whether an authority may issue for certain names only. What
// is not checked must not be taken for obeyed.
func constrained(x *x509.Certificate) bool {
	return len(x.PermittedDNSDomains)+len(x.ExcludedDNSDomains)+len(x.PermittedIPRanges)+len(x.ExcludedIPRanges)+
		len(x.PermittedEmailAddresses)+len(x.ExcludedEmailAddresses)+len(x.PermittedURIDomains)+len(x.ExcludedURIDomains) > 0
}

// link checks that issuer was allowed to sign the last certificate, and did.
func (c *chainer) link(certs []*x509.Certificate, issuer *x509.Certificate) *Rejection {
	last := certs[len(certs)-1]
	below := 0 // authorities under the issuer that are not self-issued (RFC 5280, section 4.2.1.9)
	for _, x := range certs[1:] {
		if !bytes.Equal(x.RawSubject, x.RawIssuer) {
			below++
		}
	}
	// Version 1 has no extensions; such roots are old, and trusted by hand.
	v1 := issuer.Version < 3 && slices.ContainsFunc(c.anchors, func(a anchor) bool { return equal(a.cert, issuer) })
	switch {
	case !v1 && !(issuer.BasicConstraintsValid && issuer.IsCA):
		return reject(RuleAuthority, issuer, "is not an authority's (basicConstraints) and cannot issue %s", Describe(last))
	case issuer.MaxPathLen >= 0 && (issuer.MaxPathLen > 0 || issuer.MaxPathLenZero) && below > issuer.MaxPathLen:
		return reject(RulePathLength, issuer, "allows %d authorities below it, and there are %d", issuer.MaxPathLen, below)
	case issuer.KeyUsage != 0 && issuer.KeyUsage&x509.KeyUsageCertSign == 0:
		return reject(RuleKeyUsage, issuer, "may not sign certificates (keyUsage) and cannot issue %s", Describe(last))
	}
	if c.checks++; c.checks > maxChecks {
		return reject(RuleForm, last, "stands among too many others")
	}
	return checkSignature(last, issuer, last.SignatureAlgorithm, last.RawTBSCertificate, last.Signature, "it")
}

// checkSignature checks a certificate's or a CRL's signature. x is who a rejection
// names.
func checkSignature(x, issuer *x509.Certificate, algorithm x509.SignatureAlgorithm, signed, signature []byte, what string) *Rejection {
	var err error
	switch algorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1, x509.UnknownSignatureAlgorithm:
		return reject(RuleAlgorithm, x, "is refused: %s is signed with %v", what, algorithm)
	case x509.SHA1WithRSA:
		key, ok := issuer.PublicKey.(*rsa.PublicKey)
		if !ok {
			return reject(RuleSignature, x, "is refused: the key of %s is not an RSA key", Describe(issuer))
		}
		h := crypto.SHA1.New()
		h.Write(signed)
		err = rsa.VerifyPKCS1v15(key, crypto.SHA1, h.Sum(nil), signature)
	default:
		err = issuer.CheckSignature(algorithm, signed, signature)
	}
	if err != nil {
		return reject(RuleSignature, x, "is refused: %s was not signed by the key of %s", what, Describe(issuer))
	}
	return nil
}
