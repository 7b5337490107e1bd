package suite

import (
	"bytes"
	"crypto/cipher"
	"testing"
)

func TestCBCVectors(t *testing.T) {
	// SP 800-38A, appendix F.2.
	const sp80038a = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
		"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
	const counting = "000102030405060708090a0b0c0d0e0f"
	for _, v := range []struct {
		name              string
		enc               Encryption
		key, iv, from, to string
	}{
		{"F.2.1", AES, "2b7e151628aed2a6abf7158809cf4f3c", counting, sp80038a,
			"7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" +
				"73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"},
		{"F.2.3", AES, "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", counting, sp80038a,
			"4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a" +
				"571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd"},
		{"F.2.5", AES, "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", counting, sp80038a,
			"f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" +
				"39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"},
		// FIPS 81, table C1: "Now is the time for all ".
		{"FIPS 81", DES, "0123456789abcdef", "1234567890abcdef",
			"4e6f77206973207468652074696d6520666f7220616c6c20",
			"e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"},
		// SP 800-67, appendix B.1, whose blocks are encrypted one by one: the IVs undo the chaining.
		{"SP 800-67, block 1", TripleDES, "0123456789abcdef23456789abcdef01456789abcdef0123",
			"0000000000000000", "5468652071756663", "a826fd8ce53b855f"},
		{"SP 800-67, block 2", TripleDES, "0123456789abcdef23456789abcdef01456789abcdef0123",
			"0000000000000000", "6b2062726f776e20", "cce21c8112256fe6"},
		{"SP 800-67, block 3", TripleDES, "0123456789abcdef23456789abcdef01456789abcdef0123",
			"0000000000000000", "666f78206a756d70", "68d5c05dd9b6b900"},
	} {
		block, err := v.enc.New(unhex(v.key))
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		got := unhex(v.from)
		cipher.NewCBCEncrypter(block, unhex(v.iv)).CryptBlocks(got, got)
		if !bytes.Equal(got, unhex(v.to)) {
			t.Errorf("%s: encrypts to %x, want %s", v.name, got, v.to)
		}
		cipher.NewCBCDecrypter(block, unhex(v.iv)).CryptBlocks(got, got)
		if !bytes.Equal(got, unhex(v.from)) {
			t.Errorf("%s: decrypts to %x, want %s", v.name, got, v.from)
		}
	}
}

// RFC 2405, section 2.3: weak keys need not be refused, and parity is not looked at.
func TestDESKeys(t *testing.T) {
	weak := unhex("0101010101010101")
	if _, err := DES.New(weak); err != nil {
		t.Errorf("weak key: %v", err)
	}
	odd, _ := TripleDES.New(bytes.Repeat([]byte{0x23}, 24))
	even, _ := TripleDES.New(bytes.Repeat([]byte{0x22}, 24))
	a, b := make([]byte, 8), make([]byte, 8)
	odd.Encrypt(a, a)
	even.Encrypt(b, b)
	if !bytes.Equal(a, b) {
		t.Error("parity bits change the result")
	}
}

func TestKeyLen(t *testing.T) {
	for _, v := range []struct {
		enc        Encryption
		bits, want int
	}{
		{DES, 0, 8}, {DES, 64, 8}, {DES, 56, 0}, {DES, 128, 0},
		{TripleDES, 0, 24}, {TripleDES, 192, 24}, {TripleDES, 128, 0},
		{AES, 0, 16}, {AES, 128, 16}, {AES, 192, 24}, {AES, 256, 32}, {AES, 64, 0}, {AES, 512, 0}, {AES, -128, 0},
		{3, 0, 0}, {0, 128, 0},
	} {
		if got := v.enc.KeyLen(v.bits); got != v.want {
			t.Errorf("%v with %d bits: %d octets, want %d", v.enc, v.bits, got, v.want)
		}
		if v.want != 0 {
			if _, err := v.enc.New(make([]byte, v.want)); err != nil {
				t.Errorf("%v with %d bits: %v", v.enc, v.bits, err)
			}
		}
	}
}

func TestTransform(t *testing.T) {
	for _, v := range []struct {
		transform Transform
		name      string
		bits      int
		key, iv   int
		ok        bool
	}{
		{ESPDES, "ESP_DES", 0, 8, 8, true},
		{ESP3DES, "ESP_3DES", 0, 24, 8, true},
		{ESP3DES, "ESP_3DES", 128, 0, 8, false},
		{ESPNull, "ESP_NULL", 0, 0, 0, true},
		{ESPNull, "ESP_NULL", 128, 0, 0, false},
		{ESPAES, "ESP_AES", 0, 16, 16, true},
		{ESPAES, "ESP_AES", 192, 24, 16, true},
		{ESPAES, "ESP_AES", 256, 32, 16, true},
		{ESPAES, "ESP_AES", 160, 0, 16, false},
		{ESPGCM16, "ESP_GCM", 128, 20, 8, true},
		{ESPGCM16, "ESP_GCM", 256, 36, 8, true},
		{ESPGCM16, "ESP_GCM", 8, 0, 8, false},
	} {
		key, ok := v.transform.KeyLen(v.bits)
		if key != v.key || ok != v.ok || v.transform.IVLen() != v.iv || v.transform.String() != v.name {
			t.Errorf("%v with %d bits: key %d %v, IV %d; want %s, %d %v, %d",
				v.transform, v.bits, key, ok, v.transform.IVLen(), v.name, v.key, v.ok, v.iv)
		}
	}
	for _, unknown := range []Transform{0, 1, 7, 13, 18, 255} {
		if _, ok := unknown.KeyLen(128); ok || unknown.Valid() {
			t.Errorf("%v is taken for an implemented transform", unknown)
		}
	}
}
