package kernel

import (
	"cmp"
	"errors"
	"maps"
	"slices"

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
		"input":       nftables.ChainHookInput,
	}
)

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
		left := tally{}
		for chain, rules := range counted {
			left[chain] = maps.Clone(rules)
		}
		r.add(c, table, left)
	}
	return c.Flush()
}

// tryRules reports whether this kernel knows all that our rules are made of in that
// manner: in one transaction a table of them comes and goes.
func tryRules(m manner) error {
	c := connect()
	any := acl.Entry{Protocol: 17, Src: acl.Any, Dst: acl.Addr{}, SrcPort: acl.Ports{Op: acl.PortRange}}
	d := Desired{Crypto: []CryptoLink{{Link: "lo", Selectors: []Selector{{Rules: []acl.Entry{any}}}}}}
	list := &acl.List{Entries: []acl.Entry{{Src: acl.Any, Dst: acl.Any, Fragments: true, Log: true}}}
	d.Filters = []Filter{{Link: "lo", In: list, Out: list}}
	r := rules(&d, map[string]int{"lo": 1}, m)
	r.add(c, trial, nil)
	c.DelTable(trial)
	return c.Flush()
}

func (r ruleset) add(c *nftables.Conn, table *nftables.Table, counted tally) {
	c.AddTable(table)
	for _, ch := range r {
		nc := &nftables.Chain{Name: ch.name, Table: table}
		if ch.hook != "" {
			nc.Type = nftables.ChainType(cmp.Or(ch.kind, "filter"))
			nc.Hooknum = hooks[ch.hook]
			nc.Priority = nftables.ChainPriorityRef(nftables.ChainPriority(ch.priority))
		}
		c.AddChain(nc)
		for _, m := range ch.maps {
			m.add(c, table)
		}
		for _, rl := range ch.rules {
			exprs := rl.exprs
			if n := counted[ch.tally()][rl.text]; n != 0 {
				exprs = withCount(exprs, n)
				delete(counted[ch.tally()], rl.text) // the first of equals has it all
			}
			c.AddRule(&nftables.Rule{Table: table, Chain: nc, Exprs: exprs})
		}
	}
}

// add makes the map. The chains that it names are there. It is buffered like the rest; what
// could fail at once is a map without a type.
func (m vmap) add(c *nftables.Conn, table *nftables.Table) {
	set := &nftables.Set{Table: table, Name: m.name, IsMap: true, Interval: true,
		KeyType: nftables.TypeIPAddr, DataType: nftables.TypeVerdict}
	_ = c.AddSet(set, nil)
	const most = 200 // elements of one message are one attribute, of less than 64 kB
	for some := range slices.Chunk(m.branches, most) {
		elements := make([]nftables.SetElement, 0, 2*len(some))
		for _, b := range some {
			elements = append(elements, nftables.SetElement{Key: be32(b.from), VerdictData: &expr.Verdict{Kind: expr.VerdictJump, Chain: b.chain}})
			if b.to != ^uint32(0) {
				elements = append(elements, nftables.SetElement{Key: be32(b.to + 1), IntervalEnd: true})
			}
		}
		_ = c.SetAddElements(set, elements)
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
