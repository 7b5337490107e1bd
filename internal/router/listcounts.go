package router

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
)

// listCounts are numbers of packets by list and entry, whatever place that has in it.
type listCounts map[string]map[acl.Entry]uint64

func (n listCounts) add(list string, e acl.Entry, packets uint64) {
	if n[list] == nil {
		n[list] = map[acl.Entry]uint64{}
	}
	n[list][unnumbered(e)] += packets
}

// unnumbered is an entry without its place in the list.
func unnumbered(e acl.Entry) acl.Entry {
	e.Seq = 0
	return e
}

// changed returns what is still to be known after lists were taken off their places: what
// n counted of the entries that c has, as far as now, which counts anew, has it not.
func (n listCounts) changed(c *config.Config, was, now listCounts) listCounts {
	out := listCounts{}
	for _, l := range c.AccessLists {
		for _, e := range l.Entries {
			key := unnumbered(e)
			old, has := was[l.Name][key], now[l.Name][key]
			if total := n[l.Name][key] + old - min(old, has); total != 0 {
				out.add(l.Name, e, total)
			}
		}
	}
	return out
}

// AccessLists returns every list with the number of packets its entries matched.
func (r *Router) AccessLists() []ACLState {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	c := r.settled
	counts := r.matches(c)
	var out []ACLState
	for _, l := range c.AccessLists {
		s := ACLState{List: l, Match: make([]uint64, len(l.Entries))}
		for i, e := range l.Entries {
			key := unnumbered(e)
			n := counts[l.Name][key] + r.kept[l.Name][key]
			s.Match[i] = n - min(n, r.base[l.Name][key])
		}
		out = append(out, s)
	}
	return out
}

// InterfaceLists returns the lists of an interface, nil where it has none, with the number of
// packets that their entries matched there.
func (r *Router) InterfaceLists(name string) (in, out *ACLState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	c := r.settled
	i := c.Interface(name)
	if i == nil {
		return nil, nil
	}
	counts := r.matchesAt("")
	at := func(way, list string) *ACLState {
		l := c.AccessList(list)
		if l == nil {
			return nil
		}
		s, place := &ACLState{List: l, Match: make([]uint64, len(l.Entries))}, placeOf(way, r.linkOf(name), list)
		for k, e := range l.Entries {
			n := counts[place][unnumbered(e)]
			s.Match[k] = n - min(n, r.baseAt[place][unnumbered(e)])
		}
		return s
	}
	return at(wayIn, i.AccessIn), at(wayOut, i.AccessOut)
}

// ClearAccessListCounters counts a list anew from now, or all when name is "".
func (r *Router) ClearAccessListCounters(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	c := r.settled
	counts := r.matches(c)
	for _, l := range c.AccessLists {
		if name != "" && l.Name != name {
			continue
		}
		r.base[l.Name] = counts[l.Name]
		delete(r.kept, l.Name)
	}
	maps.Copy(r.baseAt, r.matchesAt(name))
}

// matchesAt are the counts of a list, or of all when name is "", by the places that links have
// for them.
func (r *Router) matchesAt(name string) listCounts {
	out := listCounts{}
	lists, _ := r.kernel.ListMatches() // none as of a kernel that has counted nothing
	for _, m := range lists {
		if m.Link == "" || name != "" && m.List.Name != name {
			continue
		}
		way := wayIn
		if m.Out {
			way = wayOut
		}
		for i, n := range m.Packets {
			out.add(placeOf(way, m.Link, m.List.Name), m.List.Entries[i], n)
		}
	}
	return out
}

// matches sums what the kernel counted for each entry of each list over all the
// crypto map entries, translations and interfaces that use it.
func (r *Router) matches(c *config.Config) listCounts {
	out := listCounts{}
	counters, err := r.kernel.Counters()
	if err != nil {
		return out
	}
	for _, p := range r.protectedInterfaces(c) {
		matched := counters[p.link].Matched
		for i, e := range p.entries {
			for k, ace := range e.list.Entries {
				if !e.open {
					out.add(e.list.Name, ace, count(matched, i, k))
				}
			}
		}
	}
	r.natMatches(c, out)
	lists, _ := r.kernel.ListMatches() // none as of a kernel that has counted nothing
	for _, m := range lists {
		for i, n := range m.Packets {
			out.add(m.List.Name, m.List.Entries[i], n)
		}
	}
	return out
}

// count is what the kernel counted for an entry of a list, 0 for one that it does
// not have yet.
func count(by [][]uint64, entry, ace int) uint64 {
	if entry < len(by) && ace < len(by[entry]) {
		return by[entry][ace]
	}
	return 0
}

// The ways of packets that lists of links look at.
const wayIn, wayOut = "in", "out"

// placeOf names the place of a list.
func placeOf(words ...string) string { return strings.Join(words, " ") }

// inPlace returns what n, which is by place, has of entries that are still there. One that
// comes back counts anew.
func (n listCounts) inPlace(want kernel.Desired) listCounts {
	out := listCounts{}
	for _, f := range want.Filters {
		for way, l := range map[string]*acl.List{wayIn: f.In, wayOut: f.Out} {
			if l == nil {
				continue
			}
			at := placeOf(way, f.Link, l.Name)
			for _, e := range l.Entries {
				if packets := n[at][unnumbered(e)]; packets != 0 {
					out.add(at, e, packets)
				}
			}
		}
	}
	return out
}

// takenOff reports whether a list has a place in old where it has none in want: what it
// has counted there goes.
func takenOff(old, want kernel.Desired) bool {
	now := map[string]bool{}
	for at := range places(want) {
		now[at] = true
	}
	for at := range places(old) {
		if !now[at] {
			return true
		}
	}
	return false
}

// places yields the place of each list with the list's name.
func places(d kernel.Desired) iter.Seq[string] {
	return func(yield func(string) bool) {
		at := func(l *acl.List, words ...string) bool {
			return l == nil || yield(placeOf(append(words, l.Name)...))
		}
		for _, f := range d.Filters {
			if !at(f.In, wayIn, f.Link) || !at(f.Out, wayOut, f.Link) {
				return
			}
		}
		for _, l := range d.Crypto {
			for _, s := range l.Selectors {
				if !yield(placeOf("protect", l.Link, s.Name, s.List)) ||
					!at(s.In, "decrypted", l.Link, s.Name) || !at(s.Out, "encrypted", l.Link, s.Name) {
					return
				}
			}
		}
		for _, m := range slices.Concat(d.NAT.Mapped, d.NAT.Dynamic) {
			for i, c := range m.Clauses {
				for _, l := range c.Lists {
					if !yield(placeOf("translate", m.Name, strconv.Itoa(i), l.Name)) {
						return
					}
				}
			}
		}
	}
}
