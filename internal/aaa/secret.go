// Package aaa is who may come in. Access asks the methods that a line's list names,
// one after the other, and slows down those who guess; the other files are the forms
// in which passwords and secrets are kept. They are compared in constant time and
// never printed.
package aaa

import (
	"crypto/md5"
	"crypto/subtle"
	"errors"
	"io"
	"strings"
)

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

const (
	magic   = "$1$"
	saltLen = 4 // IOS's own length; up to eight are accepted
	hashLen = 22
)

// Hash returns the type 5 secret of a password, "$1$salt$hash", with a fresh
// salt from rand.
func Hash(rand io.Reader, password string) (string, error) {
	var salt [saltLen]byte
	if _, err := io.ReadFull(rand, salt[:]); err != nil {
		return "", err
	}
	for i := range salt {
		salt[i] = alphabet[salt[i]&0x3f]
	}
	return md5crypt(password, string(salt[:])), nil
}

// ErrSecret says that a text is no type 5 secret.
var ErrSecret = errors.New("aaa: not a type 5 secret")

// Parse checks the form of a type 5 secret and returns its salt.
func Parse(secret string) (salt string, err error) {
	rest, ok := strings.CutPrefix(secret, magic)
	salt, hash, sep := strings.Cut(rest, "$")
	if !ok || !sep || len(salt) > 8 || len(hash) != hashLen || strings.Trim(salt+hash, alphabet) != "" {
		return "", ErrSecret
	}
	return salt, nil
}

// Check reports whether a password belongs to a type 5 secret.
func Check(secret, password string) bool {
	salt, err := Parse(secret)
	if err != nil {
		return false
	}
	return subtle.ConstantTimeCompare([]byte(md5crypt(password, salt)), []byte(secret)) == 1
}

// Equal compares a type 0 (clear) password.
func Equal(stored, password string) bool {
	return subtle.ConstantTimeCompare([]byte(stored), []byte(password)) == 1
}

// md5crypt is the MD5-based crypt of FreeBSD, which IOS calls type 5.
func md5crypt(password, salt string) string {
	key := []byte(password)
	alternate := md5.Sum([]byte(password + salt + password))

	// digest = MD5(key | "$1$" | salt | alternate, as long as the key | for each
	// bit of the key's length: 0 or the key's first octet)
	h := md5.New()
	io.WriteString(h, password+magic+salt)
	for n := len(key); n > 0; n -= md5.Size {
		h.Write(alternate[:min(n, md5.Size)])
	}
	for n := len(key); n > 0; n >>= 1 {
		if n&1 != 0 {
			h.Write([]byte{0})
		} else {
			h.Write(key[:1])
		}
	}
	digest := h.Sum(nil)

	// A thousand rounds that mix digest, key and salt in a varying order.
	for i := range 1000 {
		h.Reset()
		first, last := digest, key
		if i&1 != 0 {
			first, last = key, digest
		}
		h.Write(first)
		if i%3 != 0 {
			io.WriteString(h, salt)
		}
		if i%7 != 0 {
			h.Write(key)
		}
		h.Write(last)
		digest = h.Sum(digest[:0])
	}
	return magic + salt + "$" + encode(digest)
}

// encode writes the digest six bits at a time, least significant first, its
// octets in the permuted order of the original.
func encode(d []byte) string {
	out := make([]byte, 0, hashLen)
	put := func(v uint32, n int) {
		for range n {
			out = append(out, alphabet[v&0x3f])
			v >>= 6
		}
	}
	for i := range 5 {
		c := i + 12
		if i == 4 {
			c = 5
		}
		put(uint32(d[i])<<16|uint32(d[i+6])<<8|uint32(d[c]), 4)
	}
	put(uint32(d[11]), 2)
	return string(out)
}
