package kernel

import (
	"fmt"
	"strings"

	"conft/internal/acl"

	"github.com/google/nftables/expr"
)

const (
	// markEngine is on every packet that the engine itself sends.
	markEngine = 0x10000000
	// markProtect is on packets that the filter diverts into the TUN.
	markProtect = 0x20000000

	tableName = "conft"

	// Before connection tracking may see the engine's packets, after
	// defragmentation (-400); addresses are as on the wire, NAT comes later.
	hookArrive = -310
	hookSend   = -300
	// After source NAT (100): the crypto ACL sees what goes onto the wire.
	hookLeave = 300
)

// chain is one chain of the table, with a hook or jumped to.
type chain struct {
	name     string
	hook     string // "", "prerouting", "output", "postrouting"
	priority int
	rules    []rule
}

// ruleset is the whole table. Its chains stand so that each is made before a
// rule names it.
type ruleset []chain

// rules returns the table for the crypto links; index gives the number of each
// link that has its filter in place.
//
// A permit does not mark the packet itself but goes to the chain leave.LINK,
// and only there the mark is set, for the one device that carries the filter.
// A device of the same name without the filter (gone and back, or not there
// yet) gets a drop: what should be protected never leaves in clear.
func rules(links []CryptoLink, index map[string]int) ruleset {
	if len(links) == 0 {
		return nil
	}
	arrive := chain{name: "arrive", hook: "prerouting", priority: hookArrive, rules: []rule{
		join(protocol(50), toRouter(), notrack(), verdict(expr.VerdictAccept)),
		join(protocol(17), ports("dport", 2, acl.Ports{Op: acl.PortEq, Low: 500}), toRouter(), notrack(), verdict(expr.VerdictAccept)),
		join(protocol(17), ports("dport", 2, acl.Ports{Op: acl.PortEq, Low: 4500}), toRouter(), notrack(), verdict(expr.VerdictAccept)),
	}}
	send := chain{name: "send", hook: "output", priority: hookSend, rules: []rule{
		join(markHas(markEngine), notrack()),
	}}
	leave := chain{name: "leave", hook: "postrouting", priority: hookLeave, rules: []rule{
		join(markHas(markEngine), verdict(expr.VerdictReturn)),
		// Naming the state keeps connection tracking, and with it
		// defragmentation, on: port conditions need whole packets.
		join(untracked(), counter()),
	}}
	set := ruleset{refuse()}
	for _, l := range links {
		set = append(set, divert(l, index[l.Link]))
		for _, s := range l.Selectors {
			out := chain{name: outChain(l, s)}
			clear := chain{name: clearChain(l, s)}
			for _, e := range s.Rules {
				if e.Remark != "" {
					continue
				}
				if e.Log {
					out.rules = append(out.rules, join(entry(e), logged(s.List, false, e)))
				}
				out.rules = append(out.rules, outRule(l, e))
				clear.rules = append(clear.rules, clearRule(e))
			}
			set = append(set, out, clear)
			leave.rules = append(leave.rules, join(linkName(expr.MetaKeyOIFNAME, l.Link), verdict(expr.VerdictJump, out.name)))
			arrive.rules = append(arrive.rules, join(linkName(expr.MetaKeyIIFNAME, l.Link), verdict(expr.VerdictJump, clear.name)))
		}
	}
	return append(set, arrive, send, leave)
}

// outRule is entry e as packets meet it that leave by the link.
func outRule(l CryptoLink, e acl.Entry) rule {
	if e.Action == acl.Deny {
		return join(entry(e), counter(), verdict(expr.VerdictReturn))
	}
	return join(entry(e), counter(), verdict(expr.VerdictGoto, divertChain(l)))
}

// clearRule is entry e as packets meet it that arrive in clear.
func clearRule(e acl.Entry) rule {
	if e.Action == acl.Deny {
		return join(entry(mirror(e)), counter(), verdict(expr.VerdictReturn))
	}
	return join(entry(mirror(e)), counter(), verdict(expr.VerdictGoto, refuse().name))
}

// blocked is where a packet ends that should be protected and cannot be.
func blocked() rule { return join(counter(), verdict(expr.VerdictDrop)) }

func divert(l CryptoLink, index int) chain {
	c := chain{name: divertChain(l)}
	if index != 0 {
		c.rules = append(c.rules, join(outIndex(index), markSet(markProtect), verdict(expr.VerdictAccept)))
	}
	c.rules = append(c.rules, blocked())
	return c
}

func divertChain(l CryptoLink) string            { return "divert." + l.Link }
func outChain(l CryptoLink, s Selector) string   { return chainName("out.", l, s) }
func clearChain(l CryptoLink, s Selector) string { return chainName("clear.", l, s) }

func chainName(what string, l CryptoLink, s Selector) string {
	return what + l.Link + "." + strings.ReplaceAll(s.Name, " ", ".")
}

// String is the table as a script for nft.
func (r ruleset) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "nft destroy table ip %s\n", tableName)
	if len(r) == 0 {
		return strings.TrimSuffix(b.String(), "\n")
	}
	fmt.Fprintf(&b, "nft add table ip %s\n", tableName)
	for _, c := range r {
		fmt.Fprintf(&b, "nft add chain ip %s %s", tableName, c.name)
		if c.hook != "" {
			fmt.Fprintf(&b, " { type filter hook %s priority %d ; }", c.hook, c.priority)
		}
		b.WriteByte('\n')
		for _, rl := range c.rules {
			fmt.Fprintf(&b, "nft add rule ip %s %s %s\n", tableName, c.name, rl.text)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
