package commands

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/shell/grammar"
)

type mapLine = grammar.Line[*mapScope]

// mapScope is a crypto map entry with the configuration around it, which its
// lines are checked against.
type mapScope struct {
	*config.CryptoMapEntry
	in *config.Config
}

// incompleteMap is IOS's note on a new entry.
const incompleteMap = "% NOTE: This new crypto map will remain disabled until a peer\n" +
	"        and a valid access list have been configured."

var cryptoMapBlock = grammar.Block[*config.Config, *mapScope]{
	Syntax: "crypto map WORD$name ![<1-65535>$seq] [ipsec-isakmp]",
	Help: grammar.Help{
		"crypto":       "Encryption module",
		"map":          "Enter a crypto map",
		"$name":        "Crypto map tag",
		"$seq":         "Sequence to insert into crypto map entry",
		"ipsec-isakmp": "IPSEC w/ISAKMP",
	},
	Open: func(c *config.Config, a grammar.Args) (*mapScope, error) {
		m := c.CryptoMap(a.String("name"))
		if m != nil {
			if e := m.Entry(a.Int("seq")); e != nil && e.Dynamic != "" {
				return nil, refuse("%s %d stands for dynamic map %s; remove it first.", m.Name, e.Seq, e.Dynamic)
			} else if e != nil {
				return &mapScope{e, c}, nil
			}
		}
		if !a.Has("ipsec-isakmp") {
			return nil, a.Invalid("ipsec-isakmp") // what is new needs its type
		}
		e := addMapEntry(&c.CryptoMaps, a.String("name"), a.Int("seq"))
		a.Note(incompleteMap)
		return &mapScope{e, c}, nil
	},
	No: removeCryptoMap,
	Each: func(c *config.Config) iter.Seq2[string, *mapScope] {
		return func(yield func(string, *mapScope) bool) {
			for _, m := range c.CryptoMaps {
				// IOS writes it before the entries of its map, as one of them.
				if m.LocalAddress != "" && !yield("crypto map "+m.Name+" local-address "+m.LocalAddress, &mapScope{&config.CryptoMapEntry{}, c}) {
					return
				}
				for _, e := range m.Entries {
					// IOS ends the line with a blank.
					head := fmt.Sprintf("crypto map %s %d ipsec-isakmp ", m.Name, e.Seq)
					if e.Dynamic != "" {
						head += "dynamic " + e.Dynamic + " "
					}
					if !yield(head, &mapScope{e, c}) {
						return
					}
				}
			}
		}
	},
	Sub: cryptoMapMode,
}

// addMapEntry makes an entry in the map of a list, and the map if need be.
func addMapEntry(maps *[]*config.CryptoMap, name string, seq int) *config.CryptoMapEntry {
	m := addMap(maps, name)
	e := &config.CryptoMapEntry{Seq: seq}
	at, _ := slices.BinarySearchFunc(m.Entries, seq, func(e *config.CryptoMapEntry, seq int) int { return cmp.Compare(e.Seq, seq) })
	m.Entries = slices.Insert(m.Entries, at, e)
	return e
}

// addMap returns the map of a list, made if need be.
func addMap(maps *[]*config.CryptoMap, name string) *config.CryptoMap {
	at, found := slices.BinarySearchFunc(*maps, name, func(m *config.CryptoMap, name string) int { return strings.Compare(m.Name, name) })
	if !found {
		*maps = slices.Insert(*maps, at, &config.CryptoMap{Name: name})
	}
	return (*maps)[at]
}

// localAddressLine lets the interfaces of a map share one identity and one set of SAs.
// cryptoMapBlock writes it, before the entries of the map.
var localAddressLine = configLine{
	Syntax: "crypto map WORD$name local-address ![INTERFACE]",
	Help: grammar.Help{
		"crypto":        "Encryption module",
		"map":           "Enter a crypto map",
		"$name":         "Crypto map tag",
		"local-address": "Interface to use for local address for this crypto map",
	},
	// The interface may be made later: in show running-config it comes behind the map.
	Set: func(c *config.Config, a grammar.Args) error {
		addMap(&c.CryptoMaps, a.String("name")).LocalAddress = a.String("INTERFACE")
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		m := c.CryptoMap(a.String("name"))
		if m == nil {
			return refuse("Could not find crypto map %s", a.String("name"))
		}
		m.LocalAddress = ""
		if len(m.Entries) == 0 {
			return dropCryptoMap(c, m)
		}
		return nil
	},
}

