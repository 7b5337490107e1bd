package suite

import (
	"encoding/hex"
	"io"
	"sync"

	"filippo.io/bigmod"
)

// modp is a group modulo a prime. All arithmetic on private values is that of bigmod,
// whose time does not depend on them.
type modp struct {
	octets   int             // of the prime
	exponent int             // octets of a private value
	numbers  func() *numbers // parsed at the first use
}

// numbers are a group's constants ready for computing.
type numbers struct {
	p     *bigmod.Modulus
	g     *bigmod.Nat
	order []byte // of the subgroup g generates; empty where p is a safe prime
}

// newMODP describes the group whose prime, generator and subgroup order are written in
// hexadecimal. A private value is twice as long as the group is strong and at least 256
// bits: RFC 3526, section 8, has the estimates.
func newMODP(prime, generator, order string, exponent int) *modp {
	return &modp{
		octets:   len(prime) / 2,
		exponent: exponent,
		numbers: sync.OnceValue(func() *numbers {
			p, err := bigmod.NewModulus(unhex(prime))
			if err != nil {
				panic(err)
			}
			g, err := bigmod.NewNat().SetBytes(unhex(generator), p)
			if err != nil {
				panic(err)
			}
			return &numbers{p, g, unhex(order)}
		}),
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func (m *modp) publicLen() int { return m.octets }

// generate sets the highest bit of the private value, so that it is never zero and
// always has the intended length.
func (m *modp) generate(rand io.Reader) (agreement, []byte, error) {
	x := make([]byte, m.exponent)
	if _, err := io.ReadFull(rand, x); err != nil {
		return nil, nil, err
	}
	x[0] |= 0x80
	n := m.numbers()
	public := bigmod.NewNat().Exp(n.g, x, n.p).Bytes(n.p)
	return &modpKey{m, x}, public, nil
}

// modpKey is a private value x.
type modpKey struct {
	group *modp
	x     []byte
}

func (k *modpKey) secret(peer []byte) ([]byte, error) {
	y, err := k.group.public(peer)
	if err != nil {
		return nil, err
	}
	p := k.group.numbers().p
	return bigmod.NewNat().Exp(y, k.x, p).Bytes(p), nil
}

func (k *modpKey) clear() { clear(k.x) }

// public checks a peer's public value. RFC 6989, section 2.1: 1 < y < p-1. Section 2.2,
// for a prime that is not a safe one: y^q = 1 mod p.
func (m *modp) public(peer []byte) (*bigmod.Nat, error) {
	n := m.numbers()
	if len(peer) != m.octets {
		return nil, ErrPublicValue
	}
	y, err := bigmod.NewNat().SetBytes(peer, n.p)
	if err != nil || y.IsZero() == 1 || y.IsOne() == 1 || y.IsMinusOne(n.p) == 1 {
		return nil, ErrPublicValue
	}
	if len(n.order) != 0 && bigmod.NewNat().Exp(y, n.order, n.p).IsOne() == 0 {
		return nil, ErrPublicValue
	}
	return y, nil
}
