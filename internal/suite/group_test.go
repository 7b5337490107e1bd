package suite

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"
)

// newReader returns octets that depend on the seed alone.
func newReader(seed string) io.Reader {
	var s [32]byte
	copy(s[:], seed)
	return rand.NewChaCha8(s)
}

// exchange lets both sides agree, and fails the test if they do not.
func exchange(t *testing.T, g Group, i, r *PrivateKey) []byte {
	t.Helper()
	a, err := i.Secret(r.Public())
	if err != nil {
		t.Fatalf("%v: %v", g, err)
	}
	b, err := r.Secret(i.Public())
	if err != nil {
		t.Fatalf("%v: %v", g, err)
	}
	if !bytes.Equal(a, b) {
		t.Fatalf("%v: the sides disagree: %x, %x", g, a, b)
	}
	return a
}

func TestAgreement(t *testing.T) {
	for g := range groups {
		i, err := g.GenerateKey(newReader("initiator"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := g.GenerateKey(newReader("responder"))
		if err != nil {
			t.Fatal(err)
		}
		again, _ := g.GenerateKey(newReader("initiator"))
		if !bytes.Equal(i.Public(), again.Public()) {
			t.Errorf("%v: the same randomness gives another value", g)
		}
		if len(i.Public()) != g.PublicLen() || bytes.Equal(i.Public(), r.Public()) {
			t.Errorf("%v: public values %x, %x", g, i.Public(), r.Public())
		}
		secret := exchange(t, g, i, r)
		if want := map[bool]int{true: g.PublicLen() / 2, false: g.PublicLen()}[g >= 19 && g <= 21]; len(secret) != want {
			t.Errorf("%v: secret of %d octets, want %d", g, len(secret), want)
		}
		i.Clear()
		i.Clear()
		if _, err := i.Secret(r.Public()); err == nil {
			t.Errorf("%v: a cleared value still computes", g)
		}
	}
}

// RFC 5903, section 8, and RFC 5114, appendix A.3. The private values enter as the
// random octets they would be drawn from.
func TestGroupVectors(t *testing.T) {
	for _, v := range []struct {
		group          Group
		i, r           string
		gi, gr, secret string
	}{
		{
			ECP256,
			"c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433",
			"c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53",
			"dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180" +
				"5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3",
			"d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63" +
				"56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab",
			"d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de",
		},
		{
			ECP384,
			"099f3c7034d4a2c699884d73a375a67f7624ef7c6b3c0f160647b67414dce655e35b538041e649ee3faef896783ab194",
			"41cb0779b4bdb85d47846725fbec3c9430fab46cc8dc5060855cc9bda0aa2942e0308312916b8ed2960e4bd55a7448fc",
			"667842d7d180ac2cde6f74f37551f55755c7645c20ef73e31634fe72b4c55ee6de3ac808acb4bdb4c88732aee95f41aa" +
				"9482ed1fc0eeb9cafc4984625ccfc23f65032149e0e144ada024181535a0f38eeb9fcff3c2c947dae69b4c634573a81c",
			"e558dbef53eecde3d3fccfc1aea08a89a987475d12fd950d83cfa41732bc509d0d1ac43a0336def96fda41d0774a3571" +
				"dcfbec7aacf3196472169e838430367f66eebe3c6e70c416dd5f0c68759dd1fff83fa40142209dff5eaad96db9e6386c",
			"11187331c279962d93d604243fd592cb9d0a926f422e47187521287e7156c5c4d603135569b9e9d09cf5d4a270f59746",
		},
		{
			ECP521,
			"0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a095aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
			"0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb151685eb9",
			"0015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbee1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced3e" +
				"017cae20b6641d2eeb695786d8c946146239d099e18e1d5a514c739d7cb4a10ad8a788015ac405d7799dc75e7b7d5b6cf2261a6a7f1507438bf01beb6ca3926f9582",
			"00d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a219b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f" +
				"015c68226383956e3bd066e797b623c27ce0eac2f551a10c2c724d9852077b87220b6536c5c408a1d2aebb8e86d678ae49cb57091f4732296579ab44fcd17f0fc56a",
			"01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea",
		},
	} {
		i, err := v.group.GenerateKey(bytes.NewReader(unhex(v.i)))
		if err != nil {
			t.Fatalf("%v: %v", v.group, err)
		}
		r, err := v.group.GenerateKey(bytes.NewReader(unhex(v.r)))
		if err != nil {
			t.Fatalf("%v: %v", v.group, err)
		}
		if !bytes.Equal(i.Public(), unhex(v.gi)) || !bytes.Equal(r.Public(), unhex(v.gr)) {
			t.Errorf("%v: public values\n%x\n%x, want\n%s\n%s", v.group, i.Public(), r.Public(), v.gi, v.gr)
		}
		if got := exchange(t, v.group, i, r); !bytes.Equal(got, unhex(v.secret)) {
			t.Errorf("%v: secret %x, want %s", v.group, got, v.secret)
		}
	}
}

// RFC 5114, appendix A.3. Its private values are shorter than those drawn here.
func TestGroup24Vector(t *testing.T) {
	const (
		xA = "0881382cdb87660c6dc13e614938d5b9c8b2f248581cc5e31b35454397fce50e"
		xB = "7d62a7e3ef36de617b13d1afb82c780d83a23bd4ee6705645121f371f546a53d"
		yA = "2e9380c8323af97545bc4941deb0ec3742c62fe0ece824a6abdbe66c59bee024" +
			"2911bfb967235ceba35ae13e4ec752be630b92dc4bde2847a9c62cb815274542" +
			"1fb7eb60a63c0fe9159fcce726ce7cd8523d7450667ef840e4919121eb5f01c8" +
			"c9b0d3d648a93bfb75689e8244ac134af544711ce79a02dcc34226684780dddc" +
			"b498594106c37f5bc79856487af5ab022a2e5e42f09897c1a85a11ea0212af04" +
			"d9b4cebc937c3c1a3e15a8a0342e337615c84e7fe3b8b9b87fb1e73a15af12a3" +
			"0d746e06dfc34f290d797ce51aa13aa785bf6658aff5e4b093003cbeaf665b3c" +
			"2e113a3a4e905269341dc0711426685f4ef37e868a8126ff3f2279b57ca67e29"
		yB = "575f0351bd2b1b817448bdf87a6c362c1e289d3903a30b9832c5741fa250363e" +
			"7acbc7f77f3dacbc1f131add8e03367eff8fbbb3e1c5784424809b25afe4d226" +
			"2a1a6fd2fab64105ca30a674e07f7809852088632fc049233791ad4edd083a97" +
			"8b883ee618bc5e0dd047415f2d95e683cf14826b5fbe10d3ce41c6c120c78ab2" +
			"0008c698bf7f0bcab9d7f407bed0f43afb2970f57f8d12043963e66ddd320d59" +
			"9ad9936c8f44137c08b180ec5e985cebe186f3d549677e80607331ee17af3380" +
			"a725b0782317d7dd43f59d7af9568a9bb63a84d365f92244ed120988219302f4" +
			"2924c7ca90b89d24f71b0ab697823d7deb1aff5b0e8e4a45d49f7f53757e1913"
		z = "86c70bf8d0bb81bb01078a17219cb7d27203db2a19c877f1d1f19fd7d77ef225" +
			"46a68f005ad52dc84553b78fc60330be51ea7c0672cac1515e4b35c047b9a551" +
			"b88f39dc26da14a09ef74774d47c762dd177f9ed5bc2f11e52c879bd95098504" +
			"cd9eecd8a8f9b3efbd1f008ac5853097d9d1837f2b18f77cd7be01af80a7c7b5" +
			"ea3ca54cc02d0c116fee3f95bb87399385875d7e86747e676e728938acbff709" +
			"8e05be4dcfb24052b83aeffb14783f029adbde7f53fae92084224090e007cee9" +
			"4d4bf2bace9ffd4b57d2af7c724d0caa19bf0501f6f17b4aa10f425e3ea76080" +
			"b4b9d6b3cefea115b2ceb8789bb8a3b0ea87febe63b6c8f846ec6db0c26c5d7c"
	)
	for _, side := range []struct{ x, public string }{{xA, yB}, {xB, yA}} {
		k := &PrivateKey{own: &modpKey{modp2048s256, unhex(side.x)}}
		if got, err := k.Secret(unhex(side.public)); err != nil || !bytes.Equal(got, unhex(z)) {
			t.Errorf("secret %x (%v), want %s", got, err, z)
		}
	}
}

// RFC 6989, section 2: values that would give away the secret or some bits of the
// private value are refused, whatever the group.
func TestBadPublicValues(t *testing.T) {
	for g, f := range groups {
		k, err := g.GenerateKey(newReader("us"))
		if err != nil {
			t.Fatal(err)
		}
		good, _ := g.GenerateKey(newReader("them"))
		length := g.PublicLen()
		changed := bytes.Clone(good.Public())
		changed[length-1] ^= 1
		bad := map[string][]byte{
			"nothing":   nil,
			"zero":      make([]byte, length),
			"all ones":  bytes.Repeat([]byte{0xff}, length),
			"too short": good.Public()[1:],
			"too long":  append([]byte{0}, good.Public()...),
		}
		if _, ok := f.(*modp); ok {
			fixed := func(x *big.Int) []byte { return x.FillBytes(make([]byte, length)) }
			one := big.NewInt(1)
			bad["one"] = fixed(one)
			bad["p-1"] = fixed(new(big.Int).Sub(prime(g), one))
			bad["p"] = fixed(prime(g))
			bad["p+1"] = fixed(new(big.Int).Add(prime(g), one))
		} else {
			bad["a point beside the curve"] = changed
		}
		if g == MODP2048S256 {
			bad["a number outside the subgroup"] = changed
		}
		for name, peer := range bad {
			if secret, err := k.Secret(peer); !errors.Is(err, ErrPublicValue) || secret != nil {
				t.Errorf("%v: %s is taken: %x, %v", g, name, secret, err)
			}
		}
		if _, err := k.Secret(good.Public()); err != nil {
			t.Errorf("%v: a good value is refused: %v", g, err)
		}
	}
}

// A broken source of randomness makes an error, not a weak key or an endless loop.
func TestBadRandomness(t *testing.T) {
	for g := range groups {
		if _, err := g.GenerateKey(bytes.NewReader(make([]byte, 8))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v: short randomness: %v", g, err)
		}
	}
	for _, g := range []Group{ECP256, ECP384, ECP521} {
		if _, err := g.GenerateKey(zeros{}); err == nil {
			t.Errorf("%v: a private value of zero", g)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestUnknownGroup(t *testing.T) {
	for _, g := range []Group{0, 3, 4, 22, 23, 25, 31} {
		if _, err := g.GenerateKey(newReader("x")); err == nil || g.Valid() || g.PublicLen() != 0 {
			t.Errorf("%v is taken for an implemented group", g)
		}
	}
}

// BenchmarkGroup is one side of an exchange: a private value, its public value and the
// secret.
func BenchmarkGroup(b *testing.B) {
	for _, g := range []Group{1, 2, 5, 14, 15, 16, 24, 19, 20, 21} {
		b.Run(fmt.Sprint(uint16(g)), func(b *testing.B) {
			peer, err := g.GenerateKey(newReader("peer"))
			if err != nil {
				b.Fatal(err)
			}
			random := newReader("own")
			b.ReportAllocs()
			for b.Loop() {
				k, err := g.GenerateKey(random)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := k.Secret(peer.Public()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