// removeCryptoMap removes an entry, or the whole map unless an interface uses it.
func removeCryptoMap(c *config.Config, a grammar.Args) error {
	name := a.String("name")
	m := c.CryptoMap(name)
	if m == nil {
		return refuse("Could not find crypto map %s", name)
	}
	if a.Has("seq") {
		if m.Entry(a.Int("seq")) == nil {
			return refuse("Could not find crypto map entry %s %d", name, a.Int("seq"))
		}
		m.Entries = without(m.Entries, func(e *config.CryptoMapEntry) bool { return e.Seq == a.Int("seq") })
	}
	if a.Has("seq") && (len(m.Entries) > 0 || m.LocalAddress != "") {
		return nil
	}
	return dropCryptoMap(c, m)
}

// dropCryptoMap removes a map that no interface uses.
func dropCryptoMap(c *config.Config, m *config.CryptoMap) error {
	var users []string
	for _, i := range c.Interfaces {
		if i.CryptoMap == m.Name {
			users = append(users, i.Name)
		}
	}
	if users != nil {
		return refuse("Crypto-map %s is in use by interface(s): %s.\n"+
			"Please remove the crypto map from the above interface(s) first", m.Name, strings.Join(users, ", "))
	}
	c.CryptoMaps = without(c.CryptoMaps, func(o *config.CryptoMap) bool { return o == m })
	return nil
}

var cryptoMapMode = grammar.NewMode("config-crypto-map", "Crypto Map configuration commands:", mapEntries...)

