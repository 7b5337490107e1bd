package suite

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
)

// Hash is the hash algorithm of an IKEv1 phase 1 transform (RFC 2409, appendix A,
// attribute 2). Its HMAC is the negotiated prf.
type Hash uint16

const (
	MD5    Hash = 1
	SHA    Hash = 2
	SHA256 Hash = 4
	SHA384 Hash = 5
	SHA512 Hash = 6
)

var hashes = [...]struct {
	name string
	size int
	new  func() hash.Hash
}{
	MD5:    {"MD5", md5.Size, md5.New},
	SHA:    {"SHA", sha1.Size, sha1.New},
	SHA256: {"SHA256", sha256.Size, sha256.New},
	SHA384: {"SHA384", sha512.Size384, sha512.New384},
	SHA512: {"SHA512", sha512.Size, sha512.New},
}

// Valid reports whether h is implemented.
func (h Hash) Valid() bool { return int(h) < len(hashes) && hashes[h].new != nil }

func (h Hash) String() string {
	if h.Valid() {
		return hashes[h].name
	}
	return fmt.Sprintf("hash %d", uint16(h))
}

// New returns a new hash computation. h must be valid.
func (h Hash) New() hash.Hash { return hashes[h].new() }

// Size is the length of the hash, and of the output of PRF, in octets. h must be valid.
func (h Hash) Size() int { return hashes[h].size }

// PRF is prf(key, parts[0] | parts[1] | …), the HMAC of RFC 2104 over h: RFC 2409,
// section 4, makes it the prf when none is negotiated, and none ever is.
func (h Hash) PRF(key []byte, parts ...[]byte) []byte {
	m := hmac.New(h.New, key)
	for _, p := range parts {
		m.Write(p)
	}
	return m.Sum(nil)
}

// Keyed is PRF for several outputs of one key.
func (h Hash) Keyed(key []byte) func(parts ...[]byte) []byte {
	m := hmac.New(h.New, key)
	return func(parts ...[]byte) []byte {
		m.Reset()
		for _, p := range parts {
			m.Write(p)
		}
		return m.Sum(nil)
	}
}
