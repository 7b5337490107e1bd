package kernel

import (
	"conft/internal/acl"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

const trialName = tableName + "-trial"

var (
	hooks = map[string]*nftables.ChainHook{
		"prerouting":  nftables.ChainHookPrerouting,
		"forward":     nftables.ChainHookForward,
		"output":      nftables.ChainHookOutput,
		"postrouting": nftables.ChainHookPostrouting,
		"input":       nftables.ChainHookInput,
	}
)

// commit replaces the table by r in one transaction, so no packet meets half of it. Rules
// that stay keep what they have counted.
func (r ruleset) commit(counted tally) error {
	t, err := newTransactor(0)
	if err != nil {
		return err
	}
	defer t.close()
	return t.once(r.replacement(tableName, counted))
}

// replacement puts r in the place of whatever table there is.
func (r ruleset) replacement(table string, counted tally) *script {
	s := &script{}
	// Deleting a table that is not there is an error; adding one that is, is not.
	s.addTable(table)
	s.delTable(table)
	if len(r) > 0 {
		r.add(s, table, counted.clone())
	}
	return s
}

// hold lets no packet by but those that do not leave the machine. It stands where rules were that
// are not known, or not there any more, until those have come that are too many for one
// transaction.
func hold() ruleset {
	pass := join(linkName(expr.MetaKeyIIFNAME, "lo"), verdict(expr.VerdictAccept))
	own := join(linkName(expr.MetaKeyOIFNAME, "lo"), verdict(expr.VerdictAccept))
	return ruleset{
		{name: "hold.in", hook: "prerouting", priority: hookFilterIn - 1, rules: []rule{pass, blocked()}},
		{name: "hold.out", hook: "postrouting", priority: hookFilterOut + 1, rules: []rule{own, blocked()}},
	}
}

// tryRules reports whether this kernel knows all that our rules are made of in that
// manner: in one transaction a table of them comes and goes.
func tryRules(m manner) error {
	any := acl.Entry{Protocol: 17, Src: acl.Any, Dst: acl.Addr{}, SrcPort: acl.Ports{Op: acl.PortRange}}
	d := Desired{Crypto: []CryptoLink{{Link: "lo", Selectors: []Selector{{Rules: []acl.Entry{any}}}}}}
	list := &acl.List{Entries: []acl.Entry{{Src: acl.Any, Dst: acl.Any, Fragments: true, Log: true}}}
	d.Filters = []Filter{{Link: "lo", In: list, Out: list}}
	t, err := newTransactor(0)
	if err != nil {
		return err
	}
	defer t.close()
	s := &script{}
	rules(&d, map[string]int{"lo": 1}, m).add(s, trialName, nil)
	s.delTable(trialName)
	return t.once(s)
}

// add makes the table with its chains. What equal rules have counted is taken from counted.
func (r ruleset) add(s *script, table string, counted tally) {
	s.addTable(table)
	for i := range r {
		c := &r[i]
		s.addChain(table, c)
		for _, m := range c.sets() {
			m.addTo(s, table)
		}
		for j := range c.rules {
			s.addRule(table, c.name, &c.rules[j], 0, counted.take(c.tally(), c.rules[j].text))
		}
	}
}

// withCount returns the expressions with their counter starting at n.
func withCount(exprs []expr.Any, n uint64) []expr.Any {
	out := append([]expr.Any(nil), exprs...)
	for i, e := range out {
		if _, ok := e.(*expr.Counter); ok {
			out[i] = &expr.Counter{Packets: n}
		}
	}
	return out
}

// tables reports whether there is a table of ours, of whatever process, and whether there are
// others that IPv4 packets may meet.
func tables() (ours, others bool, err error) {
	all, err := (&nftables.Conn{}).ListTables()
	for _, t := range all {
		switch {
		case t.Family == nftables.TableFamilyIPv4 && t.Name == tableName:
			ours = true
		case t.Family == nftables.TableFamilyIPv4, t.Family == nftables.TableFamilyINet:
			others = true
		}
	}
	return ours, others, err
}
