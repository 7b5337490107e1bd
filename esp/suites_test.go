package esp

import (
	"encoding/hex"
	"fmt"
	"testing"

	"conft/internal/suite"
)

// suites are all combinations of algorithms that an SA can have.
func suites() []Keys {
	var all []Keys
	for _, t := range []struct {
		transform suite.Transform
		bits      []int
	}{
		{suite.ESPGCM16, []int{128, 192, 256}},
		{suite.ESPAES, []int{128, 192, 256}},
		{suite.ESP3DES, []int{0}},
		{suite.ESPDES, []int{0}},
		{suite.ESPNull, []int{0}},
	} {
		for _, bits := range t.bits {
			for _, auth := range []suite.Auth{suite.AuthNone, suite.HMACMD5, suite.HMACSHA, suite.HMACSHA256, suite.HMACSHA384, suite.HMACSHA512} {
				enc, mac, err := KeyLens(t.transform, bits, auth)
				if err != nil {
					continue
				}
				own := byte(len(all)) // no two suites share a key
				all = append(all, Keys{t.transform, bits, auth, octets(enc, 1+own), octets(mac, 101+own)})
			}
		}
	}
	return all
}

// octets are first, first+1, … .
func octets(n int, first byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

func name(k Keys) string { return fmt.Sprintf("%v-%d,%v", k.Transform, k.KeyBits, k.Auth) }

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pair returns both ends of an SA.
func pair(t testing.TB, k Keys) (*Outbound, *Inbound) {
	t.Helper()
	out, err := NewOutbound(spi, k)
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewInbound(spi, k, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	t.Cleanup(in.Close)
	return out, in
}

const (
	spi  = 0xd11e5a0f
	ipv4 = 4 // Next Header of a tunnelled IPv4 packet
)

// sealed is a packet of its own with inner in it.
func sealed(o *Outbound, inner []byte, seq uint32, next byte) []byte {
	buf := make([]byte, o.Headroom()+len(inner)+o.Tailroom())
	copy(buf[o.Headroom():], inner)
	start, end := o.Seal(buf, o.Headroom(), len(inner), seq, next)
	return buf[start:end]
}
