package kernel

import (
	"conft/internal/acl"

	"github.com/google/nftables/expr"
)

// gate is a pair of conditions on addresses that every packet meets which matches any entry
// of a link: what all their sources have in common, and all their destinations. The kernel
// compares an address in a tenth of the time that it takes to compare the name of a link.
// So packets meet the gate first; those that do not pass, most of what is to go on in clear,
// need not meet the entries. Each side is acl.Any where its addresses have nothing in common.
type gate struct{ src, dst acl.Addr }

func (l *CryptoLink) gate() gate {
	list, _ := l.conditions()
	if len(list) == 0 {
		return gate{acl.Any, acl.Any}
	}
	g := gate{list[0].Src, list[0].Dst}
	for _, e := range list[1:] {
		g.src, g.dst = agreed(g.src, e.Src), agreed(g.dst, e.Dst)
	}
	return g
}

// agreed has the bits that a and b both ask for and in which they agree.
func agreed(a, b acl.Addr) acl.Addr {
	a.Wildcard |= b.Wildcard | a.Base ^ b.Base
	a.Base &^= a.Wildcard
	return a
}

// open reports whether every packet passes.
func (g gate) open() bool { return g.src.Wildcard == ^uint32(0) && g.dst.Wildcard == ^uint32(0) }

// leaves is g for what leaves by the link. The far address comes first: what goes on in
// clear comes from the same hosts, but goes elsewhere.
func (g gate) leaves() rule {
	return join(coarse("daddr", destinationAt, g.dst), addr("daddr", destinationAt, g.dst), addr("saddr", sourceAt, g.src))
}

// arrives is g for what arrives by the link or by its TUN.
func (g gate) arrives() rule {
	return join(coarse("saddr", sourceAt, g.dst), addr("saddr", sourceAt, g.dst), addr("daddr", destinationAt, g.src))
}

// coarse is the condition on the first two octets of a longer network: without a mask, it
// takes the kernel less than the whole.
func coarse(word string, offset uint32, a acl.Addr) rule {
	const last = 0xffff
	if a.Wildcard == 0 || a.Wildcard >= last {
		return rule{}
	}
	return addr(word, offset, acl.Addr{Base: a.Base &^ last, Wildcard: last})
}

// beside are the rules of the base chain for packets that have not passed the gate of the
// link that they leave by: errors of ICMP may still quote what is protected. What came out of
// a TUN may not leave in clear: where a filter is missing that would turn it, a rule does.
func beside(chain string, filtered bool) []rule {
	rules := []rule{join(protocol(1), verdict(expr.VerdictGoto, chain))}
	if !filtered {
		rules = append(rules, join(markHas(markTunnel), verdict(expr.VerdictGoto, chain)))
	}
	return rules
}
