package suite

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"fmt"
)

// Transform is an ESP transform identifier (RFC 2407, section 4.4.4).
type Transform uint8

const (
	ESPDES   Transform = 2
	ESP3DES  Transform = 3
	ESPNull  Transform = 11
	ESPAES   Transform = 12
	ESPGCM16 Transform = 20 // AES-GCM with a 16-octet ICV, RFC 4106
)

// GCMSaltLen is the length of the salt that follows the AES key in the keying material
// of ESPGCM16 (RFC 4106, section 8.1).
const GCMSaltLen = 4

// Valid reports whether t is implemented.
func (t Transform) Valid() bool {
	switch t {
	case ESPDES, ESP3DES, ESPNull, ESPAES, ESPGCM16:
		return true
	}
	return false
}

func (t Transform) String() string {
	switch t {
	case ESPDES:
		return "ESP_DES"
	case ESP3DES:
		return "ESP_3DES"
	case ESPNull:
		return "ESP_NULL"
	case ESPAES:
		return "ESP_AES"
	case ESPGCM16:
		return "ESP_GCM"
	}
	return fmt.Sprintf("ESP transform %d", uint8(t))
}

// Combined reports whether t authenticates as well, so that it goes without an Auth.
func (t Transform) Combined() bool { return t == ESPGCM16 }

// KeyLen is the length in octets of what t takes from the keying material, the salt of
// GCM included. bits is the Key Length attribute, 0 where there is none. ok is false
// if t is not valid or has no key of that length.
func (t Transform) KeyLen(bits int) (octets int, ok bool) {
	switch t {
	case ESPDES:
		octets = fixedKeyLen(bits, 8)
	case ESP3DES:
		octets = fixedKeyLen(bits, 24)
	case ESPAES:
		octets = aesKeyLen(bits)
	case ESPGCM16:
		if octets = aesKeyLen(bits); octets != 0 {
			octets += GCMSaltLen
		}
	case ESPNull:
		return 0, bits == 0
	}
	return octets, octets != 0
}

// IVLen is the length of the explicit IV in each packet.
func (t Transform) IVLen() int {
	switch t {
	case ESPDES, ESP3DES:
		return des.BlockSize // RFC 2405, section 3; RFC 2451, section 3
	case ESPAES:
		return aes.BlockSize // RFC 3602, section 3
	case ESPGCM16:
		return 8 // RFC 4106, section 3.1
	}
	return 0
}

// New returns the block cipher under key, which for GCM is the key without its salt.
// ESPNull has none.
func (t Transform) New(key []byte) (cipher.Block, error) {
	switch t {
	case ESPDES:
		return DES.New(key)
	case ESP3DES:
		return TripleDES.New(key)
	case ESPAES, ESPGCM16:
		return AES.New(key)
	}
	return nil, fmt.Errorf("suite: %v has no cipher", t)
}
