package kernel

import (
	"fmt"
	"slices"

	"conft/internal/acl"

	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// The access lists of links and of crypto map entries, in IOS's order (Crypto Access
// Check on Clear-Text Packets, IOS 12.3(8)T and later):
//
//	in   a list of the link sees what comes off the wire, clear or encrypted;
//	     what came out of the TUN only that of its crypto map entry
//	out  what is about to be encrypted is seen by the list of its crypto map entry
//	     only; that of the link sees what is forwarded in clear, and what the engine
//	     has encrypted. Packets of the router's own are not looked at.
const (
	// Before defragmentation (-400): IOS looks at fragments as they come.
	hookFilterIn = -450
	hookForward  = 0
	// After the crypto ACL (300), which has marked what is to be encrypted.
	hookFilterProtected = 305
	hookFilterOut       = 310

	// markForward is on packets that are not the router's own.
	markForward = 0x40000000

	// logRate is how many packets a second an entry with `log` shows to WatchAccess.
	logRate, logBurst = 100, 100
)

// access returns the chains of all access lists, none if there are no lists.
func access(d *Desired) ruleset {
	in := chain{name: "filter.in", hook: "prerouting", priority: hookFilterIn}
	protected := chain{name: chainProtected, hook: "postrouting", priority: hookFilterProtected}
	out := chain{name: chainFilterOut, hook: "postrouting", priority: hookFilterOut}
	forward := chain{name: "filter.forward", hook: "forward", priority: hookForward}
	var set ruleset
	for _, l := range d.Crypto {
		set = append(set, decrypted(l, &in)...)
		set = append(set, encrypted(l, &protected)...)
	}
	// What is to be encrypted ends here, and what came out of a TUN is not on a link.
	// Where no list looks at what leaves there is no rule: one would keep the engine's
	// packets from going straight.
	if slices.ContainsFunc(d.Filters, func(f Filter) bool { return f.Out != nil }) {
		out.rules = append(out.rules, join(markHas(markProtect), verdict(expr.VerdictAccept)))
	}
	for _, f := range d.Filters {
		if f.In != nil {
			set = append(set, listChain(inList(f.Link), f.In, &denyIn))
			in.rules = append(in.rules, join(linkName(expr.MetaKeyIIFNAME, f.Link), verdict(expr.VerdictGoto, inList(f.Link))))
		}
		if f.Out == nil {
			continue
		}
		link, by := linkName(expr.MetaKeyOIFNAME, f.Link), chain{name: "out-by." + f.Link}
		for _, which := range []rule{markHas(markForward), engineSends(protocol(50)), engineSends(protocol(51)), engineSends(espInUDP())} {
			by.rules = append(by.rules, join(which, verdict(expr.VerdictGoto, outList(f.Link))))
		}
		set = append(set, listChain(outList(f.Link), f.Out, &denyOut), by)
		forward.rules = append(forward.rules, join(link, markSet(markForward)))
		out.rules = append(out.rules, join(link, verdict(expr.VerdictGoto, by.name)))
	}
	if len(set) > 0 {
		set = append(ruleset{answer(d), denyIn, denyOut}, set...)
	}
	// A hook takes its time of each packet, also with an empty chain.
	for _, c := range []chain{in, forward, protected, out, silence(d)} {
		if len(c.rules) > 0 {
			set = append(set, c)
		}
	}
	return set
}

// decrypted are the chains of what comes out of the link's TUN: which entry of the
// crypto map it belongs to, and the access list of that.
func decrypted(l CryptoLink, base *chain) (set ruleset) {
	return entries(l, base, linkName(expr.MetaKeyIIFNAME, l.TUN), plainIn, mirror, &denyIn, func(s Selector) *acl.List { return s.In })
}

// encrypted likewise are those of what is marked to go into the TUN.
func encrypted(l CryptoLink, base *chain) ruleset {
	same := func(e acl.Entry) acl.Entry { return e }
	on := join(markHas(markProtect), linkName(expr.MetaKeyOIFNAME, l.Link))
	return entries(l, base, on, plainOut, same, &denyOut, func(s Selector) *acl.List { return s.Out })
}

func entries(l CryptoLink, base *chain, on rule, what string, turn func(acl.Entry) acl.Entry, deny *chain, list func(Selector) *acl.List) (set ruleset) {
	some := false
	for _, s := range l.Selectors {
		some = some || list(s) != nil
	}
	for _, s := range l.Selectors {
		if !some {
			break
		}
		to := verdict(expr.VerdictAccept)
		if list(s) != nil {
			c := listChain(entryList(what, l, s), list(s), deny)
			set, to = append(set, c), verdict(expr.VerdictGoto, c.name)
		}
		c := chain{name: chainName(what, l, s)}
		for _, e := range s.Rules {
			if e.Remark != "" {
				continue
			}
			then := to
			if e.Action == acl.Deny {
				then = verdict(expr.VerdictReturn)
			}
			for _, condition := range conditions(turn(e)) {
				c.rules = append(c.rules, join(condition, then))
			}
		}
		set = append(set, c)
		base.rules = append(base.rules, join(on, verdict(expr.VerdictJump, c.name)))
	}
	return set
}

// listChain is an access list, with the deny at its end that IOS does not show.
func listChain(name string, l *acl.List, deny *chain) chain {
	c := chain{name: name}
	for _, e := range l.Entries {
		if e.Remark == "" {
			c.rules = append(append(c.rules, logRules(l, e)...), entryRules(e, deny)...)
		}
	}
	c.rules = append(c.rules, verdict(expr.VerdictGoto, deny.name))
	return c
}

// entryRules is what becomes of the packets that an entry matches. It counts them.
func entryRules(e acl.Entry, deny *chain) (out []rule) {
	then := verdict(expr.VerdictAccept)
	if e.Action == acl.Deny {
		then = verdict(expr.VerdictGoto, deny.name)
	}
	for _, c := range conditions(e) {
		out = append(out, join(c, counter(), then))
	}
	return out
}

func logRules(l *acl.List, e acl.Entry) (out []rule) {
	if !e.Log {
		return nil
	}
	for _, c := range conditions(e) {
		out = append(out, join(c, logged(l.Name, l.Standard, e)))
	}
	return out
}

// conditions are those of an entry on packets that may be fragments: a permit with a
// condition on the transport header lets every later fragment of its addresses by.
func conditions(e acl.Entry) []rule {
	all := []rule{entry(e)}
	if e.Transport() && e.Action == acl.Permit {
		e.SrcPort, e.DstPort, e.TCP, e.ICMP = acl.Ports{}, acl.Ports{}, acl.Flags{}, acl.ICMP{}
		e.Fragments = true
		all = append(all, entry(e))
	}
	return all
}

// answerRate is how often the router says that a packet was not let by. IOS: one
// ICMP message in 500 ms.
const answerRate = 2

var (
	denyIn  = deny("deny.in")
	denyOut = deny("deny.out")
)

// deny is where packets end that a list does not let by.
func deny(name string) chain {
	return chain{name: name, rules: []rule{
		join(counter(), verdict(expr.VerdictJump, answerChain)),
		verdict(expr.VerdictDrop),
	}}
}

const answerChain = "answer"

// answer shows to WatchAccess what an ICMP message is due about. There is none about
// what arrived on a quiet link or was sent to more than one (RFC 1812, section 4.3.2.7).
func answer(d *Desired) chain {
	c := chain{name: answerChain}
	for _, f := range d.Filters {
		if f.Quiet {
			c.rules = append(c.rules, join(linkName(expr.MetaKeyIIFNAME, f.Link), verdict(expr.VerdictReturn)))
		}
	}
	c.rules = append(c.rules,
		compare("meta pkttype != host", &expr.Meta{Key: expr.MetaKeyPKTTYPE, Register: 1}, expr.CmpOpNeq, []byte{unix.PACKET_HOST}).and(verdict(expr.VerdictReturn)),
		join(limit(answerRate, expr.LimitTimeSecond, 1), logTo(accessGroup, accessCopy, answerPrefix)))
	return c
}

// silence keeps ICMP unreachables of the router's own from leaving by quiet links.
func silence(d *Desired) chain {
	c := chain{name: chainSilence, hook: "output", priority: 0}
	for _, f := range d.Filters {
		if f.Quiet {
			c.rules = append(c.rules, join(linkName(expr.MetaKeyOIFNAME, f.Link), entry(unreachable), counter(), verdict(expr.VerdictDrop)))
		}
	}
	return c
}

var unreachable = acl.Entry{Protocol: 1, Src: acl.Any, Dst: acl.Any, ICMP: acl.ICMP{Op: acl.ICMPType, Type: icmpUnreachable}}

// entryList is the chain of the list that a crypto map entry has for what is in its tunnel.
func entryList(what string, l CryptoLink, s Selector) string { return chainName(what+" list", l, s) }

// What came out of the tunnel, and what is about to go in.
const plainIn, plainOut = "plain-in", "plain-out"

func inList(link string) string  { return "in." + link }
func outList(link string) string { return "out-list." + link }

// ListMatch are the packets that each entry of an access list has matched at one place.
type ListMatch struct {
	List    *acl.List
	Packets []uint64 // by index of List.Entries
}

// ListMatches counts for each place of an access list that the last Apply named, since
// it was first named there.
func (k *Kernel) ListMatches() ([]ListMatch, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.rules.counts()
	if err != nil {
		return nil, err
	}
	var all []ListMatch
	add := func(name string, l *acl.List, deny *chain) {
		if l != nil {
			all = append(all, ListMatch{l, matches(t[name], l, deny)})
		}
	}
	for _, f := range k.access {
		add(inList(f.Link), f.In, &denyIn)
		add(outList(f.Link), f.Out, &denyOut)
		if f.Out != nil {
			for i, n := range k.out.Load().of(f.Link).counts(f.Out) {
				all[len(all)-1].Packets[i] += n
			}
		}
	}
	for _, l := range k.crypto {
		for _, s := range l.Selectors {
			add(entryList(plainIn, l, s), s.In, &denyIn)
			add(entryList(plainOut, l, s), s.Out, &denyOut)
		}
	}
	return all, nil
}

// matches reads what a chain has counted for the entries of its list.
func matches(counted map[string]uint64, l *acl.List, deny *chain) []uint64 {
	n := make([]uint64, len(l.Entries))
	seen := map[string]bool{} // of equals the first matches
	for i, e := range l.Entries {
		if e.Remark != "" {
			continue
		}
		for _, r := range entryRules(e, deny) {
			if !seen[r.text] {
				n[i] += counted[r.text]
			}
			seen[r.text] = true
		}
	}
	return n
}

// Denied returns how many packets access lists did not let by, in and out.
func (k *Kernel) Denied() (in, out uint64, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	t, err := k.rules.counts()
	return t[denyIn.name][denyIn.rules[0].text], t[denyOut.name][denyOut.rules[0].text], err
}

// engineSends matches what the engine sends of that kind.
func engineSends(kind rule) rule { return join(markHas(markEngine), kind) }

// espInUDP matches ESP in UDP: the four octets behind the UDP header are not the zeros
// that IKE has there (RFC 3948, section 2.2), and not the end of a keepalive.
func espInUDP() rule {
	port := ports("sport", 0, acl.Ports{Op: acl.PortEq, Low: 4500})
	return join(protocol(17), port, rule{"@th,64,32 != 0", []expr.Any{
		&expr.Payload{Base: expr.PayloadBaseTransportHeader, Offset: 8, Len: 4, DestRegister: 1},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 4)},
	}})
}