var mapEntries = []grammar.Entry[*mapScope]{
	grammar.Exit[*mapScope]{Help: "Exit from ISAKMP protection suite configuration mode"},
	describe("Description of the crypto map statement policy", "Up to 80 characters", func(e *mapScope) *string { return &e.Description }),
	mapLine{
		Syntax: "set peer ![A.B.C.D [default]]",
		Help: grammar.Help{
			"set":     "Set values for encryption/decryption",
			"peer":    "Allowed Encryption/Decryption peer.",
			"A.B.C.D": "IP address of peer",
			"default": "Preferred peer",
		},
		Set: func(e *mapScope, a grammar.Args) error {
			peer := a.IP("A.B.C.D")
			if addr := acl.IPv4(peer); peer>>24 == 0 || peer>>28 >= 0xe || addr.IsLoopback() {
				return refuse("Invalid peer address %s", addr)
			}
			if isLocal(e.in, peer) {
				return refuse("Invalid peer address %s (it's this router)", ipText(peer))
			}
			if !slices.Contains(e.Peers, peer) {
				e.Peers = append(e.Peers, peer)
			}
			switch {
			case a.Has("default"):
				e.DefaultPeer = peer
			case e.DefaultPeer == peer:
				e.DefaultPeer = 0
			}
			return nil
		},
		No: func(e *mapScope, a grammar.Args) error {
			e.Peers = without(e.Peers, func(p uint32) bool { return !a.Has("A.B.C.D") || p == a.IP("A.B.C.D") })
			if !slices.Contains(e.Peers, e.DefaultPeer) {
				e.DefaultPeer = 0
			}
			return nil
		},
		Write: func(e *mapScope, w *grammar.Writer) {
			for _, p := range e.Peers {
				word := ""
				if p == e.DefaultPeer {
					word = "default"
				}
				w.Line("set peer", ipText(p), word)
			}
		},
	},
	mapAccessGroupLine, mapLine{
		Syntax: "set security-association lifetime " + lifetimeSyntax,
		Help: withHelp(lifetimeHelp, grammar.Help{
			"set":                  "Set values for encryption/decryption",
			"security-association": "Security association parameters",
		}),
		Set:   func(e *mapScope, a grammar.Args) error { setLifetime(&e.Life, a); return nil },
		No:    func(e *mapScope, a grammar.Args) error { resetLifetime(&e.Life, a); return nil },
		Write: func(e *mapScope, w *grammar.Writer) { writeLifetime(w, "set", e.Life) },
	},
	mapReplayLine,
	mapIdleLine,
	mapLine{
		Syntax: "set transform-set ![WORD...]",
		Help: grammar.Help{
			"transform-set": "Specify list of transform sets in priority order",
			"WORD":          "Proposal tag",
		},
		Set: func(e *mapScope, a grammar.Args) error {
			var names []string
			for _, n := range a.Strings("WORD") {
				if e.in.Transforms(n) == nil {
					return refuse("ERROR: transform set with tag \"%s\" does not exist.", n)
				}
				if !slices.Contains(names, n) {
					names = append(names, n)
				}
			}
			const most = 6
			if len(names) > most {
				return refuse("Only %d transform sets are allowed in one crypto map entry.", most)
			}
			e.TransformSets = names
			return nil
		},
		No: func(e *mapScope, _ grammar.Args) error { e.TransformSets = nil; return nil },
		Write: func(e *mapScope, w *grammar.Writer) {
			if len(e.TransformSets) > 0 {
				// IOS ends the line with a blank.
				w.Line("set transform-set", strings.Join(e.TransformSets, " ")+" ")
			}
		},
	},
	mapLine{
		Syntax: "set pfs [" + groupWords("group") + "]",
		Help:   withHelp(groupHelp("group"), grammar.Help{"pfs": "Specify pfs settings"}),
		Set: func(e *mapScope, a grammar.Args) error {
			e.PFS = 1
			for _, g := range groups {
				if a.Has(fmt.Sprintf("group%d", g)) {
					e.PFS = g
				}
			}
			warnWeak(a.Note, fmt.Sprint(e.PFS))
			return nil
		},
		No: func(e *mapScope, _ grammar.Args) error { e.PFS = 0; return nil },
		Write: func(e *mapScope, w *grammar.Writer) {
			if e.PFS != 0 {
				w.Line("set pfs", fmt.Sprintf("group%d", e.PFS))
			}
		},
	},
	mapLine{
		Syntax: "set isakmp-profile ![WORD]",
		Help:   grammar.Help{"isakmp-profile": "Specify isakmp Profile", "WORD": "ISAKMP profile name"},
		Set: func(e *mapScope, a grammar.Args) error {
			if e.in.Profile(a.String("WORD")) == nil {
				return refuse("ISAKMP profile %s does not exist.", a.String("WORD"))
			}
			e.Profile = a.String("WORD")
			return nil
		},
		No: func(e *mapScope, _ grammar.Args) error { e.Profile = ""; return nil },
		Write: func(e *mapScope, w *grammar.Writer) {
			if e.Profile != "" {
				w.Line("set isakmp-profile", e.Profile)
			}
		},
	},
	mapLine{
		Syntax: "match address ![<100-199>$list | <2000-2699>$list | WORD$list]",
		Help: grammar.Help{
			"match":       "Match values.",
			"address":     "Match address of packets to encrypt.",
			"<100-199>":   "IP access-list number",
			"<2000-2699>": "IP access-list number (expanded range)",
			"WORD":        "Access-list name",
		},
		// A list that does not exist yet is accepted; the entry stays incomplete.
		Set: func(e *mapScope, a grammar.Args) error {
			name := a.String("list")
			if l := e.in.AccessList(name); l != nil && l.Standard {
				return refuse("Access-list %s is a standard one, what is encrypted takes an extended one", name)
			}
			e.MatchAddress = name
			return nil
		},
		No: func(e *mapScope, _ grammar.Args) error { e.MatchAddress = ""; return nil },
		Write: func(e *mapScope, w *grammar.Writer) {
			if e.MatchAddress != "" {
				w.Line("match address", e.MatchAddress)
			}
		},
	},
	reverseRouteLine,
	known[*mapScope](knownMapEntry),
}
