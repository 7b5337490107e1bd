package kernel

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"conft/internal/acl"

	"github.com/google/nftables/expr"
)

const (
	// markEngine is on every packet that the engine itself sends.
	markEngine = 0x10000000
	// markProtect is on packets that are to be protected.
	markProtect = 0x20000000
	// markTunnel is on packets that have come out of the TUN for a network of this side.
	markTunnel = 0x04000000
	// marksDivert are those that the filter diverts into the TUN.
	marksDivert = markProtect | markTunnel

	tableName  = "conft"
	chainSend  = "send"
	chainLeave = "leave"
	// chainRest sees what leaves and cannot match an entry of a crypto map.
	chainRest = "rest"
	// chainTranslated counts packets of translated connections.
	chainTranslated = "nat.count"
	// chainProtected sees only what is to be encrypted.
	chainProtected = "filter.protected"
	// chainFilterOut has the lists of links for what leaves.
	chainFilterOut = "filter.out"
	// chainSilence sees only what the router itself has to say.
	chainSilence = "silence"

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
	kind     string // "" for filter, "nat"
	hook     string // "", "prerouting", "input", "output", "postrouting"
	priority int
	maps     []vmap // that its rules look into
	books    []book // that its rules write to, and others
	rules    []rule
	counts   string // whose counters its rules have a part of; "" for its own
}

// set is a set or map of the table, by its name.
type set interface {
	id() string
	addTo(s *script, table string)
}

// sets are those that belong to a chain.
func (c *chain) sets() (all []set) {
	for i := range c.maps {
		all = append(all, &c.maps[i])
	}
	for i := range c.books {
		all = append(all, &c.books[i])
	}
	return all
}

// tally is the name by which its rules are counted.
func (c *chain) tally() string { return cmp.Or(c.counts, c.name) }

// ruleset is the whole table. Its chains stand so that each is made before a
// rule names it.
type ruleset []chain

// sets are the names of all sets.
func (r ruleset) sets() map[string]bool {
	names := map[string]bool{}
	for i := range r {
		for _, s := range r[i].sets() {
			names[s.id()] = true
		}
	}
	return names
}

// looksUp reports whether packets are led by maps.
func (r ruleset) looksUp() bool {
	return slices.ContainsFunc(r, func(c chain) bool { return len(c.maps) > 0 })
}

func isMap(s set) bool { _, ok := s.(*vmap); return ok }

// manner is how the rules are written for the kernel at hand.
type manner struct {
	tracked bool // only connection tracking keeps defragmentation on
}

// rules returns the table; index gives the number of each link that has its filter
// in place.
func rules(d *Desired, index map[string]int, m manner) ruleset {
	return slices.Concat(natRules(d), cryptoRules(d, index, m), access(d), clampMSS(d))
}

// composed are rules and what they were made of. Every transaction is a change of the machine
// that has all looked at again: thousands of rules are not written down again for that.
type composed struct {
	of     Desired
	index  map[string]int
	manner manner
	rules  ruleset
	text   string // "" for no rules
}

// compose returns the table for d, as rules does.
func (s *state) compose(d *Desired, index map[string]int) composed {
	of := *d
	of.Routes, of.Behind, of.Pins = nil, nil, nil
	if c := s.made; c != nil && c.manner == s.manner && maps.Equal(c.index, index) && reflect.DeepEqual(c.of, of) {
		return *c
	}
	c := composed{of: of, index: index, manner: s.manner, rules: rules(d, index, s.manner)}
	if len(c.rules) > 0 {
		c.text = c.rules.String()
	}
	if s.made != nil {
		c.of.Links, c.of.Filters, c.of.Crypto = slices.Clone(of.Links), slices.Clone(of.Filters), slices.Clone(of.Crypto)
		for i := range c.of.Crypto {
			c.of.Crypto[i].Selectors = slices.Clone(c.of.Crypto[i].Selectors)
		}
		*s.made = c
	}
	return c
}

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
	// Most of what goes on in clear is TCP. Behind a gate fewer packets meet the question.
	isEngine := []rule{join(notTCP(), verdict(expr.VerdictJump, engine.name))}
	arrive := chain{name: "arrive", hook: "prerouting", priority: hookArrive}
	if wholes && m.tracked || d.NAT.on() || slices.ContainsFunc(d.Crypto, func(l CryptoLink) bool { return l.gate().open() }) {
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

// named is what a chain is called of which the parts tell. A dot within a part is not one
// between parts: users give names like A and A.to. Words of a part are parts.
func named(parts ...string) string {
	for i, p := range parts {
		parts[i] = dots.Replace(p)
	}
	return short(strings.Join(parts, "."))
}

var dots = strings.NewReplacer(".", "/.", "/", "//", " ", ".")

// short is a name that leaves room for a suffix in what nftables takes: it refuses a
// whole table for one name of more than 255 octets.
func short(name string) string {
	const most, kept = 230, 200
	if len(name) <= most {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%s~%x", name[:kept], sum[:8])
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
			fmt.Fprintf(&b, " { type %s hook %s priority %d ; }", cmp.Or(c.kind, "filter"), c.hook, c.priority)
		}
		b.WriteByte('\n')
		for _, m := range c.maps {
			fmt.Fprintf(&b, "nft add map ip %s %s { type ipv4_addr : verdict ; flags interval ; elements = {", tableName, m.name)
			for _, br := range m.branches {
				fmt.Fprintf(&b, " %s-%s : jump %s,", dotted(br.from), dotted(br.to), br.chain)
			}
			b.WriteString(" } ; }\n")
		}
		for _, k := range c.books {
			what := map[bool][2]string{false: {"set", ""}, true: {"map", " : ipv4_addr"}}[k.isTo]
			fmt.Fprintf(&b, "nft add %s ip %s %s { type ipv4_addr%s ; flags dynamic,timeout ; }\n", what[0], tableName, k.name, what[1])
		}
		for _, rl := range c.rules {
			fmt.Fprintf(&b, "nft add rule ip %s %s %s\n", tableName, c.name, rl.text)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