// flags is a condition on the flags of a TCP segment.
func flags(f acl.Flags) rule {
	bits, op, want := f.On|f.Off, expr.CmpOpEq, f.On
	switch f.Op {
	case acl.FlagsNone:
		return rule{}
	case acl.Established:
		bits, op, want = f.On|acl.FlagACK|acl.FlagRST, expr.CmpOpNeq, 0
	case acl.FlagsWords:
		op, want = expr.CmpOpNeq, 0
	case acl.FlagsAny: // not all the other way round
		op, want = expr.CmpOpNeq, f.Off
	}
	return masked("tcp flags", expr.PayloadBaseTransportHeader, 13, bits, op, want)
}

// masked compares some bits of one octet.
func masked(word string, base expr.PayloadBase, offset uint32, bits uint8, op expr.CmpOp, want uint8) rule {
	sign := map[expr.CmpOp]string{expr.CmpOpEq: "==", expr.CmpOpNeq: "!="}[op]
	return rule{fmt.Sprintf("%s & %#02x %s %#02x", word, bits, sign, want), []expr.Any{
		&expr.Payload{Base: base, Offset: offset, Len: 1, DestRegister: 1},
		mask([]byte{bits}),
		&expr.Cmp{Op: op, Register: 1, Data: []byte{want}},
	}}
}

