package acl

import (
	"cmp"
	"slices"
)

// Index finds, of many conditions on an address, those that an address may meet. It
// is immutable.
type Index struct {
	// From are the first addresses of ranges that follow each other without gaps, the
	// first of them 0.
	From []uint32
	// Members are the conditions that addresses of each range may meet, by their
	// place in the list that the index was made of, in order.
	Members [][]int
}

// NewIndex makes an index of conditions with no more than spread members for each of them.
// Conditions that contain one another in a long chain would make it grow as the square of
// their number; where it would grow beyond the bound it has one range with all of them,
// which is right and no faster than the list.
func NewIndex(list []Addr, spread int) *Index { return newIndex(list, spread*(len(list)+1)) }

// newIndex makes an index of no more members than there is room for.
func newIndex(list []Addr, room int) *Index {
	type edge struct {
		at    uint64
		place int
		ends  bool
	}
	edges := make([]edge, 0, 2*len(list))
	for i, a := range list {
		edges = append(edges,
			edge{at: uint64(a.Base &^ a.Wildcard), place: i},
			edge{at: uint64(a.Base|a.Wildcard) + 1, place: i, ends: true})
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Compare(a.at, b.at) })
	x := &Index{}
	var open []int
	for at := uint64(0); at < 1<<32; {
		for len(edges) > 0 && edges[0].at == at {
			e := edges[0]
			edges = edges[1:]
			i, _ := slices.BinarySearch(open, e.place)
			if e.ends {
				open = slices.Delete(open, i, i+1)
			} else {
				open = slices.Insert(open, i, e.place)
			}
		}
		if room -= len(open); room < 0 {
			return everything(len(list))
		}
		x.From = append(x.From, uint32(at))
		x.Members = append(x.Members, slices.Clone(open))
		if len(edges) == 0 {
			break
		}
		at = edges[0].at
	}
	return x
}

func everything(n int) *Index {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return &Index{From: []uint32{0}, Members: [][]int{all}}
}

// At returns the conditions that ip may meet. It belongs to the index.
func (x *Index) At(ip uint32) []int { return x.Members[x.at(ip)] }

func (x *Index) at(ip uint32) int {
	i, found := slices.BinarySearch(x.From, ip)
	if !found {
		i--
	}
	return i
}

// size is how many members the ranges have together, longest how many one has at most.
func (x *Index) size() (size, longest int) {
	for _, m := range x.Members {
		size, longest = size+len(m), max(longest, len(m))
	}
	return size, longest
}

// PairIndex finds, of many conditions on two addresses, those that a pair of addresses may
// meet: by the first, and where that leaves many, by the second. It is immutable.
type PairIndex struct {
	Index
	// Second are, by range of the first address, the indices by the second one; nil where
	// the first leaves few, or the second would not tell them apart.
	Second []*Index
}

// NewPairIndex makes an index with no more than spread members for each of the conditions,
// on either address; few is how many need not be told apart any more.
func NewPairIndex(first, second []Addr, few, spread int) *PairIndex {
	x := &PairIndex{Index: *NewIndex(first, spread)}
	x.Second = make([]*Index, len(x.From))
	room := spread * (len(first) + 1)
	for k, members := range x.Members {
		if len(members) <= few {
			continue
		}
		list := make([]Addr, len(members))
		for i, m := range members {
			list[i] = second[m]
		}
		y := newIndex(list, room)
		size, longest := y.size()
		if 2*longest > len(members) {
			continue
		}
		room -= size
		for _, l := range y.Members {
			for i := range l {
				l[i] = members[l[i]]
			}
		}
		x.Second[k] = y
	}
	return x
}

// Tells reports whether the index leaves less than the whole list.
func (x *PairIndex) Tells() bool { return len(x.From) > 1 || x.Second[0] != nil }

// At returns the conditions that a pair of addresses may meet. It belongs to the index.
func (x *PairIndex) At(first, second uint32) []int {
	k := x.at(first)
	if y := x.Second[k]; y != nil {
		return y.At(second)
	}
	return x.Members[k]
}
