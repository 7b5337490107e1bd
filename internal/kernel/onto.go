package kernel

import (
	"slices"
	"strings"

	"github.com/google/nftables/expr"
)

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
