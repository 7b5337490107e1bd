package kernel

import (
	"errors"
	"fmt"
	"slices"
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

	// apart says that maps come or go. The kernel shows packets the new rules before it has
	// filled the maps that it was given with them (6.18: the array that an interval is looked
	// up in is the last thing that a transaction makes), and what finds nothing goes on in clear.
	apart bool
}

// steps needs what the touched chains hold. left is what was counted by rules that have gone,
// for equal ones that come.
func (a *alteration) steps(have map[string][]held, left tally) (*steps, error) {
	s := &steps{undo: map[int]func(*script){}}
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
			keep[c.name] = commonRules(c.rules, n.rules)
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
	had, has := a.old.sets(), a.new.sets() // what stays has the name that it had
	for i := range a.new {
		c := &a.new[i]
		old := a.was[c.name]
		to := &s.swap
		if old == nil && c.hook == "" {
			to = &s.prepare
		}
		for _, m := range c.sets() {
			if !had[m.id()] {
				s.apart = s.apart || isMap(m)
				s.undo[len(s.prepare.messages)] = func(u *script) { u.delSet(tableName, m.id()) }
				m.addTo(&s.prepare, tableName)
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
		for _, m := range c.sets() {
			if !has[m.id()] {
				s.apart = s.apart || isMap(m)
				s.clean.delSet(tableName, m.id())
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

// alter makes the rules of the table, which are k.rules, those of r. Where too much of what
// packets meet has changed, all is made anew with other names, and the hooks lead there. counted
// is what rules had counted that are not there any more.
func (k *Kernel) alter(t *transactor, r ruleset, counted tally) (err error) {
	for _, second := range []bool{k.second, !k.second} {
		a := newAlteration(k.rules, r.onto(k.rules, second))
		have, err := holdings(a.touched())
		if err != nil {
			return err
		}
		s, err := a.steps(have, counted.clone())
		if err != nil {
			return err
		}
		all := script{}
		for _, part := range []*script{&s.prepare, &s.swap, &s.clean} {
			all.join(part)
		}
		made := false
		switch {
		case t.fits(&all) && !s.apart:
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
