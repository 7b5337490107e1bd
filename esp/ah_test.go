package esp

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"conft/internal/suite"
)

var ahAuths = []suite.Auth{suite.HMACMD5, suite.HMACSHA, suite.HMACSHA256, suite.HMACSHA384, suite.HMACSHA512}

// ahKey is a key of octets that count from 0.
func ahKey(a suite.Auth) AHKeys { return AHKeys{Auth: a, Key: octets(a.KeyLen(), 0)} }

// ahPackets are around the inner packet of RFC 3602, case 6, under the keys of ahKey and
// SPI 0x4321, number 8: put together by Python's hmac, which knows nothing of this package.
var ahPackets = []struct {
	auth   suite.Auth
	packet string
}{
	{suite.HMACMD5, "45100048090c40004033b94ac0a87b03c0a87bc8010400000000432100000008860b9d2b21a9123b2b360e510800b5e8a80a" +
		"0500a69c083d0b660e00777777777777777777777777"},
	{suite.HMACSHA, "45100048090c40004033b94ac0a87b03c0a87bc80104000000004321000000082c5dfe0a4acd199fc8da92a60800b5e8a80a" +
		"0500a69c083d0b660e00777777777777777777777777"},
	{suite.HMACSHA256, "4510004c090c40004033b946c0a87b03c0a87bc801050000000043210000000863ae7e7195324a42baaf06e611ed82450800" +
		"b5e8a80a0500a69c083d0b660e00777777777777777777777777"},
	{suite.HMACSHA384, "45100054090c40004033b93ec0a87b03c0a87bc8010700000000432100000008192e096a02c9c91f9b4bd23ca3f3bd9b7a2c" +
		"4b9c637d1c750800b5e8a80a0500a69c083d0b660e00777777777777777777777777"},
	{suite.HMACSHA512, "4510005c090c40004033b936c0a87b03c0a87bc8010900000000432100000008ef1754d58d5bbeec7142a3af8e60de82c117" +
		"b0906ce77763b04d2fc7a28145c00800b5e8a80a0500a69c083d0b660e00777777777777777777777777"},
}

func TestAHPackets(t *testing.T) {
	for _, v := range ahPackets {
		t.Run(v.auth.String(), func(t *testing.T) {
			want, err := hex.DecodeString(v.packet)
			if err != nil {
				t.Fatal(err)
			}
			in, err := NewAHInbound(0x4321, ahKey(v.auth), 0)
			if err != nil {
				t.Fatal(err)
			}
			payload, next, seq, err := in.Open(want)
			if err != nil || next != 1 || seq != 8 || len(payload) != 28 {
				t.Fatalf("Open = %x, %d, %d, %v", payload, next, seq, err)
			}
			out, err := NewAHOutbound(0x4321, ahKey(v.auth))
			if err != nil {
				t.Fatal(err)
			}
			pkt := bytes.Clone(want)
			clear(pkt[20 : 20+out.Len()])
			if err := out.Seal(pkt, 8, 1); err != nil || !bytes.Equal(pkt, want) {
				t.Errorf("Seal: %v\n%x, want\n%x", err, pkt, want)
			}
		})
	}
}

