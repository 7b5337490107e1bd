package kernel

import (
	"fmt"

	"conft/internal/acl"

	"github.com/google/nftables/expr"
)

// walk is how packets meet the selectors of a link: chain by chain, as long as there are
// few of them, and otherwise by a look at the far end's address, which leads to the rules
// that such a packet may match.
type walk struct {
	kind   string // its chains are called so
	word   string // of the far address
	base   expr.PayloadBase
	offset uint32 // of the far address in the header
	rules  func(CryptoLink, Selector, acl.Entry) []rule
}

// The walks of packets that leave, that arrive in clear, that come out of the TUN, and
// that are quoted.
var (
	walkOut    = walk{"out", "ip daddr", expr.PayloadBaseNetworkHeader, destinationAt, outRules}
	walkClear  = walk{"clear", "ip saddr", expr.PayloadBaseNetworkHeader, sourceAt, func(_ CryptoLink, _ Selector, e acl.Entry) []rule { return []rule{clearRule(e)} }}
	walkTunnel = walk{"tunnel", "ip saddr", expr.PayloadBaseNetworkHeader, sourceAt, func(_ CryptoLink, _ Selector, e acl.Entry) []rule { return []rule{tunnelRule(e)} }}
	walkQuoted = walk{"quoted", quotedSource, expr.PayloadBaseTransportHeader, icmpHeaderLen + sourceAt, quotedRules}
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

// index is that of the rules' far addresses, nil when there are few or it would not help.
func (l *CryptoLink) index() *acl.Index {
	list, _ := l.conditions()
	if len(list) <= fewRules {
		return nil
	}
	far := make([]acl.Addr, len(list))
	for i, e := range list {
		far[i] = e.Dst
	}
	if x := acl.NewIndex(far, maxSpread); len(x.From) > 1 {
		return x
	}
	return nil
}

// chains returns the chains of the walk, the rules that lead there, and the map that these
// need.
func (w walk) chains(l CryptoLink, x *acl.Index) (set ruleset, enter []rule, m []vmap) {
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
	v := vmap{name: w.kind + "." + l.Link}
	made := map[string]string{} // by members
	for k, members := range x.Members {
		if len(members) == 0 {
			continue
		}
		key := fmt.Sprint(members)
		name, ok := made[key]
		if !ok {
			var cs ruleset
			cs, name = w.stretch(l, list, selector, members, x.From[k])
			set = append(set, cs...)
			made[key] = name
		}
		to := ^uint32(0)
		if k+1 < len(x.From) {
			to = x.From[k+1] - 1
		}
		v.branches = append(v.branches, branch{x.From[k], to, name})
	}
	return set, []rule{w.byAddress(v.name)}, []vmap{v}
}

// stretch returns the chains for the range of addresses that begins with from, and the first of
// them. They are called by the address, which stays when other ranges come and go.
func (w walk) stretch(l CryptoLink, list []acl.Entry, selector, members []int, from uint32) (set ruleset, name string) {
	for i, j := range members {
		s := l.Selectors[selector[j]]
		if i == 0 || selector[members[i-1]] != selector[j] {
			counts := chainName(w.kind, l, s)
			set = append(set, chain{name: fmt.Sprintf("%s.%08x", counts, from), counts: counts})
		}
		c := &set[len(set)-1]
		c.rules = append(c.rules, w.rules(l, s, list[j])...)
	}
	if len(set) == 1 {
		return set, set[0].name
	}
	all := chain{name: named(w.kind, l.Link, fmt.Sprintf("%08x", from))}
	for _, c := range set {
		all.rules = append(all.rules, verdict(expr.VerdictJump, c.name))
	}
	return append(set, all), all.name
}

func (w walk) byAddress(vmap string) rule {
	return rule{fmt.Sprintf("%s vmap @%s", w.word, vmap), []expr.Any{
		&expr.Payload{Base: w.base, Offset: w.offset, Len: 4, DestRegister: 1},
		&expr.Lookup{SourceRegister: 1, SetName: vmap, IsDestRegSet: true}, // the verdict's register is 0
	}}
}
