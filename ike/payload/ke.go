package payload

// Key Exchange, Nonce, Hash, Signature and Vendor ID payloads have no structure
// of their own (RFC 2408, sections 3.7, 3.11, 3.12, 3.13 and 3.16); they are written as
// Opaque. The functions here check what can be checked without knowing the suite.

// "The length of nonce payload MUST be between 8 and 256 bytes inclusive."
// RFC 2409, section 5.
const (
	minNonce = 8
	maxNonce = 256
)

// DecodeKE returns the public value of a Key Exchange payload. Its length is
// that of the group, which the caller knows.
func DecodeKE(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, &DecodeError{TypeKE, 0, InvalidKeyInformation, "no key exchange data"}
	}
	return b, nil
}

// DecodeNonce returns the octets of a Nonce payload.
func DecodeNonce(b []byte) ([]byte, error) {
	if len(b) < minNonce || len(b) > maxNonce {
		return nil, malformed(TypeNonce, 0, "nonce not of 8 to 256 octets")
	}
	return b, nil
}

// DecodeHash returns the octets of a Hash payload, which must be size octets.
func DecodeHash(b []byte, size int) ([]byte, error) {
	if len(b) != size {
		return nil, &DecodeError{TypeHash, 0, InvalidHashInformation, "length is not that of the hash algorithm"}
	}
	return b, nil
}
