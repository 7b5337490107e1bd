package suite

import (
	"crypto/ecdh"
	"errors"
	"io"
)

// ecp is a group over a NIST curve (RFC 5903).
type ecp struct {
	curve  ecdh.Curve
	octets int  // of the prime and of a private value
	mask   byte // bits of the first octet that a private value may have
}

var (
	ecp256 = &ecp{ecdh.P256(), 32, 0xff}
	ecp384 = &ecp{ecdh.P384(), 48, 0xff}
	ecp521 = &ecp{ecdh.P521(), 66, 0x01}
)

// uncompressed is the first octet of a point as crypto/ecdh writes it (SEC 1, section
// 2.3.3); in IKE there is none (RFC 5903, section 7).
const uncompressed = 4

// errSmallRandom says that the source of randomness never yields a usable private
// value; one draw in 2^32 is unusable if it is any good.
var errSmallRandom = errors.New("source of randomness yields no private value")

func (e *ecp) publicLen() int { return 2 * e.octets }

// generate draws octets itself: the curves' own GenerateKey ignores its reader.
func (e *ecp) generate(rand io.Reader) (agreement, []byte, error) {
	d := make([]byte, e.octets)
	defer clear(d)
	for range 8 {
		if _, err := io.ReadFull(rand, d); err != nil {
			return nil, nil, err
		}
		d[0] &= e.mask
		// Refuses zero and whatever is not below the order of the curve.
		if key, err := e.curve.NewPrivateKey(d); err == nil {
			return &ecpKey{e, key}, key.PublicKey().Bytes()[1:], nil
		}
	}
	return nil, nil, errSmallRandom
}

// ecpKey is a private value.
type ecpKey struct {
	group *ecp
	key   *ecdh.PrivateKey
}

// secret relies on NewPublicKey for RFC 6989, section 2.3: coordinates below the prime, a
// point on the curve and not the point at infinity.
func (k *ecpKey) secret(peer []byte) ([]byte, error) {
	if len(peer) != k.group.publicLen() {
		return nil, ErrPublicValue
	}
	public, err := k.group.curve.NewPublicKey(append([]byte{uncompressed}, peer...))
	if err != nil {
		return nil, ErrPublicValue
	}
	return k.key.ECDH(public)
}

// clear can only let go of the key: crypto/ecdh keeps its octets to itself.
func (k *ecpKey) clear() { k.key = nil }