// ahSealed is an IPv4 packet with options whose payload AH protects under number 1.
func ahSealed(t testing.TB, a suite.Auth, options, payload []byte) (*AHInbound, []byte) {
	t.Helper()
	out, err := NewAHOutbound(0x1234, ahKey(a))
	if err != nil {
		t.Fatal(err)
	}
	in, err := NewAHInbound(0x1234, ahKey(a), 0)
	if err != nil {
		t.Fatal(err)
	}
	pkt := slices.Concat(make([]byte, 20), options, make([]byte, out.Len()), payload)
	pkt[0] = 0x40 | byte(20+len(options))/4
	pkt[1], pkt[8] = 0x2e, 64
	binary.BigEndian.PutUint16(pkt[2:], uint16(len(pkt)))
	binary.BigEndian.PutUint16(pkt[4:], 0x4711)
	copy(pkt[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	if err := out.Seal(pkt, 1, 17); err != nil {
		t.Fatal(err)
	}
	return in, pkt
}

// Every octet of the packet is changed in turn. "Mutable (zeroed prior to ICV
// calculation): Differentiated Services Code Point …, Explicit Congestion Notification …,
// Flags, Fragment Offset, Time to Live (TTL), Header Checksum", RFC 4302, section
// 3.3.3.1.1.1; everything else is protected.
func TestAHProtectsEveryField(t *testing.T) {
	mutable := map[int]string{1: "DSCP and ECN", 8: "TTL", 10: "checksum", 11: "checksum"}
	for _, a := range ahAuths {
		in, pkt := ahSealed(t, a, nil, octets(40, 3))
		if _, _, _, err := in.Open(pkt); err != nil {
			t.Fatal(a, err)
		}
		for i := range pkt {
			for bit := range 8 {
				changed := bytes.Clone(pkt)
				changed[i] ^= 1 << bit
				_, _, _, err := in.Open(changed)
				passes := mutable[i] != "" || i == 6 && bit >= 6 // reserved flag and DF; MF makes a fragment
				if (err == nil) != passes {
					t.Errorf("%v: octet %d, bit %d: %v", a, i, bit, err)
				}
			}
		}
	}
}

// The options of RFC 4302, appendix A1, one by one: what is in the table of the immutable
// must arrive as it was sent, the others may change on the way.
func TestAHOptions(t *testing.T) {
	for _, v := range []struct {
		name    string
		kind    byte
		protect bool
	}{
		{"security", 130, true}, {"extended security", 133, true}, {"commercial security", 134, true},
		{"router alert", 148, true}, {"sender directed multi-destination delivery", 149, true},
		{"loose source route", 131, false}, {"time stamp", 68, false}, {"record route", 7, false},
		{"strict source route", 137, false}, {"traceroute", 82, false},
		{"stream ID", 136, false}, {"MTU probe", 11, false}, {"MTU reply", 12, false}, {"unassigned", 200, false},
	} {
		t.Run(v.name, func(t *testing.T) {
			// A no-operation, the option and the end of the list; the pointer of a route is beyond it.
			in, pkt := ahSealed(t, suite.HMACSHA256, []byte{1, v.kind, 8, 9, 1, 2, 3, 4, 5, 0, 0, 0}, octets(24, 0))
			if _, _, _, err := in.Open(pkt); err != nil {
				t.Fatal(err)
			}
			for i := 23; i < 29; i++ {
				changed := bytes.Clone(pkt)
				changed[i] ^= 0x55
				if _, _, _, err := in.Open(changed); (err == nil) == v.protect {
					t.Errorf("octet %d of the option changed: %v", i-21, err)
				}
			}
			changed := bytes.Clone(pkt)
			changed[20] = 0x55
			if _, _, _, err := in.Open(changed); err == nil {
				t.Error("another option in the place of the no-operation")
			}
		})
	}
}

// A packet on a source route arrives with another destination than it left with, and the
// sender knows which.
func TestAHSourceRoute(t *testing.T) {
	route := []byte{131, 11, 4, 10, 0, 0, 8, 10, 0, 0, 9, 0}
	in, pkt := ahSealed(t, suite.HMACSHA, route, octets(8, 0))
	if _, _, _, err := in.Open(pkt); !errors.Is(err, ErrAuth) {
		t.Errorf("at the first hop: %v", err)
	}
	copy(pkt[16:20], []byte{10, 0, 0, 9})
	pkt[22] = 12
	copy(pkt[23:31], []byte{10, 0, 1, 1, 10, 0, 2, 1})
	if _, _, _, err := in.Open(pkt); err != nil {
		t.Errorf("at the end of the route: %v", err)
	}
}

func TestAHRefuses(t *testing.T) {
	in, pkt := ahSealed(t, suite.HMACSHA256, nil, octets(16, 0))
	fragment := bytes.Clone(pkt)
	fragment[7] = 3
	other := bytes.Clone(pkt)
	other[27] ^= 1
	for name, v := range map[string]struct {
		pkt []byte
		err error
	}{
		"empty": {nil, ErrMalformed}, "header alone": {pkt[:20], ErrMalformed}, "cut": {pkt[:len(pkt)-1], ErrMalformed},
		"padded": {append(bytes.Clone(pkt), 0), ErrMalformed}, "fragment": {fragment, ErrMalformed}, "another SA": {other, ErrSPI},
	} {
		if _, _, _, err := in.Open(v.pkt); !errors.Is(err, v.err) {
			t.Errorf("%s: %v, want %v", name, err, v.err)
		}
	}
	out, _ := NewAHOutbound(1, ahKey(suite.HMACSHA))
	bad := make([]byte, 60)
	bad[0], bad[20], bad[21] = 0x46, 7, 9
	if err := out.Seal(bad, 1, 17); !errors.Is(err, ErrHeader) {
		t.Errorf("an option longer than the header: %v", err)
	}
	in.Close()
	out.Close()
	if _, _, _, err := in.Open(pkt); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := out.Seal(bytes.Clone(pkt), 2, 17); !errors.Is(err, ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	for _, k := range []AHKeys{{}, {Auth: suite.HMACSHA, Key: make([]byte, 16)}, {Auth: 3}} {
		if _, err := NewAHOutbound(1, k); !errors.Is(err, ErrSuite) {
			t.Errorf("%v: %v", k, err)
		}
	}
}

// Peers that pad the header to eight octets are understood: "explicit padding bytes" are
// "included in the ICV calculation" (RFC 4302, section 3.3.3.2.1).
func TestAHPaddedHeader(t *testing.T) {
	in, _ := ahSealed(t, suite.HMACSHA256, nil, nil)
	p := in.list.get().(*ah)
	pkt := slices.Concat(make([]byte, 20+32), octets(16, 0))
	pkt[0], pkt[9] = 0x45, protoAH
	binary.BigEndian.PutUint16(pkt[2:], uint16(len(pkt)))
	copy(pkt[20:], []byte{17, 6, 0, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 5})
	pkt[48] = 7
	p.seal(pkt, 5)
	payload, _, _, err := in.Open(pkt)
	if err != nil || !bytes.Equal(payload, octets(16, 0)) {
		t.Errorf("Open = %x, %v", payload, err)
	}
	pkt[48] = 8
	if _, _, _, err := in.Open(pkt); !errors.Is(err, ErrAuth) {
		t.Errorf("padding changed: %v", err)
	}
}

func TestAHAllocatesNothing(t *testing.T) {
	for _, a := range ahAuths {
		in, pkt := ahSealed(t, a, nil, octets(1400, 0))
		out, _ := NewAHOutbound(0x1234, ahKey(a))
		allocs := testing.AllocsPerRun(100, func() {
			if out.Seal(pkt, 1, 17) != nil {
				t.Fatal(a)
			}
			if _, _, _, err := in.Open(pkt); err != nil {
				t.Fatal(a, err)
			}
		})
		if allocs != 0 {
			t.Errorf("%v: %v allocations", a, allocs)
		}
	}
}

func BenchmarkAH(b *testing.B) {
	for _, a := range ahAuths {
		b.Run(a.String(), func(b *testing.B) {
			out, _ := NewAHOutbound(0x1234, ahKey(a))
			_, pkt := ahSealed(b, a, nil, octets(1400, 0))
			b.SetBytes(1400)
			b.ReportAllocs()
			for b.Loop() {
				out.Seal(pkt, 1, 17)
			}
		})
	}
}

// FuzzAHOpen gives arbitrary octets to every algorithm: no panic, and nothing is accepted
// but what the holder of the key sealed, whatever the mutable fields say.
func FuzzAHOpen(f *testing.F) {
	var ends []*AHInbound
	for _, a := range ahAuths {
		in, pkt := ahSealed(f, a, []byte{148, 4, 0, 0}, octets(40, 0))
		ends = append(ends, in)
		f.Add(pkt)
		f.Add(pkt[:30])
		f.Add(append(bytes.Clone(pkt), 1))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		AHNumbers(b)
		for _, in := range ends {
			before := bytes.Clone(b)
			payload, next, seq, err := in.Open(b)
			if !bytes.Equal(before, b) {
				t.Fatal("the packet was changed")
			}
			if err == nil && (!bytes.Equal(payload, octets(40, 0)) || next != 17 || seq != 1) {
				t.Fatalf("forged: %x, next %d, seq %d", payload, next, seq)
			}
		}
	})
}
