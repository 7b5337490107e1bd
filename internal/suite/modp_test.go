package suite

import (
	"bytes"
	"math/big"
	"testing"
)

// "The prime is 2^n - 2^(n-64) - 1 + 2^64 * { [2^(n-130) pi] + c }", RFC 2409, section 6,
// and RFC 3526, sections 2 to 5.
func TestPrimesFollowFromPi(t *testing.T) {
	for _, v := range []struct {
		group Group
		n     uint
		c     int64
	}{
		{MODP768, 768, 149686},
		{MODP1024, 1024, 129093},
		{MODP1536, 1536, 741804},
		{MODP2048, 2048, 124476},
		{MODP3072, 3072, 1690314},
		{MODP4096, 4096, 240904},
	} {
		want := new(big.Int).Add(floorPi(v.n-130), big.NewInt(v.c))
		want.Lsh(want, 64)
		want.Add(want, power2(v.n))
		want.Sub(want, power2(v.n-64))
		want.Sub(want, big.NewInt(1))
		if got := prime(v.group); got.Cmp(want) != 0 {
			t.Errorf("%v: prime is %X, want %X", v.group, got, want)
		}
	}
}

// The checks of RFC 6989, section 2.1, rest on (p-1)/2 being prime too.
func TestPrimesAreSafe(t *testing.T) {
	for _, g := range []Group{MODP768, MODP1024, MODP1536, MODP2048, MODP3072, MODP4096} {
		p := prime(g)
		half := new(big.Int).Rsh(p, 1)
		if !p.ProbablyPrime(1) || !half.ProbablyPrime(1) {
			t.Errorf("%v: not a safe prime", g)
		}
	}
}

// RFC 5114, section 2.3: g generates a subgroup of prime order q.
func TestSubgroup(t *testing.T) {
	n := modp2048s256.numbers()
	p, q := prime(MODP2048S256), new(big.Int).SetBytes(n.order)
	g := new(big.Int).SetBytes(n.g.Bytes(n.p))
	if !p.ProbablyPrime(1) || !q.ProbablyPrime(1) || q.BitLen() != 256 {
		t.Error("p or q is not prime")
	}
	if g.Exp(g, q, p).Cmp(big.NewInt(1)) != 0 {
		t.Error("g^q is not 1")
	}
}

func prime(g Group) *big.Int {
	n := groups[g].(*modp).numbers()
	return new(big.Int).SetBytes(n.p.Nat().Bytes(n.p))
}

func power2(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }

// floorPi returns the integer part of 2^bits * pi, by Machin's formula: pi = 16 arctan(1/5) -
// 4 arctan(1/239).
func floorPi(bits uint) *big.Int {
	const guard = 64
	arctan := func(inverse int64) *big.Int {
		square := big.NewInt(inverse * inverse)
		power := new(big.Int).Div(power2(bits+guard), big.NewInt(inverse))
		sum := new(big.Int)
		for n := int64(1); power.Sign() != 0; n += 2 {
			term := new(big.Int).Div(power, big.NewInt(n))
			if n%4 == 3 {
				term.Neg(term)
			}
			sum.Add(sum, term)
			power.Div(power, square)
		}
		return sum
	}
	pi := arctan(5)
	pi.Mul(pi, big.NewInt(4)).Sub(pi, arctan(239)).Mul(pi, big.NewInt(4))
	return pi.Rsh(pi, guard)
}

// The arithmetic is right with the private values that math/big would use too.
func TestMODPAgainstMathBig(t *testing.T) {
	for g, f := range groups {
		m, ok := f.(*modp)
		if !ok {
			continue
		}
		k, err := g.GenerateKey(newReader(g.String()))
		if err != nil {
			t.Fatal(err)
		}
		x, n := k.own.(*modpKey).x, m.numbers()
		if len(x) < 32 || x[0] < 0x80 {
			t.Errorf("%v: private value of %d octets begins with %#x", g, len(x), x[0])
		}
		want := new(big.Int).SetBytes(n.g.Bytes(n.p))
		want.Exp(want, new(big.Int).SetBytes(x), prime(g))
		if !bytes.Equal(k.Public(), want.FillBytes(make([]byte, g.PublicLen()))) {
			t.Errorf("%v: g^x is wrong", g)
		}
	}
}
