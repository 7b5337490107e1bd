package commands

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

type routeMapLine = grammar.Line[*config.RouteMapEntry]

const defaultRouteMapSeq = 10

var routeMapBlock = grammar.Block[*config.Config, *config.RouteMapEntry]{
	Syntax: "route-map WORD$name [permit | deny]$action [<0-65535>$seq]",
	Help: grammar.Help{
		"route-map": "Create route-map or enter route-map command mode",
		"$name":     "Route map tag",
		"permit":    "Route map permits set operations",
		"deny":      "Route map denies set operations",
		"$seq":      "Sequence to insert to/delete from existing route-map entry",
	},
	Open: func(c *config.Config, a grammar.Args) (*config.RouteMapEntry, error) {
		seq := defaultRouteMapSeq
		m := c.RouteMap(a.String("name"))
		switch {
		case a.Has("seq"):
			seq = a.Int("seq")
		case m != nil && len(m.Entries) > 1:
			return nil, refuse("Please specify the entry by its sequence")
		case m != nil:
			seq = m.Entries[0].Seq
		}
		e := c.AddRouteMapEntry(a.String("name"), seq)
		if a.Has("action") {
			e.Deny = a.String("action") == "deny"
		}
		return e, nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		m := c.RouteMap(a.String("name"))
		if m == nil {
			return refuse("Could not find route-map %s", a.String("name"))
		}
		gone := func(e *config.RouteMapEntry) bool {
			return (!a.Has("seq") || e.Seq == a.Int("seq")) && (!a.Has("action") || e.Deny == (a.String("action") == "deny"))
		}
		if m.Entries = without(m.Entries, gone); m.Entries == nil {
			c.RouteMaps = without(c.RouteMaps, func(o *config.RouteMap) bool { return o == m })
		}
		return nil
	},
	Each: func(c *config.Config) iter.Seq2[string, *config.RouteMapEntry] {
		return func(yield func(string, *config.RouteMapEntry) bool) {
			for _, m := range c.RouteMaps {
				for _, e := range m.Entries {
					if !yield(fmt.Sprintf("route-map %s %s %d", m.Name, e.Action(), e.Seq), e) {
						return
					}
				}
			}
		}
	},
	Sub: routeMapMode,
}

var routeMapMode = grammar.NewMode[*config.RouteMapEntry]("config-route-map", "Route Map configuration commands:",
	grammar.Exit[*config.RouteMapEntry]{Help: "Exit from route-map configuration mode"},
	describe("Route-map comment", "Comment up to 100 characters", func(e *config.RouteMapEntry) *string { return &e.Description }),
	routeMapLine{
		Syntax: "match ip address ![WORD...]",
		Help: grammar.Help{
			"match":   "Match values from routing table",
			"ip":      "IP specific information",
			"address": "Match address of route or match packet",
			"WORD":    "IP access-list number or name",
		},
		Set: func(e *config.RouteMapEntry, a grammar.Args) error {
			e.Lists = union(e.Lists, a.Strings("WORD"))
			return nil
		},
		No: func(e *config.RouteMapEntry, a grammar.Args) error {
			e.Lists = minus(e.Lists, a.Strings("WORD"))
			return nil
		},
		Write: func(e *config.RouteMapEntry, w *grammar.Writer) {
			if e.Lists != nil {
				w.Line("match ip address", strings.Join(e.Lists, " "))
			}
		},
	},
	routeMapLine{
		Syntax: "match interface ![INTERFACE...]",
		Help:   grammar.Help{"interface": "Match first hop interface of route"},
		Set: func(e *config.RouteMapEntry, a grammar.Args) error {
			e.Interfaces = union(e.Interfaces, a.Strings("INTERFACE"))
			return nil
		},
		No: func(e *config.RouteMapEntry, a grammar.Args) error {
			e.Interfaces = minus(e.Interfaces, a.Strings("INTERFACE"))
			return nil
		},
		Write: func(e *config.RouteMapEntry, w *grammar.Writer) {
			if e.Interfaces != nil {
				w.Line("match interface", strings.Join(e.Interfaces, " "))
			}
		},
	},
	known[*config.RouteMapEntry](knownRouteMap),
)

// union adds the words that a list has not got.
func union(list, words []string) []string {
	for _, w := range words {
		if !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

// minus takes words out of a list, or all when none is named.
func minus(list, words []string) []string {
	return without(list, func(s string) bool { return words == nil || slices.Contains(words, s) })
}
