package acl

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// An index names every condition that an address meets, in order, whatever the
// conditions are.
func TestIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		list := make([]Addr, random.IntN(40))
		for i := range list {
			list[i] = Addr{random.Uint32() & 0xf00000ff, uint32(uint64(1)<<random.IntN(33) - 1)}
			if random.IntN(8) == 0 {
				list[i].Wildcard = random.Uint32() // with holes
			}
		}
		x := NewIndex(list, 8)
		if x.From[0] != 0 || !slices.IsSorted(x.From) || len(x.From) != len(x.Members) {
			t.Fatalf("ranges %v", x.From)
		}
		try := append([]uint32{0, ^uint32(0)}, x.From...)
		for range 200 {
			try = append(try, random.Uint32()&0xf00000ff)
		}
		for _, ip := range try {
			got := x.At(ip)
			if !slices.IsSorted(got) {
				t.Fatalf("%v is not in order", got)
			}
			for i, a := range list {
				if a.Match(ip) && !slices.Contains(got, i) {
					t.Fatalf("%x meets %x, which is not in %v", ip, a, got)
				}
			}
		}
	}
}

// Apart from each other each range has one condition; within each other, too many.
func TestIndexIsBounded(t *testing.T) {
	var apart, nested []Addr
	for i := range 1000 {
		apart = append(apart, Addr{uint32(i) << 8, 255})
		nested = append(nested, Addr{0, uint32(i)<<8 | 255})
	}
	x := NewIndex(apart, 3)
	if got := x.At(700<<8 + 5); len(got) != 1 || got[0] != 700 || len(x.At(1<<31)) != 0 {
		t.Errorf("of a thousand networks %v", got)
	}
	if x := NewIndex(nested, 64); len(x.From) != 1 || len(x.At(0)) != 1000 {
		t.Errorf("%d ranges", len(x.From))
	}
	if n := testing.AllocsPerRun(100, func() { x.At(700 << 8) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// An index by two addresses likewise.
func TestPairIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	addr := func() Addr { return Addr{random.Uint32() & 0xf00000ff, uint32(uint64(1)<<random.IntN(33) - 1)} }
	second := 0
	for range 300 {
		n := random.IntN(60)
		first, other := make([]Addr, n), make([]Addr, n)
		for i := range n {
			first[i], other[i] = addr(), addr()
			if random.IntN(2) == 0 {
				first[i], other[i].Wildcard = Addr{1 << 28, 255}, 0
			}
		}
		x := NewPairIndex(first, other, 4, 8)
		tries := []uint32{0, 1<<28 | 7, ^uint32(0)}
		for k, y := range x.Second {
			tries = append(tries, x.From[k])
			if y != nil {
				second++
				tries = append(tries, y.From...)
			}
		}
		for _, a := range tries {
			for _, b := range tries {
				got := x.At(a, b)
				if !slices.IsSorted(got) {
					t.Fatalf("%v is not in order", got)
				}
				for i := range n {
					if first[i].Match(a) && other[i].Match(b) && !slices.Contains(got, i) {
						t.Fatalf("%x %x meets %x %x, which is not in %v", a, b, first[i], other[i], got)
					}
				}
			}
		}
	}
	if second == 0 {
		t.Error("none had a second index")
	}
}

// Where one address is that of all, the other tells them apart; a few of them it need not, nor
// those that are the same.
func TestPairIndexTells(t *testing.T) {
	var same, apart []Addr
	for i := range 1000 {
		same, apart = append(same, Addr{1, 0}), append(apart, Addr{uint32(i) << 8, 255})
	}
	for _, c := range []struct {
		name        string
		first, last []Addr
		at          [2]uint32
		want        int
	}{
		{"by the first", apart, same, [2]uint32{700 << 8, 1}, 1},
		{"by the second", same, apart, [2]uint32{1, 700 << 8}, 1},
		{"of nobody", same, apart, [2]uint32{2, 700 << 8}, 0},
		{"few", same[:8], apart[:8], [2]uint32{1, 3 << 8}, 8},
		{"the same", same, same, [2]uint32{1, 1}, 1000},
	} {
		x := NewPairIndex(c.first, c.last, 8, 8)
		if got := x.At(c.at[0], c.at[1]); len(got) != c.want {
			t.Errorf("%s: %d, want %d", c.name, len(got), c.want)
		}
		if !x.Tells() {
			t.Errorf("%s: tells nothing", c.name)
		}
		if n := testing.AllocsPerRun(100, func() { x.At(c.at[0], c.at[1]) }); n != 0 {
			t.Errorf("%s: %v allocations", c.name, n)
		}
	}
	if NewPairIndex(same, same, 8, 0).Tells() {
		t.Error("without room it tells")
	}
}
