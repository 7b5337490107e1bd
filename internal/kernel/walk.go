package kernel

import (
	"fmt"

	"conft/internal/acl"

	"github.com/google/nftables/expr"
)

// walk is how packets meet the selectors of a link: chain by chain, as long as there are
// few of them, and otherwise by a look at the far end's address, and if need be at the near
// one's, which leads to the rules that such a packet may match.
type walk struct {
	kind      string // its chains are called so
	far, near field
	rules     func(CryptoLink, Selector, acl.Entry) []rule
}

// field is an address in a packet.
type field struct {
	word   string
	base   expr.PayloadBase
	offset uint32
}

var (
	saddr       = field{"ip saddr", expr.PayloadBaseNetworkHeader, sourceAt}
	daddr       = field{"ip daddr", expr.PayloadBaseNetworkHeader, destinationAt}
	quotedSaddr = field{quotedSource, expr.PayloadBaseTransportHeader, icmpHeaderLen + sourceAt}
	quotedDaddr = field{quotedDest, expr.PayloadBaseTransportHeader, icmpHeaderLen + destinationAt}
)

// The walks of packets that leave, that arrive in clear, that come out of the TUN, and
// that are quoted.
var (
	walkOut    = walk{"out", daddr, saddr, outRules}
	walkClear  = walk{"clear", saddr, daddr, func(_ CryptoLink, _ Selector, e acl.Entry) []rule { return []rule{clearRule(e)} }}
	walkTunnel = walk{"tunnel", saddr, daddr, func(_ CryptoLink, _ Selector, e acl.Entry) []rule { return []rule{tunnelRule(e)} }}
	walkQuoted = walk{"quoted", quotedSaddr, quotedDaddr, quotedRules}
)

const (
	// fewRules is up to how many a packet may meet one after the other.
	fewRules = 16
	// maxSpread is in how many chains a rule may be, on an average.
	maxSpread = 8
)

// vmap sends packets to chains by one of their addresses.
type vmap struct {
	name     string
	branches []branch
}

// branch is a range of addresses and the chain for it.
type branch struct {
	from, to uint32
	chain    string
}

// conditions are all rules of the selectors of a link in one list.
func (l *CryptoLink) conditions() (list []acl.Entry, selector []int) {
	for i, s := range l.Selectors {
		for _, e := range s.Rules {
			if e.Remark == "" {
				list, selector = append(list, e), append(selector, i)
			}
		}
	}
	return list, selector
}

// index is that of the rules' addresses, the far ones first; nil when there are few or it
// would not help.
func (l *CryptoLink) index() *acl.PairIndex {
	list, _ := l.conditions()
	if len(list) <= fewRules {
		return nil
	}
	far, near := make([]acl.Addr, len(list)), make([]acl.Addr, len(list))
	for i, e := range list {
		far[i], near[i] = e.Dst, e.Src
	}
	if x := acl.NewPairIndex(far, near, fewRules, maxSpread); x.Tells() {
		return x
	}
	return nil
}

// chains returns the chains of the walk, the rules that lead there, and the map that these
// need.
func (w walk) chains(l CryptoLink, x *acl.PairIndex) (set ruleset, enter []rule, m []vmap) {
	list, selector := l.conditions()
	if x == nil {
		for i, s := range l.Selectors {
			c := chain{name: chainName(w.kind, l, s)}
			for j, e := range list {
				if selector[j] == i {
					c.rules = append(c.rules, w.rules(l, s, e)...)
				}
			}
			set = append(set, c)
			enter = append(enter, verdict(expr.VerdictJump, c.name))
		}
		return set, enter, nil
	}
	v, set := w.branches(named(w.kind, l.Link), &x.Index, func(k int) (ruleset, string) {
		from := fmt.Sprintf("%08x", x.From[k])
		y := x.Second[k]
		if y == nil {
			return w.stretch(l, list, selector, x.Members[k], from)
		}
		c := chain{name: named(w.kind, l.Link) + "." + from}
		v, set := w.branches(c.name, y, func(k int) (ruleset, string) {
			return w.stretch(l, list, selector, y.Members[k], fmt.Sprintf("%s.%08x", from, y.From[k]))
		})
		c.maps, c.rules = []vmap{v}, []rule{w.near.leads(v.name)}
		return append(set, c), c.name
	})
	return set, []rule{w.far.leads(v.name)}, []vmap{v}
}

// branches returns the map of an index, and the chains it leads to: those that to returns for
// each range with other members.
func (w walk) branches(name string, x *acl.Index, to func(k int) (ruleset, string)) (v vmap, set ruleset) {
	v.name = name
	made := map[string]string{} // by members
	for k, members := range x.Members {
		if len(members) == 0 {
			continue
		}
		key := fmt.Sprint(members)
		name, ok := made[key]
		if !ok {
			var cs ruleset
			cs, name = to(k)
			set = append(set, cs...)
			made[key] = name
		}
		last := ^uint32(0)
		if k+1 < len(x.From) {
			last = x.From[k+1] - 1
		}
		v.branches = append(v.branches, branch{x.From[k], last, name})
	}
	return v, set
}

// stretch returns the chains for the range of addresses that begins with from, and the first of
// them. They are called by the address, which stays when other ranges come and go.
func (w walk) stretch(l CryptoLink, list []acl.Entry, selector, members []int, from string) (set ruleset, name string) {
	for i, j := range members {
		s := l.Selectors[selector[j]]
		if i == 0 || selector[members[i-1]] != selector[j] {
			counts := chainName(w.kind, l, s)
			set = append(set, chain{name: counts + "." + from, counts: counts})
		}
		c := &set[len(set)-1]
		c.rules = append(c.rules, w.rules(l, s, list[j])...)
	}
	if len(set) == 1 {
		return set, set[0].name
	}
	all := chain{name: named(w.kind, l.Link) + "." + from}
	for _, c := range set {
		all.rules = append(all.rules, verdict(expr.VerdictJump, c.name))
	}
	return append(set, all), all.name
}

// leads is the rule that sends packets where the map says.
func (f field) leads(vmap string) rule {
	return rule{fmt.Sprintf("%s vmap @%s", f.word, vmap), []expr.Any{
		&expr.Payload{Base: f.base, Offset: f.offset, Len: 4, DestRegister: 1},
		&expr.Lookup{SourceRegister: 1, SetName: vmap, IsDestRegSet: true}, // the verdict's register is 0
	}}
}
