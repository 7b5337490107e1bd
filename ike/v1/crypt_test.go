package v1

import (
	"bytes"
	"testing"

	"conft/ike/payload"
	"conft/internal/suite"
)

func testChain(t *testing.T) ivChain {
	t.Helper()
	block, err := suite.DES.New([]byte("8 octets"))
	if err != nil {
		t.Fatal(err)
	}
	return phase1Chain(suite.MD5, block, []byte("gxi"), []byte("gxr"))
}

func testMessage(n int) []byte {
	w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte{1}, Version: payload.Version1, Exchange: payload.ExchangeMain})
	w.Add(payload.TypeHash, make(payload.Opaque, n))
	return w.Message()
}

// A message that does not decrypt to anything sensible, forged or late, must
// leave the exchange able to go on.
func TestOpenDoesNotDisturbTheChain(t *testing.T) {
	sender, receiver := testChain(t), testChain(t)
	m := sender.seal(testMessage(20))
	forged := append([]byte(nil), m...)
	forged[payload.HeaderLen] ^= 1
	if _, _, err := receiver.open(forged); err != nil {
		t.Fatal(err)
	}
	plain, next, err := receiver.open(m)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := payload.DecodePadded(payload.TypeHash, plain); err != nil {
		t.Error(err)
	}
	if !bytes.Equal(next.iv, sender.iv) {
		t.Error("the chains of sender and receiver differ")
	}
}

func TestOpenRefusesPartialBlocks(t *testing.T) {
	c := testChain(t)
	m := c.seal(testMessage(20))
	for n := range len(m) {
		_, _, err := c.open(m[:n])
		whole := n > payload.HeaderLen && (n-payload.HeaderLen)%8 == 0
		if (err == nil) != whole {
			t.Errorf("%d octets: %v", n, err)
		}
	}
}

// "The message length in the header MUST include the length of the pad, since
// this reflects the size of the ciphertext." RFC 2409, appendix B.
func TestSealPadsToBlocks(t *testing.T) {
	for n := range 17 {
		c := testChain(t)
		m := testMessage(n)
		sealed := c.seal(append([]byte(nil), m...))
		if pad := len(sealed) - len(m); pad < 0 || pad > 7 || (len(sealed)-payload.HeaderLen)%8 != 0 {
			t.Errorf("%d octets sealed to %d", len(m), len(sealed))
		}
		h, err := payload.DecodeHeader(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if !h.Encrypted() {
			t.Error("encryption flag not set")
		}
	}
}
