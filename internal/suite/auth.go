package suite

import "fmt"

// Auth is an IPsec authentication algorithm (RFC 2407, section 4.5, attribute 5; RFC
// 4868). Zero means none.
type Auth uint16

const (
	AuthNone   Auth = 0
	HMACMD5    Auth = 1
	HMACSHA    Auth = 2
	HMACSHA256 Auth = 5
	HMACSHA384 Auth = 6
	HMACSHA512 Auth = 7
)

// Valid reports whether a is implemented; none is not.
func (a Auth) Valid() bool { return a.Hash().Valid() }

func (a Auth) String() string {
	if a.Valid() {
		return "HMAC-" + a.Hash().String()
	}
	if a == AuthNone {
		return "none"
	}
	return fmt.Sprintf("authentication algorithm %d", uint16(a))
}

// Hash is the hash below the HMAC.
func (a Auth) Hash() Hash {
	switch a {
	case HMACMD5:
		return MD5
	case HMACSHA:
		return SHA
	case HMACSHA256:
		return SHA256
	case HMACSHA384:
		return SHA384
	case HMACSHA512:
		return SHA512
	}
	return 0
}

// KeyLen is the length of the key in octets, that of the hash (RFC 2403, section 3; RFC
// 2404, section 3; RFC 4868, section 2.1.1).
func (a Auth) KeyLen() int { return a.Hash().Size() }

// ICVLen is the length to which the HMAC is truncated on the wire.
func (a Auth) ICVLen() int {
	switch a {
	case HMACMD5, HMACSHA:
		return 12 // RFC 2403, section 2; RFC 2404, section 2
	}
	return a.Hash().Size() / 2 // RFC 4868, section 2.1.2
}
