// Package pki is the router's public-key infrastructure: RSA key pairs, the
// certificates of trustpoints, and the judgement on a peer's certificate.
//
// Store owns what is private or received: key pairs and certificates, in nvram apart
// from the configuration. Trustpoint is the view of one configured trustpoint with
// what the Store holds for it; Validator is an immutable set of them. Revocations
// owns the cache of CRLs. A judgement that is negative is a *Rejection, which names
// the certificate and the rule that it broke.
//
// crypto/x509 parses, but its Verify is not used: it refuses every SHA-1 signature,
// and routers of IKEv1's days have certificates with nothing better. Here SHA-1 is
// accepted with a warning, because the authority chose what it signed and a forger
// needs its cooperation; MD5 is refused, since certificates have been forged with it.
// The anchor of a chain is trusted because the operator accepted it, so its own
// signature is not asked for.
package pki
