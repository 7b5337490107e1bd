package esp

import (
	"bytes"
	"encoding/binary"
	"testing"

	"conft/internal/suite"
)

// packets are whole ESP packets from others: RFC 3602, section 4 (which has no
// authentication), draft-mcgrew-gcm-test-01 for RFC 4106, and the rest put together with
// the openssl command around the inner packet of RFC 3602, case 7, or the text of RFC 2410,
// section 5.
var packets = []struct {
	name            string
	transform       suite.Transform
	bits            int
	auth            suite.Auth
	encKey, authKey string
	packet, inner   string
	next            byte
}{
	{
		"RFC 3602, case 5", suite.ESPAES, 128, suite.AuthNone,
		"90d382b410eeba7ad938c46cec1a82bf", "",
		"0000432100000001e96e8c08ab465763fd098d45dd3ff893f663c25d325c18c6a9453e194e120849a4870b66" +
			"cc6b9965330013b4898dc856a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a" +
			"a269add047ad2d5913ac19b7cfbad4a6",
		"08000ebda70a00008e9c083db95b070008090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223" +
			"2425262728292a2b2c2d2e2f3031323334353637",
		1,
	},
	{
		"RFC 3602, case 6", suite.ESPAES, 128, suite.AuthNone,
		"90d382b410eeba7ad938c46cec1a82bf", "",
		"000043210000000869d08df7d203329db093fc4924e5bd80f51995881ec4e0c4488987ce742e8109689bb379" +
			"d2d750c0d915dca346a89f75",
		"0800b5e8a80a0500a69c083d0b660e00777777777777777777777777",
		1,
	},
	{
		"RFC 3602, case 7", suite.ESPAES, 128, suite.AuthNone,
		"0123456789abcdef0123456789abcdef", "",
		"0000876500000002f4e765244f6407adf13dc1380f673f37773b5241a4c449225e4f3ce5ed611b0c237ca96c" +
			"f74a93013c1b0ea1a0cf70f8e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5" +
			"c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d",
		"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f" +
			"101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		4,
	},
	{
		"RFC 3602, case 8", suite.ESPAES, 128, suite.AuthNone,
		"0123456789abcdef0123456789abcdef", "",
		"000087650000000585d47224b5f3dd5d2101d4ea8dffab2215b92683819596a8047232cc00f7048fe45318e1" +
			"1f8a0f62ede3c3fc61203bb50f980a08c9843fd3a1b06d5c07ff9639b7eb7dfb3512e5de435e7207ed971ef3" +
			"d2726d9b5ef6affc6d17a0decbb13892",
		"45000044090c00004001f990c0a87b03c0a87bc80800d63caa0a0200c69c083da3de0300ffffffffffffffff" +
			"ffffffffffffffffffffffffffffffffffffffffffffffff",
		4,
	},
	{
		"draft-mcgrew-gcm-test, case 2", suite.ESPGCM16, 128, suite.AuthNone,
		"feffe9928665731c6d6a8f9467308308cafebabe", "",
		"0000a5f80000000afacedbaddecaf888deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d" +
			"114d2a5c3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd183b70d3aa8bc6ee4" +
			"c309e9d85a41ad4a",
		"4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100000100000000000003736970" +
			"0963796265726369747902646b0000010001",
		1,
	},
	{
		"draft-mcgrew-gcm-test, case 3", suite.ESPGCM16, 256, suite.AuthNone,
		"abbccddef00112233445566778899aababbccddef00112233445566778899aab11223344", "",
		"4a2cbfe3000000020102030405060708ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d" +
			"65a5d763748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c4915956c96",
		"4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee0000000007002400020bf0000020405b4" +
			"01010402",
		1,
	},
	{
		"draft-mcgrew-gcm-test, case 4", suite.ESPGCM16, 128, suite.AuthNone,
		"0000000000000000000000000000000000000000", "",
		"000000000000000100000000000000004688daf2f973a392732909c331d56d60f694abaa414b5e7ff5fdcdff" +
			"f5e9a284456476492719ffb64de7d9dca1e1d894bc3bd57873ed4d181d19d4d5c8c18af3f821d496eeb096e9" +
			"8ad2b69e4799c71d",
		"4500003c99c500008001cb7a40679318010101010800075c020044006162636465666768696a6b6c6d6e6f70" +
			"71727374757677616263646566676869",
		1,
	},
	{
		"draft-mcgrew-gcm-test, case 7", suite.ESPGCM16, 192, suite.AuthNone,
		"feffe9928665731c6d6a8f9467308308feffe9928665731ccafebabe", "",
		"0000a5f80000000afacedbaddecaf888a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b" +
			"5bfbdbd0315b27452144cc7795457b9652037f5318027b5b4cd7a636",
		"45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d07568",
		1,
	},
	{
		"draft-mcgrew-gcm-test, case 12", suite.ESPGCM16, 128, suite.AuthNone,
		"7d773d00c144c525ac619d18c84a3f47d9664267", "",
		"335467aeffffffff43457e9182443bc6437f866bcb3f699fe9b0822bac961c4504bef270",
		"",
		1,
	},
	{
		"OpenSSL, DES and HMAC-MD5", suite.ESPDES, 0, suite.HMACMD5,
		"0123456789abcdef", "0102030405060708090a0b0c0d0e0f10",
		"c0ffee0100000007fedcba9876543210da6392424ef555f6da2365173c9dff7881791dfabc0e6573f5ec6b1b" +
			"4533b7b65e1babb2bbe28f114a7d41ee98b7fa9b51e16ad5b34c1b97be3bcda281a264eaaab73de596fc10cd" +
			"37cbb88d9d88870784d3387b0a8979bd9ba576d906b6ceaa9672086e",
		"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f" +
			"101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		4,
	},
	{
		"OpenSSL, 3DES and HMAC-SHA", suite.ESP3DES, 0, suite.HMACSHA,
		"0123456789abcdef23456789abcdef01456789abcdef0123", "0102030405060708090a0b0c0d0e0f1011121314",
		"c0ffee0100000007fedcba9876543210eb694bb6ec3a42c19e952d44b06e4bf137300ef235bb6d5fa8082af5" +
			"8943640c13418f106a758a722eecd01dc191bede43e8c666593287bf2e5915192ade9c78ea4c8c6189745df4" +
			"635d730d0a9481da73f3bf4f45b22922f026184454bbb37eb73d1b18",
		"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f" +
			"101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		4,
	},
	{
		"OpenSSL, AES-256 and HMAC-SHA256", suite.ESPAES, 256, suite.HMACSHA256,
		"603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
		"c0ffee0100000007000102030405060708090a0b0c0d0e0fe3c7412f0a8d21b4068d18709b3a8f1617d017b8" +
			"4fe93b52f895383f36d18fae2256b4d6c15f0a43e5f13a76cfe794377ea4f75266da0f2720559d04d4acbfd1" +
			"014406712d3a3773a194358aa23872dbbec000f89b606ec46ce7fc01991ae4a23eece4f9e685966f7b9f96b1" +
			"3ad5dd7e",
		"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f" +
			"101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		4,
	},
	{
		"OpenSSL, AES-192 and HMAC-SHA384", suite.ESPAES, 192, suite.HMACSHA384,
		"8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b", "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c" +
			"2d2e2f30",
		"c0ffee0100000007000102030405060708090a0b0c0d0e0fbe145f334d673424d1f490c7bd7ec41c94f7effa" +
			"c081b85949103e19558f66ffddea5ae37031c6fbe541f9fa85cb0bcf346370dc97f5e4748469ae04c2aaa70b" +
			"2e9c1a78271b39c17732a2c4af0ee63502446fab704c3e6fb78a2812f50c2ca76f2b038fc86fa06e73b0a241" +
			"2d1b497d71f11995b077b4fd",
		"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f" +
			"101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		4,
	},
	{
		"OpenSSL, NULL and HMAC-SHA512", suite.ESPNull, 0, suite.HMACSHA512,
		"", "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c" +
			"2d2e2f303132333435363738393a3b3c3d3e3f40",
		"c0ffee010000000745000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a20400" +
			"08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233" +
			"34353637010202040f89f76fe95f8cc4e5d5405c5e2b905fb8850e47dcfa119d80988558085cf27f",
		"45000054090400004001f988c0a87b03c0a87bc808009f76a90a0100b49c083d02a2040008090a0b0c0d0e0f" +
			"101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031323334353637",
		4,
	},
	{
		"RFC 2410, case 2, and HMAC-MD5", suite.ESPNull, 0, suite.HMACMD5,
		"", "0102030405060708090a0b0c0d0e0f10",
		"c0ffee01000000074e6574776f726b2053656375726974792050656f706c652048617665204120537472616e" +
			"67652053656e7365204f662048756d6f7201013b3d0aec9cae8b4a73c15014bc",
		"4e6574776f726b2053656375726974792050656f706c652048617665204120537472616e67652053656e7365" +
			"204f662048756d6f72",
		59,
	},
}

