package esp

import (
	"errors"
	"fmt"

	"conft/internal/suite"
)

// Keys are the algorithms of an SA and its keys. NewOutbound and NewInbound copy what
// they need, so the caller clears EncKey and AuthKey when it likes.
type Keys struct {
	Transform suite.Transform
	KeyBits   int        // Key Length attribute, 0 where there is none
	Auth      suite.Auth // none with GCM
	EncKey    []byte     // with GCM the salt follows the key
	AuthKey   []byte
}

// Format leaves the keys out, whatever the verb: an SA may be printed, its keys may not.
func (k Keys) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "%v %d %v", k.Transform, k.KeyBits, k.Auth)
}

// ErrSuite says that an SA cannot be built from the algorithms or keys given.
var ErrSuite = errors.New("esp: unusable algorithms or keys")

// KeyLens is the number of octets that the cipher and the authentication take from the
// keying material, in this order (RFC 2401, section 4.6.2).
func KeyLens(t suite.Transform, bits int, a suite.Auth) (enc, auth int, err error) {
	enc, ok := t.KeyLen(bits)
	switch {
	case !ok:
		return 0, 0, fmt.Errorf("%w: %v with a key of %d bits", ErrSuite, t, bits)
	case a != suite.AuthNone && !a.Valid():
		return 0, 0, fmt.Errorf("%w: %v", ErrSuite, a)
	case t.Combined() && a != suite.AuthNone:
		return 0, 0, fmt.Errorf("%w: %v authenticates by itself, not by %v", ErrSuite, t, a)
	case t == suite.ESPNull && a == suite.AuthNone:
		// RFC 4303, section 3.2: one of the two services has to be there.
		return 0, 0, fmt.Errorf("%w: %v without authentication", ErrSuite, t)
	}
	return enc, a.KeyLen(), nil
}

// check reports keys of the wrong length, without saying anything else about them.
func (k Keys) check() error {
	enc, auth, err := KeyLens(k.Transform, k.KeyBits, k.Auth)
	if err != nil {
		return err
	}
	if len(k.EncKey) != enc || len(k.AuthKey) != auth {
		return fmt.Errorf("%w: keys of %d and %d octets, not %d and %d",
			ErrSuite, len(k.EncKey), len(k.AuthKey), enc, auth)
	}
	return nil
}
