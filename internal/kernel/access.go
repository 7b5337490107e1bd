package kernel

import (
	"slices"
	"strconv"

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
		set = append(ruleset{d.answer(answerChain, codeProhibited), denyIn, denyOut}, set...)
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

// answer shows to WatchAccess what an ICMP unreachable of a code is due about. There is none
// about what arrived on a quiet link or was sent to more than one (RFC 1812, section 4.3.2.7).
func (d *Desired) answer(name string, code byte) chain {
	c := chain{name: name}
	for _, f := range d.Filters {
		if f.Quiet {
			c.rules = append(c.rules, join(linkName(expr.MetaKeyIIFNAME, f.Link), verdict(expr.VerdictReturn)))
		}
	}
	c.rules = append(c.rules,
		compare("meta pkttype != host", &expr.Meta{Key: expr.MetaKeyPKTTYPE, Register: 1}, expr.CmpOpNeq, []byte{unix.PACKET_HOST}).and(verdict(expr.VerdictReturn)),
		join(limit(answerRate, expr.LimitTimeSecond, 1), logTo(accessGroup, accessCopy, answerPrefix+strconv.Itoa(int(code)))))
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
