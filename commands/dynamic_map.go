package commands

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

// dynamicMapBlock is a template of crypto map entries: what a peer that nobody knows
// beforehand may negotiate.
var dynamicMapBlock = grammar.Block[*config.Config, *mapScope]{
	Syntax: "crypto dynamic-map WORD$name ![<1-65535>$seq]",
	Help: grammar.Help{
		"crypto":      "Encryption module",
		"dynamic-map": "Specify a dynamic crypto map template",
		"$name":       "Dynamic crypto map template tag",
		"$seq":        "Sequence to insert into dynamic crypto map entry",
	},
	Open: func(c *config.Config, a grammar.Args) (*mapScope, error) {
		if m := c.DynamicMap(a.String("name")); m != nil {
			if e := m.Entry(a.Int("seq")); e != nil {
				return &mapScope{e, c}, nil
			}
		}
		return &mapScope{addMapEntry(&c.DynamicMaps, a.String("name"), a.Int("seq")), c}, nil
	},
	No: removeDynamicMap,
	Each: func(c *config.Config) iter.Seq2[string, *mapScope] {
		return func(yield func(string, *mapScope) bool) {
			for _, m := range c.DynamicMaps {
				for _, e := range m.Entries {
					if !yield(fmt.Sprintf("crypto dynamic-map %s %d", m.Name, e.Seq), &mapScope{e, c}) {
						return
					}
				}
			}
		}
	},
	Sub: grammar.NewMode("config-crypto-map", "Crypto Map configuration commands:", templateEntries()...),
}

// templateEntries are the lines of a crypto map entry without those that need to know the
// peer.
func templateEntries() []grammar.Entry[*mapScope] {
	all := slices.DeleteFunc(slices.Clone(mapEntries), func(e grammar.Entry[*mapScope]) bool {
		l, ok := e.(mapLine)
		return ok && (strings.HasPrefix(l.Syntax, "set peer") || l.Syntax == reverseRouteLine.Syntax)
	})
	return append(all, reverseRouteOfTemplate)
}

// removeDynamicMap removes an entry, or the whole map unless a crypto map refers to it.
func removeDynamicMap(c *config.Config, a grammar.Args) error {
	name := a.String("name")
	m := c.DynamicMap(name)
	if m == nil {
		return refuse("Could not find dynamic crypto map %s", name)
	}
	if a.Has("seq") {
		if m.Entry(a.Int("seq")) == nil {
			return refuse("Could not find dynamic crypto map entry %s %d", name, a.Int("seq"))
		}
		m.Entries = without(m.Entries, func(e *config.CryptoMapEntry) bool { return e.Seq == a.Int("seq") })
		if len(m.Entries) > 0 {
			return nil
		}
	}
	var users []string
	for _, o := range c.CryptoMaps {
		if slices.ContainsFunc(o.Entries, func(e *config.CryptoMapEntry) bool { return e.Dynamic == name }) {
			users = append(users, o.Name)
		}
	}
	if users != nil {
		return refuse("Dynamic crypto map %s is in use by crypto map(s): %s.", name, strings.Join(users, ", "))
	}
	c.DynamicMaps = without(c.DynamicMaps, func(o *config.CryptoMap) bool { return o == m })
	return nil
}

// dynamicEntryLine puts a dynamic map into a crypto map. cryptoMapBlock writes it, for it
// stands among the other entries.
var dynamicEntryLine = grammar.Line[*config.Config]{
	Syntax: "crypto map WORD$name <1-65535>$seq ipsec-isakmp dynamic WORD$tag",
	Help: grammar.Help{
		"crypto":       "Encryption module",
		"map":          "Enter a crypto map",
		"$name":        "Crypto map tag",
		"$seq":         "Sequence to insert into crypto map entry",
		"ipsec-isakmp": "IPSEC w/ISAKMP",
		"dynamic":      "Enable dynamic crypto map support",
		"$tag":         "Name of dynamic-map template",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		name, seq, tag := a.String("name"), a.Int("seq"), a.String("tag")
		if c.DynamicMap(tag) == nil {
			return refuse("ERROR: dynamic crypto map with tag \"%s\" does not exist.", tag)
		}
		if m := c.CryptoMap(name); m != nil {
			if e := m.Entry(seq); e != nil && e.Dynamic == "" {
				return refuse("%s %d is a crypto map entry of its own; remove it first.", name, seq)
			} else if e != nil {
				e.Dynamic = tag
				return nil
			}
		}
		addMapEntry(&c.CryptoMaps, name, seq).Dynamic = tag
		return nil
	},
	No: removeCryptoMap,
}

var reverseRouteLine = mapLine{
	Syntax: "reverse-route [static]",
	Help: grammar.Help{
		"reverse-route": "Reverse Route Injection.",
		"static":        "Create routes based on static ACLs permanently",
	},
	Set: func(e *mapScope, a grammar.Args) error {
		e.ReverseRoute = config.ReverseRouteUp
		if a.Has("static") {
			e.ReverseRoute = config.ReverseRouteStatic
		}
		return nil
	},
	No: func(e *mapScope, _ grammar.Args) error { e.ReverseRoute = config.NoReverseRoute; return nil },
	Write: func(e *mapScope, w *grammar.Writer) {
		switch e.ReverseRoute {
		case config.ReverseRouteUp:
			w.Line("reverse-route")
		case config.ReverseRouteStatic:
			w.Line("reverse-route static")
		}
	},
}

// reverseRouteOfTemplate has no routes before a peer has come.
var reverseRouteOfTemplate = mapLine{
	Syntax: "reverse-route",
	Help:   grammar.Help{"reverse-route": "Reverse Route Injection."},
	Set:    func(e *mapScope, _ grammar.Args) error { e.ReverseRoute = config.ReverseRouteUp; return nil },
	No:     reverseRouteLine.No,
	Write:  reverseRouteLine.Write,
}
