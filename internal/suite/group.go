package suite

import (
	"errors"
	"fmt"
	"io"
)

// Group is a Diffie-Hellman group (RFC 2409, appendix A, attribute 4).
type Group uint16

const (
	MODP768      Group = 1  // RFC 2409, section 6.1
	MODP1024     Group = 2  // RFC 2409, section 6.2
	MODP1536     Group = 5  // RFC 3526, section 2
	MODP2048     Group = 14 // RFC 3526, section 3
	MODP3072     Group = 15 // RFC 3526, section 4
	MODP4096     Group = 16 // RFC 3526, section 5
	ECP256       Group = 19 // RFC 5903, section 3.1
	ECP384       Group = 20 // RFC 5903, section 3.2
	ECP521       Group = 21 // RFC 5903, section 3.3
	MODP2048S256 Group = 24 // RFC 5114, section 2.3: prime-order subgroup of 256 bits
)

// ErrPublicValue says that the peer's public value fails the tests of RFC 6989.
var ErrPublicValue = errors.New("suite: invalid Diffie-Hellman public value")

// errCleared says that a private value was used after Clear.
var errCleared = errors.New("suite: Diffie-Hellman private value is cleared")

// family is a kind of group: modp or ecp.
type family interface {
	publicLen() int
	generate(rand io.Reader) (agreement, []byte, error)
}

// agreement is a private value in the form its family computes with.
type agreement interface {
	secret(peer []byte) ([]byte, error)
	clear()
}

var groups = map[Group]family{
	MODP768:      modp768,
	MODP1024:     modp1024,
	MODP1536:     modp1536,
	MODP2048:     modp2048,
	MODP3072:     modp3072,
	MODP4096:     modp4096,
	MODP2048S256: modp2048s256,
	ECP256:       ecp256,
	ECP384:       ecp384,
	ECP521:       ecp521,
}

// Valid reports whether g is implemented.
func (g Group) Valid() bool { return groups[g] != nil }

func (g Group) String() string { return fmt.Sprintf("group %d", uint16(g)) }

// PublicLen is the length of a public value in octets, 0 if g is not valid.
func (g Group) PublicLen() int {
	if f := groups[g]; f != nil {
		return f.publicLen()
	}
	return 0
}

// PrivateKey is one side's private value in a group, used for one exchange.
type PrivateKey struct {
	public []byte
	own    agreement // nil once cleared
}

// GenerateKey draws a private value from rand and computes the public one, which is
// slow. The result depends on nothing but the octets that rand yields.
func (g Group) GenerateKey(rand io.Reader) (*PrivateKey, error) {
	f := groups[g]
	if f == nil {
		return nil, fmt.Errorf("suite: no group %v", g)
	}
	own, public, err := f.generate(rand)
	if err != nil {
		return nil, fmt.Errorf("suite: %v private value: %w", g, err)
	}
	return &PrivateKey{public, own}, nil
}

// Public is the body of the KE payload: big-endian, left-padded to PublicLen, and x | y
// in an elliptic curve group (RFC 5903, section 7). The result must not be changed.
func (k *PrivateKey) Public() []byte { return k.public }

// Secret computes g^xy with the peer's public value, which is slow: big-endian and of
// the prime's length, and the x coordinate alone in an elliptic curve group (RFC 5903,
// section 7). The error is ErrPublicValue if the peer's value must not be used.
func (k *PrivateKey) Secret(peer []byte) ([]byte, error) {
	if k.own == nil {
		return nil, errCleared
	}
	return k.own.secret(peer)
}

// Clear forgets the private value. The public one stays.
func (k *PrivateKey) Clear() {
	if k.own != nil {
		k.own.clear()
		k.own = nil
	}
}