func TestPublishedPackets(t *testing.T) {
	for _, v := range packets {
		k := Keys{v.transform, v.bits, v.auth, unhex(t, v.encKey), unhex(t, v.authKey)}
		pkt, want := unhex(t, v.packet), unhex(t, v.inner)
		in, err := NewInbound(binary.BigEndian.Uint32(pkt), k, 0)
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		inner, next, seq, err := in.Open(bytes.Clone(pkt))
		if err != nil || next != v.next || seq != binary.BigEndian.Uint32(pkt[4:]) || !bytes.Equal(inner, want) {
			t.Errorf("%s: %x, next %d, seq %d, %v", v.name, inner, next, seq, err)
		}
		if got := len(want) + Overhead(k, len(want)); got != len(pkt) {
			t.Errorf("%s: %d octets by Overhead, %d in print", v.name, got, len(pkt))
		}
	}
}

// RFC 4868, section 2.7.2, and RFC 2202 cut to the 96 bits of RFC 2403 and 2404.
func TestPublishedICVs(t *testing.T) {
	for _, v := range []struct {
		auth      suite.Auth
		key       byte
		data, icv string
	}{
		{suite.HMACMD5, 0x0b, "Hi There", "9294727a3638bb1c13f48ef8"},
		{suite.HMACSHA, 0x0b, "Hi There", "b617318655057264e28bc0b6"},
		{suite.HMACSHA256, 0x0b, "Hi There", "198a607eb44bfbc69903a0f1cf2bbdc5"},
		{suite.HMACSHA384, 0x0b, "Hi There", "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973"},
		{suite.HMACSHA512, 0x0b, "Hi There", "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8"},
	} {
		k := Keys{Transform: suite.ESPNull, Auth: v.auth, AuthKey: bytes.Repeat([]byte{v.key}, v.auth.KeyLen())}
		s, err := newCBC(k, inward)
		if err != nil {
			t.Fatal(err)
		}
		p := s.create().(*cbc)
		for range 2 { // the state is used again
			if got := p.tag([]byte(v.data)); !bytes.Equal(got, unhex(t, v.icv)) {
				t.Errorf("%v: %x, want %s", v.auth, got, v.icv)
			}
		}
	}
}
