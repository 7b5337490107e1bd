package esp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"conft/internal/suite"
)

// Every size comes back, with its number and Next Header, and nothing outside the packet
// is touched.
func TestRoundTrip(t *testing.T) {
	for _, k := range suites() {
		t.Run(name(k), func(t *testing.T) {
			out, in := pair(t, k)
			for n := range 600 {
				const margin = 16
				inner := octets(n, byte(n))
				off := margin + out.Headroom()
				buf := bytes.Repeat([]byte{0xee}, off+n+out.Tailroom()+margin)
				copy(buf[off:], inner)
				seq, _ := out.NextSeq()
				start, end := out.Seal(buf, off, n, seq, ipv4)
				if !blank(buf[:start]) || !blank(buf[end:]) {
					t.Fatalf("%d octets: written outside buf[%d:%d]", n, start, end)
				}
				if k.Transform != suite.ESPNull && n > 8 && bytes.Contains(buf, inner) {
					t.Fatalf("%d octets: sealed in clear", n)
				}
				got, next, gotSeq, err := in.Open(buf[start:end])
				if err != nil || next != ipv4 || gotSeq != uint32(n+1) || !bytes.Equal(got, inner) {
					t.Fatalf("%d octets: %x, next %d, seq %d, %v", n, got, next, gotSeq, err)
				}
			}
		})
	}
}

func blank(b []byte) bool { return len(bytes.Trim(b, "\xee")) == 0 }

// Whatever an attacker changes, and wherever a packet is cut, it is refused. The inner
// packet is not decrypted before that is known.
func TestCorruption(t *testing.T) {
	for _, k := range suites() {
		if k.Auth == suite.AuthNone && !k.Transform.Combined() {
			continue // nothing could tell
		}
		out, in := pair(t, k)
		pkt := sealed(out, octets(60, 0), 7, ipv4)
		for bit := range 8 * len(pkt) {
			bad := bytes.Clone(pkt)
			bad[bit/8] ^= 1 << (bit % 8)
			want := ErrAuth
			if bit < 32 {
				want = ErrSPI
			}
			if inner, _, _, err := in.Open(bad); err != want || inner != nil {
				t.Fatalf("%s: bit %d flipped: %x, %v", name(k), bit, inner, err)
			}
		}
		for n := range len(pkt) {
			if inner, _, _, err := in.Open(bytes.Clone(pkt[:n])); err == nil || inner != nil {
				t.Fatalf("%s: %d of %d octets: %x, %v", name(k), n, len(pkt), inner, err)
			}
			if inner, _, _, err := in.Open(bytes.Clone(pkt[n+1:])); err == nil || inner != nil {
				t.Fatalf("%s: without the first %d octets: %x, %v", name(k), n+1, inner, err)
			}
		}
		if _, _, _, err := in.Open(append(bytes.Clone(pkt), 0, 0, 0, 0)); err == nil {
			t.Fatalf("%s: four octets more are accepted", name(k))
		}
		if _, _, _, err := in.Open(pkt); err != nil {
			t.Fatalf("%s: the untouched packet: %v", name(k), err)
		}
	}
}

// Another key, of either kind, opens nothing.
func TestOtherKeys(t *testing.T) {
	for _, k := range suites() {
		out, _ := pair(t, k)
		for _, other := range []Keys{
			{k.Transform, k.KeyBits, k.Auth, octets(len(k.EncKey), 200), k.AuthKey},
			{k.Transform, k.KeyBits, k.Auth, k.EncKey, octets(len(k.AuthKey), 200)},
		} {
			if bytes.Equal(other.EncKey, k.EncKey) && bytes.Equal(other.AuthKey, k.AuthKey) {
				continue // an empty key is the only one
			}
			_, in := pair(t, other)
			inner, _, _, err := in.Open(sealed(out, octets(100, 0), 1, ipv4))
			if err == nil && bytes.Equal(inner, octets(100, 0)) {
				t.Errorf("%s: opened with other keys", name(k))
			}
		}
	}
}

