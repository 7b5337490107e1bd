package kernel

import (
	"slices"
	"sort"
)

// pair is a rule by its place in the old and in the new chain.
type pair struct{ old, new int }

// commonRules returns rules that both chains have, in an order that both have.
func commonRules(old, new []rule) (all []pair) {
	at := 0
	for at < len(old) && at < len(new) && sameRule(old[at], new[at]) {
		all = append(all, pair{at, at})
		at++
	}
	end := 0 // rules at the end
	for end < len(old)-at && end < len(new)-at && sameRule(old[len(old)-1-end], new[len(new)-1-end]) {
		end++
	}
	places := map[string][]int{}
	for i := at; i < len(old)-end; i++ {
		is := old[i].text + old[i].leads()
		places[is] = append(places[is], i)
	}
	var both []pair
	for j := at; j < len(new)-end; j++ {
		is := new[j].text + new[j].leads()
		if p := places[is]; len(p) > 0 {
			both = append(both, pair{p[0], j})
			places[is] = p[1:]
		}
	}
	all = append(all, ascending(both)...)
	for i := end; i > 0; i-- {
		all = append(all, pair{len(old) - i, len(new) - i})
	}
	return all
}

// ascending returns as many pairs as there are with ascending places in the old chain; they
// have ascending ones in the new.
func ascending(all []pair) []pair {
	var ends []int // by length less one: the pair that ends such a row with the least place
	before := make([]int, len(all))
	for i, p := range all {
		n := sort.Search(len(ends), func(k int) bool { return all[ends[k]].old >= p.old })
		before[i] = -1
		if n > 0 {
			before[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		}
		ends[n] = i
	}
	var row []pair
	if len(ends) > 0 {
		for i := ends[len(ends)-1]; i >= 0; i = before[i] {
			row = append(row, all[i])
		}
	}
	slices.Reverse(row)
	return row
}
