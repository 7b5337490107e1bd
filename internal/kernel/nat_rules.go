package kernel

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"conft/internal/acl"

	"github.com/google/nftables/binaryutil"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

const (
	// markNAT is on every connection that is translated here, markInward besides on
	// those that were begun from outside. They are marks of connection tracking.
	markNAT    = 0x40000000
	markInward = 0x80000000
	// markPass is on a packet that this dynamic translation shall not translate. Its use
	// ends within the chain.
	markPass = 0x08000000

	// Where the kernel translates; between them lies routing. The crypto ACL (300)
	// comes after, and what the engine has decrypted enters anew, before.
	hookNATUse    = -105
	hookNATArrive = -100
	hookNATLeave  = 100
	hookNATCount  = 110

	chainOwn = "nat.own"
)

// natRules returns the chains that translate.
//
// Each dynamic translation has a chain, and each list of its route map one of its
// own. A list that permits ends the look-up or, in a clause that denies, marks the
// packet so that the clauses after it are passed over.
func natRules(d *Desired) (set ruleset) {
	n := &d.NAT
	if !n.on() {
		return nil
	}
	arrive := chain{name: "nat.arrive", kind: "nat", hook: "prerouting", priority: hookNATArrive}
	leave := chain{name: "nat.leave", kind: "nat", hook: "postrouting", priority: hookNATLeave}
	in, out := chain{name: "nat.in"}, chain{name: "nat.out"} // by the inside addresses
	to, from := chain{name: "nat.to"}, chain{name: "nat.from"}
	for _, s := range n.Static {
		// Source and destination as a packet has them that is not translated yet.
		src, dst := &out, &in
		source, sport, target, tport := s.Local, s.LocalPort, s.Global, s.GlobalPort
		srcMark, dstMark := uint32(markNAT), uint32(markNAT|markInward)
		if s.Outside {
			src, dst = &from, &to
			source, sport, target, tport = s.Global, s.GlobalPort, s.Local, s.LocalPort
			srcMark, dstMark = dstMark, srcMark
		}
		if !s.Inward {
			src.rules = append(src.rules, join(fromHost(s.Protocol, source, sport), markFlow(srcMark), translate(expr.NATTypeSourceNAT, target, tport)))
		}
		dst.rules = append(dst.rules, join(protocol(s.Protocol), prefixIs("daddr", target), portIs("dport", tport),
			markFlow(dstMark), translate(expr.NATTypeDestNAT, source, sport)))
	}
	if len(n.singles()) > 0 {
		set = ruleset{d.answer(answerUnassigned, codeHost)}
	}
	written := map[string]bool{}
	for i := range n.Mapped {
		m := &n.Mapped[i]
		chains := dynamicChains(n, m, written)
		chains[0].rules = []rule{join(markFlow(markNAT), translate(expr.NATTypeSourceNAT, netip.PrefixFrom(m.First, 32), m.Host.GlobalPort))}
		set = append(set, chains...)
		out.rules = append(out.rules, join(fromHost(m.Host.Protocol, m.Host.Local, m.Host.Port), verdict(expr.VerdictJump, chains[len(chains)-1].name)))
	}
	for i := range n.Dynamic {
		if m := &n.Dynamic[i]; m.First.IsValid() {
			chains := dynamicChains(n, m, written)
			set = append(set, chains...)
			out.rules = append(out.rules, verdict(expr.VerdictJump, chains[len(chains)-1].name))
		}
	}
	set = append(set, poolChains(d, &in)...)
	inside, outside := chain{name: "nat.inside"}, chain{name: "nat.outside"}
	for _, l := range n.Outside {
		inside.rules = append(inside.rules, join(linkName(expr.MetaKeyOIFNAME, l), verdict(expr.VerdictGoto, out.name)))
	}
	for _, l := range n.Inside {
		outside.rules = append(outside.rules, join(linkName(expr.MetaKeyOIFNAME, l), verdict(expr.VerdictGoto, from.name)))
	}
	for _, l := range d.withTUNs(n.Inside) {
		arrive.rules = append(arrive.rules, join(linkName(expr.MetaKeyIIFNAME, l), verdict(expr.VerdictGoto, to.name)))
		leave.rules = append(leave.rules, join(linkName(expr.MetaKeyIIFNAME, l), verdict(expr.VerdictGoto, inside.name)))
	}
	for _, a := range n.Own {
		leave.rules = append(leave.rules, join(prefixIs("saddr", netip.PrefixFrom(a, 32)), verdict(expr.VerdictGoto, inside.name)))
	}
	for _, l := range d.withTUNs(n.Outside) {
		arrive.rules = append(arrive.rules, join(linkName(expr.MetaKeyIIFNAME, l), verdict(expr.VerdictGoto, in.name)))
		leave.rules = append(leave.rules, join(linkName(expr.MetaKeyIIFNAME, l), verdict(expr.VerdictGoto, outside.name)))
	}
	count := chain{name: chainTranslated, hook: "postrouting", priority: hookNATCount, rules: []rule{countPackets(), countFlows()}}
	if n.Trace {
		count.rules = append(count.rules, logTranslated()...)
	}
	if len(n.Own) > 0 { // the answers to the router itself do not leave
		own := chain{name: chainOwn, hook: "input", priority: hookNATCount, rules: slices.Concat([]rule{countPackets()}, count.rules[2:])}
		set = append(set, own)
	}
	return append(set, out, in, to, from, inside, outside, arrive, leave, count)
}

