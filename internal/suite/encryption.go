package suite

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"fmt"
)

// Encryption is the encryption algorithm of an IKEv1 phase 1 transform (RFC 2409,
// appendix A, attribute 1), always in CBC mode.
type Encryption uint16

const (
	DES       Encryption = 1
	TripleDES Encryption = 5
	AES       Encryption = 7
)

// Valid reports whether e is implemented.
func (e Encryption) Valid() bool { return e.BlockSize() != 0 }

func (e Encryption) String() string {
	switch e {
	case DES:
		return "DES-CBC"
	case TripleDES:
		return "3DES-CBC"
	case AES:
		return "AES-CBC"
	}
	return fmt.Sprintf("encryption %d", uint16(e))
}

// BlockSize is the length of a block and of the IV in octets, 0 if e is not valid.
func (e Encryption) BlockSize() int {
	switch e {
	case DES, TripleDES:
		return des.BlockSize
	case AES:
		return aes.BlockSize
	}
	return 0
}

// KeyLen is the length of the key in octets. bits is the Key Length attribute, 0 where a
// peer sent none. The result is 0 if the cipher has no key of that length.
func (e Encryption) KeyLen(bits int) int {
	switch e {
	case DES:
		return fixedKeyLen(bits, 8)
	case TripleDES:
		return fixedKeyLen(bits, 24)
	case AES:
		return aesKeyLen(bits)
	}
	return 0
}

// New returns the block cipher under key. A weak DES key is not refused, as RFC 2405,
// section 2.3, allows, and the parity bits of DES keys are ignored.
func (e Encryption) New(key []byte) (cipher.Block, error) {
	switch e {
	case DES:
		return des.NewCipher(key)
	case TripleDES:
		return des.NewTripleDESCipher(key)
	case AES:
		return aes.NewCipher(key)
	}
	return nil, fmt.Errorf("suite: no cipher %v", e)
}

// fixedKeyLen is the key length of a cipher that has only one. RFC 2409, appendix A,
// forbids the attribute then; a peer that sends it and means the same length is served.
func fixedKeyLen(bits, octets int) int {
	if bits != 0 && bits != 8*octets {
		return 0
	}
	return octets
}

// aesKeyLen takes a missing attribute as 128, the default of RFC 3602, section 2.1.
func aesKeyLen(bits int) int {
	switch bits {
	case 0:
		return 16
	case 128, 192, 256:
		return bits / 8
	}
	return 0
}
