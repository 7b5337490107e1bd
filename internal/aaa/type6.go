package aaa

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
)

// Type 6 secrets are keys that a configuration shows encrypted under a master key, which
// is kept apart from it. The form is our own, for Cisco has not published theirs; a text
// of one does not open on the other:
//
//	master = PBKDF2-HMAC-SHA256(password, "conft type 6", 100000 iterations, 32 octets)
//	text   = base64url(nonce | AES-256-GCM(master, nonce, secret)), without padding
//
// The nonce has twelve random octets. The salt is a constant, so that a text can be taken
// to another router with the same master password.
const (
	masterSalt       = "conft type 6"
	masterIterations = 100_000
	masterLen        = 32
)

// MasterKey derives the master key of `key config-key password-encrypt`.
func MasterKey(password string) (string, error) {
	key, err := pbkdf2.Key(sha256.New, password, []byte(masterSalt), masterIterations, masterLen)
	return string(key), err
}

// ErrType6 says that a text is no type 6 secret of this master key.
var ErrType6 = errors.New("aaa: not a type 6 secret of this master key")

// Seal6 returns the type 6 text of a secret, with a fresh nonce from rand.
func Seal6(rand io.Reader, master, secret string) (string, error) {
	aead, err := type6(master)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := io.ReadFull(rand, nonce); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(secret), nil)), nil
}

// Open6 returns the secret of a type 6 text.
func Open6(master, text string) (string, error) {
	aead, err := type6(master)
	if err != nil {
		return "", err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(sealed) < aead.NonceSize() {
		return "", ErrType6
	}
	secret, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], nil)
	if err != nil {
		return "", ErrType6
	}
	return string(secret), nil
}

func type6(master string) (cipher.AEAD, error) {
	if len(master) != masterLen {
		return nil, ErrType6
	}
	block, err := aes.NewCipher([]byte(master))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
