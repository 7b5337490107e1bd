package aaa

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// Algorithm is how a secret is hashed; its number is the type that configurations show.
type Algorithm int

const (
	MD5    Algorithm = 5 // "$1$salt$hash", see Hash
	SHA256 Algorithm = 8 // "$8$salt$hash", PBKDF2-HMAC-SHA256 of 20000 iterations
	Scrypt Algorithm = 9 // "$9$salt$hash", scrypt with N 16384, r 1, p 1
)

// The salt of types 8 and 9 is fourteen characters of the alphabet, which are its
// octets; the hash is 32 octets in base64 of that alphabet, without padding.
const (
	longSalt       = 14
	longHash       = 32
	type8Rounds    = 20_000
	type9Cost      = 1 << 14
	type9BlockSize = 1
	type9Parallel  = 1
)

var cisco64 = base64.NewEncoding(alphabet).WithPadding(base64.NoPadding)

// HashWith returns the secret of a password, with a fresh salt from rand.
func HashWith(rand io.Reader, a Algorithm, password string) (string, error) {
	if a == MD5 {
		return Hash(rand, password)
	}
	salt := make([]byte, longSalt)
	if _, err := io.ReadFull(rand, salt); err != nil {
		return "", err
	}
	for i := range salt {
		salt[i] = alphabet[salt[i]&0x3f]
	}
	return long(a, password, string(salt))
}

// long returns a secret of type 8 or 9.
func long(a Algorithm, password, salt string) (string, error) {
	var hash []byte
	var err error
	prefix := "$8$"
	if a == Scrypt {
		prefix = "$9$"
		hash, err = scrypt.Key([]byte(password), []byte(salt), type9Cost, type9BlockSize, type9Parallel, longHash)
	} else {
		hash, err = pbkdf2.Key(sha256.New, password, []byte(salt), type8Rounds, longHash)
	}
	if err != nil {
		return "", err
	}
	return prefix + salt + "$" + cisco64.EncodeToString(hash), nil
}

// ErrForm says that a text is no secret of any type.
var ErrForm = errors.New("aaa: not a hashed secret")

// AlgorithmOf checks the form of a secret and returns how it was hashed.
func AlgorithmOf(secret string) (Algorithm, error) {
	a := MD5
	switch {
	case strings.HasPrefix(secret, "$8$"):
		a = SHA256
	case strings.HasPrefix(secret, "$9$"):
		a = Scrypt
	default:
		if _, err := Parse(secret); err != nil {
			return 0, ErrForm
		}
		return MD5, nil
	}
	salt, hash, ok := strings.Cut(secret[3:], "$")
	if b, err := cisco64.DecodeString(hash); !ok || len(salt) != longSalt || strings.Trim(salt, alphabet) != "" || err != nil || len(b) != longHash {
		return 0, ErrForm
	}
	return a, nil
}

// Matches reports whether a password belongs to a secret of any type.
func Matches(secret, password string) bool {
	a, err := AlgorithmOf(secret)
	switch {
	case err != nil:
		return false
	case a == MD5:
		return Check(secret, password)
	}
	salt, _, _ := strings.Cut(secret[3:], "$")
	again, err := long(a, password, salt)
	return err == nil && subtle.ConstantTimeCompare([]byte(again), []byte(secret)) == 1
}
