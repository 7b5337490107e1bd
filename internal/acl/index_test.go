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