// withTUNs adds the TUNs of those links that have one.
func (d *Desired) withTUNs(links []string) (all []string) {
	for _, l := range links {
		all = append(all, l)
		for _, c := range d.Crypto {
			if c.Link == l {
				all = append(all, c.TUN)
			}
		}
	}
	return all
}

// dynamicChains are those of one translation, the one to be entered last. The books of a pool
// are written once.
func dynamicChains(n *NAT, m *NATDynamic, written map[string]bool) (set ruleset) {
	to := chain{name: natToChain(m)}
	mark := markFlow(markNAT)
	switch {
	case m.Pool != "":
		a, b, c := m.books()
		if !written[a.name] {
			written[a.name] = true
			to.books = []book{a, b, c}
		}
		to.rules = m.single(n)
	case m.Own:
		// A host behind the router may use IKE's own ports; what comes back to them is the
		// engine's. Each source port stays in its part of the range, and as it is where it is
		// free.
		for _, r := range []struct{ low, high, first, last uint16 }{{1, 511, 1, 499}, {1024, 4499, 1024, 4499}, {4500, 65535, 4501, 65535}} {
			to.rules = append(to.rules, join(protocol(17), ports("sport", 0, acl.Ports{Op: acl.PortRange, Low: r.low, High: r.high}),
				mark, sourceIn(m.First, m.Last, r.first, r.last)))
		}
		fallthrough
	default:
		to.rules = append(to.rules, join(mark, sourceIn(m.First, m.Last, 0, 0)))
	}
	set = append(set, to)
	start := chain{name: natChain(m), rules: []rule{markClear(markPass)}}
	for i, c := range m.Clauses {
		out := []rule{{}}
		if len(c.Out) > 0 {
			out = nil
		}
		for _, l := range c.Out {
			out = append(out, linkName(expr.MetaKeyOIFNAME, l))
		}
		for _, o := range out {
			switch {
			case c.Match:
				for j := range c.Lists {
					start.rules = append(start.rules, join(o, verdict(expr.VerdictJump, natListChain(m, i, j))))
				}
			case c.Permit:
				start.rules = append(start.rules, join(o, verdict(expr.VerdictGoto, to.name)))
			default:
				start.rules = append(start.rules, join(o, verdict(expr.VerdictReturn)))
			}
		}
		if c.Match && !c.Permit {
			start.rules = append(start.rules, join(markHas(markPass), verdict(expr.VerdictReturn)))
		}
		for j, list := range c.Lists {
			l := chain{name: natListChain(m, i, j)}
			for _, e := range list.Rules {
				if e.Remark == "" {
					l.rules = append(l.rules, natEntry(m, c, e)...)
				}
			}
			set = append(set, l)
		}
	}
	return append(set, start)
}

func natChain(m *NATDynamic) string   { return named("nat", m.Name) }
func natToChain(m *NATDynamic) string { return named("nat", m.Name, "to") }

func natListChain(m *NATDynamic, clause, list int) string {
	return named("nat", m.Name, strconv.Itoa(clause), m.Clauses[clause].Lists[list].Name)
}

// natEntry are the rules of an entry of a list of a clause.
func natEntry(m *NATDynamic, c NATClause, e acl.Entry) (all []rule) {
	then := verdict(expr.VerdictReturn)
	switch {
	case e.Action == acl.Deny:
	case c.Permit:
		then = verdict(expr.VerdictGoto, natToChain(m))
	default:
		then = join(markSet(markPass), then)
	}
	for _, is := range conditions(e) {
		all = append(all, join(is, counter(), then))
	}
	return all
}

// countPackets counts what crosses the router translated, countFlows the first
// packet of each connection, which has made the translation.
func countPackets() rule { return join(flowHas(markNAT), counter()) }
func countFlows() rule   { return join(flowHas(markNAT), confirmed(false), counter()) }

// fromHost matches what an inside or outside host sends.
func fromHost(proto uint8, p netip.Prefix, port uint16) rule {
	return join(protocol(proto), prefixIs("saddr", p), portIs("sport", port))
}

