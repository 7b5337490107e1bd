package kernel

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
)

var (
	table = &nftables.Table{Name: tableName, Family: nftables.TableFamilyIPv4}

	hooks = map[string]*nftables.ChainHook{
		"prerouting":  nftables.ChainHookPrerouting,
		"output":      nftables.ChainHookOutput,
		"postrouting": nftables.ChainHookPostrouting,
	}
)

// tally holds the packets counted so far: by chain, then by the text of the rule.
type tally map[string]map[string]uint64

// commit replaces the table by r in one transaction, so no packet meets half
// of it. Rules that stay keep their count.
func (r ruleset) commit(counted tally) error {
	c := &nftables.Conn{}
	// Deleting a table that is not there is an error; adding one that is, is not.
	c.AddTable(table)
	c.DelTable(table)
	if len(r) > 0 {
		c.AddTable(table)
	}
	for _, ch := range r {
		nc := &nftables.Chain{Name: ch.name, Table: table}
		if ch.hook != "" {
			nc.Type = nftables.ChainTypeFilter
			nc.Hooknum = hooks[ch.hook]
			nc.Priority = nftables.ChainPriorityRef(nftables.ChainPriority(ch.priority))
		}
		c.AddChain(nc)
		for _, rl := range ch.rules {
			exprs := rl.exprs
			if n := counted[ch.name][rl.text]; n != 0 {
				exprs = withCount(exprs, n)
				delete(counted[ch.name], rl.text) // the first of equals has it all
			}
			c.AddRule(&nftables.Rule{Table: table, Chain: nc, Exprs: exprs})
		}
	}
	return c.Flush()
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

// errTampered says that the table in the kernel is not the one put there.
var errTampered = errors.New("kernel: table ip conft was changed by someone else")

// counts reads the counters of the table, which must be in the kernel.
func (r ruleset) counts() (tally, error) {
	c := &nftables.Conn{}
	t := tally{}
	for _, ch := range r {
		have, err := c.GetRules(table, &nftables.Chain{Name: ch.name, Table: table})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("kernel: nft list chain %s: %w", ch.name, err)
		}
		if len(have) != len(ch.rules) {
			return nil, errTampered
		}
		t[ch.name] = map[string]uint64{}
		for i, rl := range have {
			for _, e := range rl.Exprs {
				if n, ok := e.(*expr.Counter); ok {
					t[ch.name][ch.rules[i].text] += n.Packets
				}
			}
		}
	}
	return t, nil
}

// tablePresent reports whether there is a table of ours, of whatever process.
func tablePresent() (bool, error) {
	tables, err := (&nftables.Conn{}).ListTablesOfFamily(nftables.TableFamilyIPv4)
	for _, t := range tables {
		if t.Name == tableName {
			return true, err
		}
	}
	return false, err
}
