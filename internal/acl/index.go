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
func NewIndex(list []Addr, spread int) *Index {
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
	room := spread * (len(list) + 1)
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
func (x *Index) At(ip uint32) []int {
	i, found := slices.BinarySearch(x.From, ip)
	if !found {
		i--
	}
	return x.Members[i]
}