// "the receiver SHOULD inspect the Padding field", RFC 4303, section 2.4.
func TestPadding(t *testing.T) {
	k := Keys{Transform: suite.ESPNull, Auth: suite.HMACSHA256, AuthKey: octets(32, 1)}
	for _, v := range []struct {
		body string // inner packet, padding, Pad Length, Next Header
		want int    // inner octets, -1 if refused
	}{
		{"45000000" + "0102" + "02" + "04", 4},
		{"450000" + "010203" + "03" + "04", 3},
		{"45" + "01" + "01" + "04", 1},
		{"4500" + "00" + "04", 2},
		{"0102" + "02" + "04", 0},
		{"45000000" + "0102030405060708090a" + "0a" + "04", 4}, // more than needed
		{"45000000" + "0103" + "02" + "04", -1},
		{"45000000" + "0000" + "02" + "04", -1},
		{"45000000" + "0201" + "02" + "04", -1},
		{"0102" + "03" + "04", -1}, // longer than the packet
		{"0102" + "ff" + "04", -1},
	} {
		_, in := pair(t, k)
		body := unhex(t, v.body)
		pkt := binary.BigEndian.AppendUint32(nil, spi)
		pkt = binary.BigEndian.AppendUint32(pkt, 1)
		pkt = append(pkt, body...)
		pkt = append(pkt, k.Auth.Hash().PRF(k.AuthKey, pkt)[:16]...)
		inner, next, _, err := in.Open(pkt)
		if v.want < 0 {
			if err != ErrPadding {
				t.Errorf("%s: %x, %v", v.body, inner, err)
			}
			continue
		}
		if err != nil || next != ipv4 || !bytes.Equal(inner, body[:v.want]) {
			t.Errorf("%s: %x, next %d, %v", v.body, inner, next, err)
		}
	}
}

// Seal pads with 1, 2, 3, … to the block size and truncates the HMAC as the RFCs say.
func TestPacketOnTheWire(t *testing.T) {
	k := Keys{Transform: suite.ESPNull, Auth: suite.HMACMD5, AuthKey: octets(16, 1)}
	out, _ := pair(t, k)
	got := sealed(out, []byte{0x45, 0, 0}, 0x01020304, ipv4)
	want := unhex(t, "d11e5a0f"+"01020304"+"450000"+"010203"+"03"+"04")
	want = append(want, suite.MD5.PRF(k.AuthKey, want)[:12]...)
	if !bytes.Equal(got, want) {
		t.Errorf("sealed as %x, want %x", got, want)
	}
}

// "The IV MUST be chosen at random, and MUST be unpredictable", RFC 3602, section 3: in CBC
// no IV comes twice, not even in another SA under the same key. In GCM it is a counter:
// "For a given key, the IV MUST NOT repeat", RFC 4106, section 3.1.
func TestIVs(t *testing.T) {
	for _, k := range suites() {
		iv := k.Transform.IVLen()
		if iv == 0 {
			continue
		}
		ends := []*Outbound{}
		for range 2 {
			out, _ := pair(t, k)
			ends = append(ends, out)
		}
		if k.Transform.Combined() {
			ends = ends[:1]
		}
		seen := map[string]bool{}
		const packets = 500
		for range packets {
			for _, out := range ends {
				seq, _ := out.NextSeq()
				seen[string(sealed(out, octets(40, 0), seq, ipv4)[8:8+iv])] = true
			}
		}
		if len(seen) != packets*len(ends) {
			t.Errorf("%s: %d IVs for %d packets", name(k), len(seen), packets*len(ends))
		}
	}
}

// "the transmitted sequence number must never be allowed to cycle", RFC 4303, section 2.2.
func TestSequenceEnds(t *testing.T) {
	out, _ := pair(t, suites()[0])
	if seq, ok := out.NextSeq(); seq != 1 || !ok {
		t.Errorf("first number: %d, %v", seq, ok)
	}
	out.last.Store(math.MaxUint32 - 1)
	if seq, ok := out.NextSeq(); seq != math.MaxUint32 || !ok {
		t.Errorf("last number: %d, %v", seq, ok)
	}
	for range 3 {
		if seq, ok := out.NextSeq(); ok {
			t.Errorf("number %d after the last", seq)
		}
	}
}

