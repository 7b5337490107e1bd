package kernel

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/google/nftables/expr"
)

// A change of the rules touches in the kernel only what has changed: the rules that stay keep
// their counters, and a line more in a list of thousands is one rule more. Where all of it is
// too long for one transaction, what no packet meets yet is made before, in several; one
// transaction leads packets there and away from the old; and the old goes in several more.

// alteration is the difference between the table as it is and as it is wanted. Its rulesets
// have their names in the kernel.
type alteration struct {
	old, new ruleset
	was, is  map[string]*chain // by name
}

func newAlteration(old, new ruleset) *alteration {
	return &alteration{old, new, byName(old), byName(new)}
}

func byName(r ruleset) map[string]*chain {
	m := make(map[string]*chain, len(r))
	for i := range r {
		m[r[i].name] = &r[i]
	}
	return m
}

// touched are the chains in the kernel whose rules and counters must be known.
func (a *alteration) touched() (names []string) {
	for i := range a.old {
		c := &a.old[i]
		if n := a.is[c.name]; n == nil || !slices.EqualFunc(c.rules, n.rules, sameRule) {
			names = append(names, c.name)
		}
	}
	return names
}

// steps are the scripts that make the alteration: what no packet meets yet, what leads
// packets to it, and what none meets any more.
type steps struct {
	prepare, swap, clean script
	undo                 map[int]func(*script) // by message of prepare
}

// steps needs what the touched chains hold.
func (a *alteration) steps(have map[string][]held) (*steps, error) {
	s := &steps{undo: map[int]func(*script){}}
	left := tally{} // what was counted by rules that go, for equal ones that come
	keep := map[string][]pair{}
	for i := range a.old {
		c := &a.old[i]
		n, counted := a.is[c.name], have[c.name]
		if n != nil && slices.EqualFunc(c.rules, n.rules, sameRule) {
			continue
		}
		if len(counted) != len(c.rules) {
			return nil, errTampered
		}
		going := make([]bool, len(c.rules))
		for j := range going {
			going[j] = true
		}
		if n != nil {
			keep[c.name] = common(c.rules, n.rules)
			for _, p := range keep[c.name] {
				going[p.old] = false
			}
		}
		for j, h := range counted {
			if going[j] && h.packets != 0 {
				left.add(c.tally(), c.rules[j].text, h.packets)
			}
		}
	}
	gone := map[string]bool{} // maps that stay have the name that they had
	for i := range a.new {
		c := &a.new[i]
		for j := range c.maps {
			gone[c.maps[j].name] = false
		}
	}
	had := map[string]bool{}
	for i := range a.old {
		for j := range a.old[i].maps {
			name := a.old[i].maps[j].name
			had[name] = true
			if _, stays := gone[name]; !stays {
				gone[name] = true
			}
		}
	}
	for i := range a.new {
		c := &a.new[i]
		old := a.was[c.name]
		to := &s.swap
		if old == nil && c.hook == "" {
			to = &s.prepare
		}
		for j := range c.maps {
			if !had[c.maps[j].name] {
				s.undo[len(s.prepare.messages)] = func(u *script) { u.delMap(tableName, c.maps[j].name) }
				s.prepare.addMap(tableName, &c.maps[j])
			}
		}
		if old == nil {
			if to == &s.prepare {
				s.undo[len(s.prepare.messages)] = func(u *script) { u.delChain(tableName, c.name) }
			}
			to.addChain(tableName, c)
		}
		if old != nil && slices.EqualFunc(old.rules, c.rules, sameRule) {
			continue
		}
		a.rules(to, c, have[c.name], keep[c.name], left)
	}
	for i := range a.old {
		c := &a.old[len(a.old)-1-i]
		if a.is[c.name] == nil {
			to := &s.clean
			if c.hook != "" {
				to = &s.swap
			}
			to.delChain(tableName, c.name)
		}
		for j := range c.maps {
			if gone[c.maps[j].name] {
				s.clean.delMap(tableName, c.maps[j].name)
			}
		}
	}
	return s, errors.Join(s.prepare.err, s.swap.err)
}

// rules gives a chain, which holds some, its new rules but those that it keeps.
func (a *alteration) rules(s *script, c *chain, have []held, keep []pair, left tally) {
	if len(have) > 0 && len(keep) == 0 {
		s.delRules(tableName, c.name)
		have = nil
	}
	next := 0 // of keep
	for i := range have {
		if next < len(keep) && keep[next].old == i {
			next++
			continue
		}
		s.delRule(tableName, c.name, have[i].handle)
	}
	next = 0
	for j := range c.rules {
		if next < len(keep) && keep[next].new == j {
			next++
			continue
		}
		before := uint64(0)
		if next < len(keep) {
			before = have[keep[next].old].handle
		}
		s.addRule(tableName, c.name, &c.rules[j], before, left.take(c.tally(), c.rules[j].text))
	}
}

// pair is a rule by its place in the old and in the new chain.
type pair struct{ old, new int }

