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

// Unlogged returns how many packets have met an entry with `log` and were too many to be shown
// to WatchAccess, at the places that there are.
func (k *Kernel) Unlogged() (n uint64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.rules.counts()
	if err != nil {
		return 0, err
	}
	add := func(name string, l *acl.List, deny *chain) {
		if l != nil {
			n += unlogged(t[name], l.Entries, func(e acl.Entry) (shown, all []rule) { return logRules(l, e), entryRules(e, deny) })
		}
	}
	for _, f := range k.access {
		add(inList(f.Link), f.In, &denyIn)
		add(outList(f.Link), f.Out, &denyOut)
	}
	for _, l := range k.crypto {
		for _, s := range l.Selectors {
			add(entryList(plainIn, l, s), s.In, &denyIn)
			add(entryList(plainOut, l, s), s.Out, &denyOut)
			n += unlogged(t[outChain(l, s)], s.Rules, func(e acl.Entry) (shown, all []rule) {
				both := outRules(l, s, e)
				return both[:len(both)-1], both[len(both)-1:]
			})
		}
	}
	return n, nil
}

// unlogged are the packets of a place that met an entry with `log` and were not shown.
func unlogged(counted map[string]uint64, entries []acl.Entry, rules func(acl.Entry) (shown, all []rule)) (n uint64) {
	seen := map[string]bool{} // of equals the first matches
	for _, e := range entries {
		if !e.Log {
			continue
		}
		shown, all := rules(e)
		for i := range shown {
			if text := all[i].text; !seen[text] {
				seen[text] = true
				n += counted[text] - min(counted[text], counted[shown[i].text])
			}
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
