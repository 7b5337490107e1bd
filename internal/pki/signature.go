package pki

import (
	"crypto/rsa"
	"crypto/subtle"
	"errors"
	"math/big"
)

// Limits of a peer's public key: it chooses how long we compute.
const (
	maxKeyBits  = 8192
	maxExponent = 1<<32 - 1
)

var (
	errKeySize   = errors.New("its RSA key has an unusable size or exponent")
	errSignature = errors.New("signature does not verify")
)

// signRaw signs a hash with PKCS #1 v1.5 padding and without DigestInfo.
//
// "Since the hash algorithm used is already known there is no need to encode its OID
// into the signature." RFC 2409, section 5.1.
func signRaw(key *rsa.PrivateKey, hash []byte) ([]byte, error) {
	return rsa.SignPKCS1v15(nil, key, 0, hash)
}

// verifyRaw checks a signature made by signRaw. It never parses what the public
// operation gives: it builds the one block that is right and compares all of it, so
// that padding which is merely similar (Bleichenbacher 2006) cannot pass.
//
//	EM = 0x00 | 0x01 | 0xff … 0xff | 0x00 | hash
func verifyRaw(key *rsa.PublicKey, hash, signature []byte) error {
	bits := key.N.BitLen()
	if bits < MinModulus || bits > maxKeyBits || key.N.Bit(0) == 0 || key.E < 3 || key.E&1 == 0 || int64(key.E) > maxExponent {
		return errKeySize
	}
	size := key.Size()
	s := new(big.Int).SetBytes(signature)
	if len(signature) != size || s.Cmp(key.N) >= 0 || size < len(hash)+11 {
		return errSignature
	}
	want := make([]byte, size)
	want[1] = 1
	pad := want[2 : size-len(hash)-1]
	for i := range pad {
		pad[i] = 0xff
	}
	copy(want[size-len(hash):], hash)
	got := s.Exp(s, big.NewInt(int64(key.E)), key.N).FillBytes(make([]byte, size))
	if subtle.ConstantTimeCompare(got, want) != 1 {
		return errSignature
	}
	return nil
}