// message is a condition on the type, or type and code, of an ICMP message.
func message(c acl.ICMP) rule {
	load := &expr.Payload{Base: expr.PayloadBaseTransportHeader, Len: 1, DestRegister: 1}
	switch c.Op {
	case acl.ICMPType:
		return compare(fmt.Sprintf("icmp type %d", c.Type), load, expr.CmpOpEq, []byte{c.Type})
	case acl.ICMPCode:
		load.Len = 2
		return compare(fmt.Sprintf("icmp type %d icmp code %d", c.Type, c.Code), load, expr.CmpOpEq, []byte{c.Type, c.Code})
	}
	return rule{}
}

func service(s acl.Service) rule {
	bits, want := s.Octet()
	if bits == 0 {
		return rule{}
	}
	return masked("@nh,8,8", expr.PayloadBaseNetworkHeader, 1, bits, expr.CmpOpEq, want)
}

// laterFragment matches fragments other than the first.
func laterFragment(on bool) rule {
	if !on {
		return rule{}
	}
	return rule{"ip frag-off & 0x1fff != 0", []expr.Any{
		&expr.Payload{Base: expr.PayloadBaseNetworkHeader, Offset: 6, Len: 2, DestRegister: 1},
		mask(be16(0x1fff)),
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 2)},
	}}
}
