package kernel

import (
	"errors"
	"fmt"
	"io/fs"

	"conft/internal/acl"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
)

var (
	table = &nftables.Table{Name: tableName, Family: nftables.TableFamilyIPv4}
	trial = &nftables.Table{Name: tableName + "-trial", Family: nftables.TableFamilyIPv4}

	hooks = map[string]*nftables.ChainHook{
		"prerouting":  nftables.ChainHookPrerouting,
		"forward":     nftables.ChainHookForward,
		"output":      nftables.ChainHookOutput,
		"postrouting": nftables.ChainHookPostrouting,
	}
)

// tally holds the packets counted so far: by chain, then by the text of the rule.
type tally map[string]map[string]uint64

// connect prepares a transaction. It goes to the kernel as one message and is
// acknowledged rule by rule, so the buffers decide how long it may be: these,
// or what the machine allows, about 1000 entries in a user namespace.
func connect() *nftables.Conn {
	c, _ := nftables.New(nftables.WithSockOptions(func(c *netlink.Conn) error {
		return errors.Join(c.SetWriteBuffer(64<<20), c.SetReadBuffer(64<<20))
	})) // fails only for options that connect at once
	return c
}

// commit replaces the table by r in one transaction, so no packet meets half
// of it. Rules that stay keep their count.
func (r ruleset) commit(counted tally) error {
	c := connect()
	// Deleting a table that is not there is an error; adding one that is, is not.
	c.AddTable(table)
	c.DelTable(table)
	if len(r) > 0 {
		r.add(c, table, counted)
	}
	return c.Flush()
}

// tryRules reports whether this kernel knows all that our rules are made of: in
// one transaction a table of them comes and goes.
func tryRules() error {
	c := connect()
	any := acl.Entry{Protocol: 17, Src: acl.Any, Dst: acl.Addr{}, SrcPort: acl.Ports{Op: acl.PortRange}}
	d := Desired{Crypto: []CryptoLink{{Link: "lo", Selectors: []Selector{{Rules: []acl.Entry{any}}}}}}
	list := &acl.List{Entries: []acl.Entry{{Src: acl.Any, Dst: acl.Any, Fragments: true, Log: true}}}
	d.Filters = []Filter{{Link: "lo", In: list, Out: list}}
	r := append(rules(d.Crypto, map[string]int{"lo": 1}), access(&d)...)
	r.add(c, trial, nil)
	c.DelTable(trial)
	return c.Flush()
}

func (r ruleset) add(c *nftables.Conn, table *nftables.Table, counted tally) {
	c.AddTable(table)
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
	c := connect()
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
	tables, err := connect().ListTablesOfFamily(nftables.TableFamilyIPv4)
	for _, t := range tables {
		if t.Name == tableName {
			return true, err
		}
	}
	return false, err
}