func prefixIs(word string, p netip.Prefix) rule {
	offset := uint32(12)
	if word == "daddr" {
		offset = 16
	}
	base := p.Masked().Addr().As4()
	return addr(word, offset, acl.Addr{Base: binary.BigEndian.Uint32(base[:]), Wildcard: uint32(1<<(32-p.Bits()) - 1)})
}

func portIs(word string, port uint16) rule {
	if port == 0 {
		return rule{}
	}
	offset := uint32(0)
	if word == "dport" {
		offset = 2
	}
	return ports(word, offset, acl.Ports{Op: acl.PortEq, Low: port})
}

// translate gives a packet the address and port, or the host's place in the network.
func translate(kind expr.NATType, p netip.Prefix, port uint16) rule {
	word := map[expr.NATType]string{expr.NATTypeSourceNAT: "snat", expr.NATTypeDestNAT: "dnat"}[kind]
	first, last := p.Masked().Addr().As4(), lastOf(p).As4()
	n := &expr.NAT{Type: kind, Family: unix.NFPROTO_IPV4, RegAddrMin: 1}
	exprs := []expr.Any{&expr.Immediate{Register: 1, Data: first[:]}}
	switch {
	case !p.IsSingleIP():
		n.RegAddrMax, n.Prefix = 2, true
		return rule{fmt.Sprintf("%s ip prefix to %s", word, p.Masked()), append(exprs, &expr.Immediate{Register: 2, Data: last[:]}, n)}
	case port != 0:
		n.RegProtoMin, n.Specified = 2, true
		return rule{fmt.Sprintf("%s to %s:%d", word, p.Addr(), port), append(exprs, &expr.Immediate{Register: 2, Data: be16(port)}, n)}
	}
	return rule{fmt.Sprintf("%s to %s", word, p.Addr()), append(exprs, n)}
}

// sourceIn gives a source one of the addresses, always the same, and a port of
// those from low to high or, when they are 0, of those like its own.
func sourceIn(first, last netip.Addr, low, high uint16) rule {
	a, b := first.As4(), last.As4()
	n := &expr.NAT{Type: expr.NATTypeSourceNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 1}
	text := "snat to " + first.String()
	exprs := []expr.Any{&expr.Immediate{Register: 1, Data: a[:]}}
	if first != last {
		n.RegAddrMax, n.Persistent = 2, true
		text += "-" + last.String()
		exprs = append(exprs, &expr.Immediate{Register: 2, Data: b[:]})
	}
	if low != 0 {
		n.RegProtoMin, n.RegProtoMax, n.Specified = 3, 4, true
		text += fmt.Sprintf(":%d-%d", low, high)
		exprs = append(exprs, &expr.Immediate{Register: 3, Data: be16(low)}, &expr.Immediate{Register: 4, Data: be16(high)})
	}
	if n.Persistent {
		text += " persistent"
	}
	return rule{text, append(exprs, n)}
}

// markFlow keeps the other bits of the connection's mark, which may be the user's.
func markFlow(bits uint32) rule {
	return rule{fmt.Sprintf("ct mark set ct mark | %#08x", bits), []expr.Any{
		&expr.Ct{Key: expr.CtKeyMARK, Register: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4,
			Mask: binaryutil.NativeEndian.PutUint32(^bits), Xor: binaryutil.NativeEndian.PutUint32(bits)},
		&expr.Ct{Key: expr.CtKeyMARK, SourceRegister: true, Register: 1},
	}}
}

func flowHas(bit uint32) rule {
	return rule{fmt.Sprintf("ct mark & %#08x != 0", bit), []expr.Any{
		&expr.Ct{Key: expr.CtKeyMARK, Register: 1},
		mask(binaryutil.NativeEndian.PutUint32(bit)),
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 4)},
	}}
}

// confirmed matches all packets of a connection but the first, which confirms it when
// it has left; or only that one.
func confirmed(yes bool) rule {
	op, sign := expr.CmpOpEq, "=="
	if yes {
		op, sign = expr.CmpOpNeq, "!="
	}
	return rule{"ct status & confirmed " + sign + " 0", []expr.Any{
		&expr.Ct{Key: expr.CtKeySTATUS, Register: 1},
		mask(binaryutil.NativeEndian.PutUint32(statusConfirmed)),
		&expr.Cmp{Op: op, Register: 1, Data: make([]byte, 4)},
	}}
}

// except matches packets to none of the addresses.
func except(aliases []alias) (r rule) {
	for _, a := range aliases {
		first, last := a.prefix.Masked().Addr().As4(), lastOf(a.prefix).As4()
		load := &expr.Payload{Base: expr.PayloadBaseNetworkHeader, Offset: destinationAt, Len: 4, DestRegister: 1}
		r = r.and(rule{"ip daddr != " + a.prefix.String(), []expr.Any{load,
			&expr.Range{Op: expr.CmpOpNeq, Register: 1, FromData: first[:], ToData: last[:]}}})
	}
	return r
}
