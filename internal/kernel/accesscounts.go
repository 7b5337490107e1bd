package kernel

import "conft/internal/acl"

// ListMatch are the packets that each entry of an access list has matched at one place.
type ListMatch struct {
	Link    string // that it is on, "" for one of a crypto map entry
	Out     bool
	List    *acl.List
	Packets []uint64 // by index of List.Entries
}

// ListMatches counts for each place of an access list that the last Apply named, since
// it was first named there.
func (k *Kernel) ListMatches() ([]ListMatch, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.rules.counts()
	if err != nil {
		return nil, err
	}
	var all []ListMatch
	add := func(link, name string, l *acl.List, deny *chain) {
		if l != nil {
			all = append(all, ListMatch{link, deny == &denyOut, l, matches(t[name], l, deny)})
		}
	}
	for _, f := range k.access {
		add(f.Link, inList(f.Link), f.In, &denyIn)
		add(f.Link, outList(f.Link), f.Out, &denyOut)
		if f.Out != nil {
			for i, n := range k.out.Load().of(f.Link).counts(f.Out) {
				all[len(all)-1].Packets[i] += n
			}
		}
	}
	for _, l := range k.crypto {
		for _, s := range l.Selectors {
			add("", entryList(plainIn, l, s), s.In, &denyIn)
			add("", entryList(plainOut, l, s), s.Out, &denyOut)
		}
	}
	return all, nil
}

// matches reads what a chain has counted for the entries of its list.
func matches(counted map[string]uint64, l *acl.List, deny *chain) []uint64 {
	n := make([]uint64, len(l.Entries))
	seen := map[string]bool{} // of equals the first matches
	for i, e := range l.Entries {
		if e.Remark != "" {
			continue
		}
		for _, r := range entryRules(e, deny) {
			if !seen[r.text] {
				n[i] += counted[r.text]
			}
			seen[r.text] = true
		}
	}
	return n
}

// Denied returns how many packets access lists did not let by, in and out.
func (k *Kernel) Denied() (in, out uint64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.rules.counts()
	return t[denyIn.name][denyIn.rules[0].text], t[denyOut.name][denyOut.rules[0].text], err
}
