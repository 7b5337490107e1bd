package esp

import (
	"errors"
	"fmt"
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

// However an SA's keys are printed, they do not show.
func TestKeysDoNotPrint(t *testing.T) {
	k := Keys{suite.ESPAES, 256, suite.HMACSHA, octets(32, 'A'), octets(20, 'A')}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if got := fmt.Sprintf(verb, struct{ K Keys }{k}); strings.Contains(got, "ABC") ||
			strings.Contains(got, "414243") || strings.Contains(got, "65 66") || strings.Contains(got, "0x41") {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

// Overhead is what Seal adds and MaxPlain its inverse, for every size and suite.
func TestOverhead(t *testing.T) {
	for _, k := range suites() {
		t.Run(name(k), func(t *testing.T) {
			t.Parallel()
			out, _ := pair(t, k)
			const sizes = 2000
			buf := make([]byte, out.Headroom()+sizes+out.Tailroom())
			largest := map[int]int{} // inner length by ESP length
			for n := 1; n <= sizes; n++ {
				start, end := out.Seal(buf, out.Headroom(), n, uint32(n), ipv4)
				if start != 0 || end != n+Overhead(k, n) {
					t.Fatalf("%d octets become buf[%d:%d], Overhead is %d", n, start, end, Overhead(k, n))
				}
				largest[end] = max(largest[end], n)
			}
			fit := 0
			for room := range sizes {
				fit = max(fit, largest[room])
				if got := MaxPlain(k, room); got != fit {
					t.Fatalf("MaxPlain(%d) = %d, want %d", room, got, fit)
				}
			}
		})
	}
}
