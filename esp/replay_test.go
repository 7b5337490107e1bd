package esp

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"conft/internal/suite"
)

func TestWindow(t *testing.T) {
	w, _ := newWindow(64)
	for i, v := range []struct {
		seq    uint32
		accept bool
	}{
		{0, false}, // no packet has the number 0
		{1, true}, {1, false},
		{3, true}, {2, true}, {2, false},
		{64, true}, {65, true},
		{1, false},
		{70, true}, {6, false}, {7, true}, {7, false}, // the oldest in the window is 7
		{1000, true}, {936, false}, {937, true}, {999, true}, {999, false},
		{1 << 31, true}, {1<<31 - 64, false}, {1<<31 - 63, true},
		{math.MaxUint32, true}, {math.MaxUint32, false}, {math.MaxUint32 - 63, true}, {math.MaxUint32 - 64, false},
	} {
		if got := w.check(v.seq); got != v.accept {
			t.Fatalf("step %d: check(%d) = %v", i, v.seq, got)
		}
		if got := w.accept(v.seq); got != v.accept {
			t.Fatalf("step %d: accept(%d) = %v", i, v.seq, got)
		}
	}
}

// The window decides like a set that forgets nothing, for every size and for steps that are
// smaller and larger than the ring.
func TestWindowAgainstSet(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, 32, 63, 64, 65, 128, 512, 1000, 1024} {
		w, err := newWindow(size)
		if err != nil {
			t.Fatal(err)
		}
		seen, last := map[int]bool{}, 0
		for range 20000 {
			seq := max(0, last-random.IntN(size+20)+5)
			if random.IntN(200) == 0 {
				seq = last + random.IntN(3000)
			}
			want := seq > 0 && seq > last-size && !seen[seq]
			if got := w.accept(uint32(seq)); got != want {
				t.Fatalf("size %d, last %d: accept(%d) = %v", size, last, seq, got)
			}
			if want {
				seen[seq], last = true, max(last, seq)
			}
		}
	}
}

func TestWindowSizes(t *testing.T) {
	k := suites()[0]
	for _, size := range []int{-1, 1025, 1 << 20} {
		if _, err := NewInbound(spi, k, size); !errors.Is(err, ErrSuite) {
			t.Errorf("%d: %v", size, err)
		}
	}
	in, err := NewInbound(spi, k, 0)
	if err != nil {
		t.Fatal(err)
	}
	in.Accept(1000)
	if in.Check(936) || !in.Check(937) {
		t.Error("the default window is not 64")
	}
}

// Where numbers are not authenticated, a forged one must not lock the peer out.
func TestNoWindowWithoutAuthentication(t *testing.T) {
	_, in := pair(t, Keys{Transform: suite.ESPDES, EncKey: octets(8, 1)})
	if !in.Accept(math.MaxUint32) || !in.Check(1) || !in.Accept(1) {
		t.Error("a number that anyone can forge moved the window")
	}
}

// "The receive window is updated only if the integrity verification succeeds." RFC 4303,
// section 3.4.3: a forged packet far ahead does not lock out those that follow.
func TestForgedPacketDoesNotMoveTheWindow(t *testing.T) {
	for _, k := range suites() {
		if k.Auth == suite.AuthNone && !k.Transform.Combined() {
			continue
		}
		out, in := pair(t, k)
		forged := sealed(out, octets(84, 0), 1, ipv4)
		forged[6] = 0xff // a number 65,280 ahead
		seq := binary.BigEndian.Uint32(forged[4:])
		if !in.Check(seq) {
			t.Fatalf("%s: %d is not ahead of the window", name(k), seq)
		}
		if _, _, _, err := in.Open(forged); !errors.Is(err, ErrAuth) {
			t.Fatalf("%s: forged: %v", name(k), err)
		}
		if !in.Check(2) || !in.Accept(2) {
			t.Errorf("%s: a packet behind the forged one is refused", name(k))
		}
	}
}

func TestNoWindow(t *testing.T) {
	for _, k := range suites() {
		in, err := NewInbound(1, k, NoWindow)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if !in.Check(7) || !in.Accept(7) {
				t.Errorf("%s: refused", name(k))
			}
		}
	}
}
