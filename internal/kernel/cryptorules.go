package kernel

import (
	"slices"

	"conft/internal/acl"

	"github.com/google/nftables/expr"
)

// cryptoRules returns the chains of the crypto links.
//
// A permit does not mark the packet itself but goes to the chain divert.LINK,
// and only there the mark is set, for the one device that carries the filter.
// A device of the same name without the filter (gone and back, or not there
// yet) gets a drop: what should be protected never leaves in clear.
func cryptoRules(d *Desired, index map[string]int, m manner) ruleset {
	if len(d.Crypto) == 0 {
		return nil
	}
	// What hosts behind the router are known by is not the engine's.
	toEngine := join(toRouter(), except(d.aliases()))
	engine := chain{name: "engine", rules: []rule{
		join(protocol(50), toEngine, notrack(), verdict(expr.VerdictAccept)),
		join(protocol(51), toEngine, notrack(), verdict(expr.VerdictAccept)),
		join(protocol(17), ports("dport", 2, acl.Ports{Op: acl.PortEq, Low: 500}), toEngine, notrack(), verdict(expr.VerdictAccept)),
		join(protocol(17), ports("dport", 2, acl.Ports{Op: acl.PortEq, Low: 4500}), toEngine, notrack(), verdict(expr.VerdictAccept)),
	}}
	wholes := d.needsWhole()
	if !wholes {
		// The first one decides whether the kernel puts the datagram together.
		engine.rules = append(engine.rules, join(protocol(17), laterFragment(true), toEngine, verdict(expr.VerdictAccept)))
	}
	// Most of what goes on in clear is TCP. Behind a gate fewer packets meet the question, where
	// nobody could translate the engine's.
	isEngine := []rule{join(notTCP(), verdict(expr.VerdictJump, engine.name))}
	arrive := chain{name: "arrive", hook: "prerouting", priority: hookArrive}
	if wholes && m.tracked || m.others || d.NAT.on() || slices.ContainsFunc(d.Crypto, func(l CryptoLink) bool { return l.gate().open() }) {
		arrive.rules, isEngine = isEngine, nil
	}
	send := chain{name: chainSend, hook: "output", priority: hookSend, rules: []rule{
		join(markHas(markEngine), notrack()),
	}}
	leave := chain{name: chainLeave, hook: "postrouting", priority: hookLeave}
	rest := chain{name: chainRest}
	own := join(markHas(markEngine), verdict(expr.VerdictReturn))
	filtered := true // each link has its filter
	set := ruleset{refuse()}
	if wholes {
		set = append(set, whole(m))
	}
	set = append(set, engine)
	addresses := d.addresses()
	for _, l := range d.Crypto {
		l.own = addresses
		at := index[l.Link]
		set = append(set, divert(l, at))
		x := l.index()
		add := func(w walk, base, link string, before, after []rule) string {
			chains, enter, maps := w.chains(l, x)
			c := chain{name: base + "." + link, maps: maps, rules: slices.Concat(before, enter, after)}
			set = append(append(set, chains...), c)
			return c.name
		}
		chains, enter, maps := walkQuoted.chains(l, x)
		quotes := chain{name: "quotes." + l.Link, rules: enter, maps: maps}
		left := chain{name: restChain(l), rules: quoting(quotes.name)}
		if !wholes {
			left.rules = append(left.rules, join(endOfError(), verdict(expr.VerdictGoto, unsaid(l).name)))
		}
		if at == 0 {
			filtered = false
			left.rules = append(left.rules, join(markHas(markTunnel), verdict(expr.VerdictGoto, divertChain(l))))
		}
		set = append(append(append(set, unsaid(l)), chains...), quotes, left)
		// Of these each packet meets one rule of each link, or all where the gate is open.
		goes := chain{name: "goes." + l.Link, rules: outBy(l.Link, at,
			add(walkOut, leave.name, l.Link, []rule{own}, []rule{verdict(expr.VerdictGoto, left.name)}))}
		came := chain{name: "came." + l.Link, rules: slices.Concat(isEngine,
			inBy(l.Link, at, add(walkClear, arrive.name, l.Link, nil, nil)),
			inBy(l.TUN, 0, add(walkTunnel, arrive.name, l.TUN, nil, nil)))}
		g := l.gate()
		if g.open() {
			leave.rules = append(leave.rules, goes.rules...)
			arrive.rules = append(arrive.rules, came.rules...)
			continue
		}
		set = append(set, goes, came)
		rest.rules = append(rest.rules, outBy(l.Link, at, left.name)...)
		leave.rules = append(leave.rules, join(g.leaves(), verdict(expr.VerdictJump, goes.name)))
		arrive.rules = append(arrive.rules, join(g.arrives(), verdict(expr.VerdictJump, came.name)))
	}
	if len(rest.rules) > 0 {
		rest.rules = append([]rule{own}, rest.rules...)
		set = append(set, rest)
		leave.rules = append(leave.rules, beside(rest.name, filtered)...)
	}
	return append(set, arrive, send, leave)
}

// outRules are entry e of s as packets meet it that leave by the link.
func outRules(l CryptoLink, s Selector, e acl.Entry) (out []rule) {
	if e.Log {
		out = append(out, join(entry(e), logged(s.List, false, e)))
	}
	return append(out, outRule(l, e))
}

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

// tunnelRule is entry e as packets meet it that come out of the TUN. What is for a network
// behind this router must not go on from here in clear: the peer took care of it. An entry
// for all destinations says nothing about what is behind.
func tunnelRule(e acl.Entry) rule {
	if e.Action == acl.Deny || e.Src.Wildcard == ^uint32(0) {
		return join(entry(mirror(e)), verdict(expr.VerdictReturn))
	}
	return join(entry(mirror(e)), markSet(markTunnel), verdict(expr.VerdictReturn))
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

func restChain(l CryptoLink) string              { return chainRest + "." + l.Link }
func divertChain(l CryptoLink) string            { return "divert." + l.Link }
func outChain(l CryptoLink, s Selector) string   { return chainName("out", l, s) }
func clearChain(l CryptoLink, s Selector) string { return chainName("clear", l, s) }

func chainName(what string, l CryptoLink, s Selector) string {
	return named(what, l.Link, s.Name)
}
