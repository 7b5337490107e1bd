package suite

import (
	"bytes"
	"testing"
)

// RFC 2202, sections 2 and 3, and RFC 4231, sections 4.2, 4.3 and 4.7.
func TestPRFVectors(t *testing.T) {
	longKey := bytes.Repeat([]byte{0xaa}, 131)
	for _, v := range []struct {
		hash      Hash
		key, data string
		want      string
	}{
		{MD5, string(bytes.Repeat([]byte{0x0b}, 16)), "Hi There", "9294727a3638bb1c13f48ef8158bfc9d"},
		{MD5, "Jefe", "what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"},
		{SHA, string(bytes.Repeat([]byte{0x0b}, 20)), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"},
		{SHA, "Jefe", "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
		{SHA256, string(bytes.Repeat([]byte{0x0b}, 20)), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{SHA256, "Jefe", "what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{SHA256, string(longKey), "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{SHA384, "Jefe", "what do ya want for nothing?", "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
		{SHA512, "Jefe", "what do ya want for nothing?", "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"},
	} {
		// The parts are concatenated, wherever the cuts are.
		cut := len(v.data) / 3
		got := v.hash.PRF([]byte(v.key), []byte(v.data[:cut]), nil, []byte(v.data[cut:]))
		if !bytes.Equal(got, unhex(v.want)) {
			t.Errorf("prf(%v, %q) = %x, want %s", v.hash, v.data, got, v.want)
		}
		if len(got) != v.hash.Size() {
			t.Errorf("%v: Size() = %d, output has %d octets", v.hash, v.hash.Size(), len(got))
		}
	}
}

// The ICV is half of the hash for SHA-2 and 96 bits for the older ones.
func TestAuth(t *testing.T) {
	for _, v := range []struct {
		auth     Auth
		name     string
		key, icv int
	}{
		{HMACMD5, "HMAC-MD5", 16, 12},
		{HMACSHA, "HMAC-SHA", 20, 12},
		{HMACSHA256, "HMAC-SHA256", 32, 16},
		{HMACSHA384, "HMAC-SHA384", 48, 24},
		{HMACSHA512, "HMAC-SHA512", 64, 32},
	} {
		if !v.auth.Valid() || v.auth.String() != v.name || v.auth.KeyLen() != v.key || v.auth.ICVLen() != v.icv {
			t.Errorf("%v: valid %v, key %d, ICV %d; want %s, %d, %d",
				v.auth, v.auth.Valid(), v.auth.KeyLen(), v.auth.ICVLen(), v.name, v.key, v.icv)
		}
	}
	for _, a := range []Auth{AuthNone, 3, 4, 8, 65535} {
		if a.Valid() || a.KeyLen() != 0 || a.ICVLen() != 0 {
			t.Errorf("%v is taken for an implemented algorithm", a)
		}
	}
}