// common returns rules that both chains have, in an order that both have.
func common(old, new []rule) (all []pair) {
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
		ends = append(ends[:n], append([]int{i}, ends[min(n+1, len(ends)):]...)...)
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

// secondName ends the names of what has taken the place of its like, which has to be there until
// packets have been led away from it. No other name ends so.
const secondName = "/2"

// onto returns the rules with the names that they are to have in the kernel beside those of
// old: a map that is not as it was gets another name; second gives the second name to all
// chains that stand at no hook.
func (r ruleset) onto(old ruleset, second bool) ruleset {
	is := map[string]*vmap{} // of old, by their own names
	for i := range old {
		for j := range old[i].maps {
			m := &old[i].maps[j]
			is[strings.TrimSuffix(m.name, secondName)] = m
		}
	}
	names := map[string]string{} // that are not their own
	if second {
		for i := range r {
			if r[i].hook == "" {
				names[r[i].name] = r[i].name + secondName
			}
		}
	}
	out := slices.Clone(r)
	for i := range out {
		c := &out[i]
		maps := map[string]string{}
		c.maps = slices.Clone(c.maps)
		for j := range c.maps {
			m := &c.maps[j]
			if second {
				m.branches = slices.Clone(m.branches)
				for n := range m.branches {
					m.branches[n].chain = names[m.branches[n].chain]
				}
			}
			name := m.name
			if was := is[m.name]; was != nil {
				if name = was.name; !slices.Equal(was.branches, m.branches) {
					name = map[bool]string{true: m.name + secondName, false: m.name}[name == m.name]
				}
			}
			if name != m.name {
				maps[m.name], m.name = name, name
			}
		}
		if len(names)+len(maps) == 0 {
			continue
		}
		if c.hook == "" && second {
			c.counts, c.name = c.tally(), names[c.name]
		}
		c.rules = slices.Clone(c.rules)
		for j := range c.rules {
			c.rules[j].exprs = renamed(c.rules[j].exprs, names, maps)
		}
	}
	return out
}

// renamed returns expressions that lead to other chains and look into other maps.
func renamed(exprs []expr.Any, chains, maps map[string]string) []expr.Any {
	out := slices.Clone(exprs)
	for i, e := range out {
		switch e := e.(type) {
		case *expr.Verdict:
			if name, ok := chains[e.Chain]; ok {
				out[i] = &expr.Verdict{Kind: e.Kind, Chain: name}
			}
		case *expr.Lookup:
			if name, ok := maps[e.SetName]; ok {
				with := *e
				with.SetName = name
				out[i] = &with
			}
		}
	}
	return out
}

// leads are the names in the kernel of the chains and maps that a rule leads to. Its text has
// their own.
func (r *rule) leads() (names string) {
	for _, e := range r.exprs {
		switch e := e.(type) {
		case *expr.Verdict:
			names += e.Chain
		case *expr.Lookup:
			names += e.SetName
		}
	}
	return names
}

func sameRule(a, b rule) bool { return a.text == b.text && a.leads() == b.leads() }

// alter makes the rules of the table, which are k.rules, those of r. Where too much of what
// packets meet has changed, all is made anew with other names, and the hooks lead there.
func (k *Kernel) alter(t *transactor, r ruleset) (err error) {
	for _, second := range []bool{k.second, !k.second} {
		a := newAlteration(k.rules, r.onto(k.rules, second))
		have, err := holdings(a.touched())
		if err != nil {
			return err
		}
		s, err := a.steps(have)
		if err != nil {
			return err
		}
		all := script{}
		for _, part := range []*script{&s.prepare, &s.swap, &s.clean} {
			all.join(part)
		}
		made := false
		switch {
		case t.fits(&all):
			err = t.once(&all)
			made = err == nil
		case t.fits(&s.swap):
			made, err = t.stepwise(s)
		case second == k.second:
			continue
		default:
			err = t.once(&s.swap) // says how long it is
		}
		if made {
			k.rules, k.second = a.new, second
		}
		return err
	}
	return nil
}

// errRemains says that there are chains which no packet meets and which should not be there.
var errRemains = errors.New("kernel: nftables: not all could be taken back")

// stepwise makes an alteration that is too long for one transaction. It reports whether it
// was made: then an error is one of cleaning.
func (t *transactor) stepwise(s *steps) (made bool, err error) {
	n, err := t.inParts(&s.prepare)
	if err == nil {
		err = t.once(&s.swap)
	}
	if err == nil {
		if _, err = t.inParts(&s.clean); err != nil {
			err = fmt.Errorf("%w: %w", errRemains, err)
		}
		return true, err
	}
	back := script{}
	for n--; n >= 0; n-- {
		if undo := s.undo[n]; undo != nil {
			undo(&back)
		}
	}
	if _, failed := t.inParts(&back); failed != nil {
		err = fmt.Errorf("%w: %w: %w", err, errRemains, failed)
	}
	return false, err
}

// setRules makes the table what r says, of which text is the text.
func (k *Kernel) setRules(r ruleset, text string) error {
	t, err := newTransactor(k.most)
	if err != nil {
		return err
	}
	defer t.close()
	before, err := generation()
	if err != nil {
		return err
	}
	if err := k.follow(t, r); err != nil {
		if k.seen = 0; errors.Is(err, errRemains) {
			k.rules = nil // all is replaced the next time
		}
		return err
	}
	k.text = text
	// Transactions of others in between may have been at the table.
	if k.seen, err = generation(); k.seen != before+t.sent {
		k.seen = 0
	}
	return err
}

// follow is setRules without the record of it.
func (k *Kernel) follow(t *transactor, r ruleset) error {
	var counted tally
	if len(k.rules) > 0 && len(r) > 0 {
		err := k.alter(t, r)
		if err == nil || errors.Is(err, errTooLong) || errors.Is(err, errRemains) {
			return err
		}
		// What could not be changed, by an old kernel or because somebody was at it, is
		// replaced.
		if counted, err = k.rules.counts(); err != nil {
			counted = nil // nothing to carry over from a table that is not ours any more
		}
	}
	all := r.replacement(tableName, counted)
	if t.fits(all) {
		err := t.once(all)
		if err == nil {
			k.rules, k.second = r, false
		}
		return err
	}
	if err := t.once(hold().replacement(tableName, nil)); err != nil {
		return err
	}
	k.rules, k.second = hold(), false
	return k.alter(t, r)
}
