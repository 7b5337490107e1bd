package kernel

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
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
	others  bool // somebody else has rules, which may track and translate
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