// Workers share an SA: all their packets open and no number is given twice.
func TestConcurrentSeal(t *testing.T) {
	for _, k := range suites() {
		out, in := pair(t, k)
		const workers, each = 4, 50
		packets := make(chan []byte, workers*each)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for range each {
					seq, _ := out.NextSeq()
					packets <- sealed(out, octets(100+w, byte(w)), seq, byte(w))
				}
			})
		}
		wg.Wait()
		close(packets)
		seen := map[uint32]bool{}
		for pkt := range packets {
			inner, w, seq, err := in.Open(pkt)
			if err != nil || seen[seq] || !bytes.Equal(inner, octets(100+int(w), w)) {
				t.Fatalf("%s: worker %d, seq %d: %v", name(k), w, seq, err)
			}
			seen[seq] = true
		}
	}
}

// A closed SA neither seals nor opens, and has let go of its keys.
func TestClose(t *testing.T) {
	for _, k := range suites() {
		out, in := pair(t, k)
		pkt := sealed(out, octets(40, 0), 1, ipv4)
		secrets := [][]byte{out.list.secret, in.list.secret}
		for range 2 {
			out.Close()
			in.Close()
		}
		for _, secret := range secrets {
			if len(bytes.Trim(secret, "\x00")) != 0 {
				t.Errorf("%s: key octets are still there", name(k))
			}
		}
		if got := sealed(out, octets(40, 0), 2, ipv4); len(got) != 0 {
			t.Errorf("%s: sealed %x", name(k), got)
		}
		if _, _, _, err := in.Open(pkt); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: opened: %v", name(k), err)
		}
		if out.list.create != nil || out.list.free != nil || in.list.create != nil || in.list.free != nil {
			t.Errorf("%s: keys are still there", name(k))
		}
	}
}

// Close may come while packets are under way.
func TestCloseDuringSeal(t *testing.T) {
	for _, k := range suites() {
		out, in := pair(t, k)
		var wg sync.WaitGroup
		for w := range 2 {
			wg.Go(func() {
				for n := range 200 {
					pkt := sealed(out, octets(40, 0), uint32(200*w+n+1), ipv4)
					if len(pkt) == 0 {
						return
					}
					if _, _, _, err := in.Open(pkt); err != nil {
						t.Errorf("%s: %v", name(k), err)
						return
					}
				}
			})
		}
		out.Close()
		wg.Wait()
		if n := len(out.list.free); n != 0 {
			t.Errorf("%s: %d protections outlive the SA", name(k), n)
		}
	}
}

func TestAllocations(t *testing.T) {
	for _, k := range suites() {
		out, in := pair(t, k)
		buf := make([]byte, out.Headroom()+1400+out.Tailroom())
		allocs := testing.AllocsPerRun(100, func() {
			seq, _ := out.NextSeq()
			start, end := out.Seal(buf, out.Headroom(), 1400, seq, ipv4)
			if !in.Check(seq) {
				t.Fatal("not in the window")
			}
			if _, _, _, err := in.Open(buf[start:end]); err != nil {
				t.Fatal(err)
			}
			in.Accept(seq)
		})
		if allocs != 0 {
			t.Errorf("%s: %v allocations per packet", name(k), allocs)
		}
	}
}

func ExampleOutbound() {
	keys := Keys{Transform: suite.ESPGCM16, KeyBits: 128, EncKey: make([]byte, 20)}
	out, _ := NewOutbound(0x1000, keys)
	in, _ := NewInbound(0x1000, keys, 0)
	buf := make([]byte, 2048)
	n := copy(buf[out.Headroom():], "an inner packet")
	seq, _ := out.NextSeq()
	start, end := out.Seal(buf, out.Headroom(), n, seq, ipv4)
	if in.Check(seq) {
		inner, next, seq, err := in.Open(buf[start:end])
		fmt.Printf("%s, next header %d, number %d, %v, %v\n", inner, next, seq, err, in.Accept(seq))
	}
	// Output: an inner packet, next header 4, number 1, <nil>, true
}
