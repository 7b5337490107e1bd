package esp

import (
	"errors"
	"strings"
	"testing"

	"conft/internal/suite"
)

func TestKeyLens(t *testing.T) {
	for _, v := range []struct {
		transform suite.Transform
		bits      int
		auth      suite.Auth
		enc, mac  int
	}{
		{suite.ESPDES, 0, suite.HMACMD5, 8, 16}, // the suite of the classic lab
		{suite.ESPDES, 0, suite.AuthNone, 8, 0},
		{suite.ESP3DES, 0, suite.HMACSHA, 24, 20},
		{suite.ESPAES, 0, suite.HMACSHA256, 16, 32},
		{suite.ESPAES, 256, suite.HMACSHA512, 32, 64},
		{suite.ESPNull, 0, suite.HMACSHA384, 0, 48},
		{suite.ESPGCM16, 128, suite.AuthNone, 20, 0},
		{suite.ESPGCM16, 256, suite.AuthNone, 36, 0},
	} {
		enc, mac, err := KeyLens(v.transform, v.bits, v.auth)
		if enc != v.enc || mac != v.mac || err != nil {
			t.Errorf("%v %d %v: %d, %d, %v; want %d, %d", v.transform, v.bits, v.auth, enc, mac, err, v.enc, v.mac)
		}
	}
}

func TestUnusableSuites(t *testing.T) {
	for _, v := range []struct {
		transform suite.Transform
		bits      int
		auth      suite.Auth
	}{
		{suite.ESPNull, 0, suite.AuthNone},
		{suite.ESPGCM16, 128, suite.HMACSHA},
		{suite.ESPAES, 100, suite.HMACSHA},
		{suite.ESPDES, 128, suite.HMACSHA},
		{suite.ESPAES, 128, 3},  // DES-MAC
		{7, 128, suite.HMACSHA}, // Blowfish
	} {
		if _, _, err := KeyLens(v.transform, v.bits, v.auth); !errors.Is(err, ErrSuite) {
			t.Errorf("%v %d %v: %v", v.transform, v.bits, v.auth, err)
		}
	}
}

// A key of the wrong length makes an error that does not show the key.
func TestWrongKeys(t *testing.T) {
	for _, k := range suites() {
		for _, bad := range []Keys{
			{k.Transform, k.KeyBits, k.Auth, append(octets(len(k.EncKey), 'A'), 'A'), k.AuthKey},
			{k.Transform, k.KeyBits, k.Auth, k.EncKey, append(octets(len(k.AuthKey), 'A'), 'A')},
			{k.Transform, k.KeyBits, k.Auth, nil, nil},
		} {
			_, errOut := NewOutbound(spi, bad)
			_, errIn := NewInbound(spi, bad, 0)
			if !errors.Is(errOut, ErrSuite) || !errors.Is(errIn, ErrSuite) {
				t.Fatalf("%s: %v, %v", name(k), errOut, errIn)
			}
			if strings.Contains(errOut.Error(), "ABC") || strings.Contains(errOut.Error(), "414243") {
				t.Errorf("%s: %v", name(k), errOut)
			}
		}
	}
}

// Overhead is what Seal adds, MaxPlain its inverse, and the rooms are never exceeded, for every
// size and suite.
func TestOverhead(t *testing.T) {
	for _, k := range suites() {
		out, _ := pair(t, k)
		inner := make([]byte, 2000)
		largest := map[int]int{} // inner length by ESP length
		for n := 1; n <= len(inner); n++ {
			buf := make([]byte, out.Headroom()+n+out.Tailroom())
			start, end := out.Seal(buf, out.Headroom(), n, uint32(n), ipv4)
			if start != 0 || end-start != n+Overhead(k, n) {
				t.Fatalf("%s: %d octets become buf[%d:%d], Overhead is %d", name(k), n, start, end, Overhead(k, n))
			}
			largest[end] = max(largest[end], n)
		}
		fit := 0
		for room := range 1900 {
			fit = max(fit, largest[room])
			if got := MaxPlain(k, room); got != fit {
				t.Fatalf("%s: MaxPlain(%d) = %d, want %d", name(k), room, got, fit)
			}
		}
	}
}
