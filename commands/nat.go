package commands

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

var natInterfaceLine = interfaceLine{
	Syntax: "ip nat {inside | outside}$side",
	Help: grammar.Help{
		"nat":     "NAT interface commands",
		"inside":  "Inside interface for address translation",
		"outside": "Outside interface for address translation",
	},
	Set: func(i *interfaceScope, a grammar.Args) error { i.NAT = natSide(a); return nil },
	No: func(i *interfaceScope, a grammar.Args) error {
		if i.NAT == natSide(a) {
			i.NAT = config.NATNone
		}
		return nil
	},
	Write: func(i *interfaceScope, w *grammar.Writer) {
		if i.NAT != config.NATNone {
			w.Line("ip nat", map[config.NATSide]string{config.NATInside: "inside", config.NATOutside: "outside"}[i.NAT])
		}
	},
}

func natSide(a grammar.Args) config.NATSide {
	if a.String("side") == "inside" {
		return config.NATInside
	}
	return config.NATOutside
}

var natHelp = grammar.Help{
	"ip":         "Global IP configuration subcommands",
	"nat":        "NAT configuration commands",
	"inside":     "Inside address translation",
	"outside":    "Outside address translation",
	"source":     "Source address translation",
	"static":     "Specify static local->global mapping",
	"interface":  "Specify interface for global address",
	"extendable": "Extend this translation when used",
	"no-alias":   "Do not create an alias for the global address",
}

// natTimeouts are the words of `ip nat translation`, in the order in which they are
// written.
var natTimeouts = []struct {
	word, help string
	value      func(*config.NATTimeouts) *uint32
}{
	{"timeout", "Specify timeout for dynamic NAT translations", func(t *config.NATTimeouts) *uint32 { return &t.Any }},
	{"tcp-timeout", "Specify timeout for NAT TCP flows", func(t *config.NATTimeouts) *uint32 { return &t.TCP }},
	{"udp-timeout", "Specify timeout for NAT UDP flows", func(t *config.NATTimeouts) *uint32 { return &t.UDP }},
	{"finrst-timeout", "Specify timeout for NAT TCP flows after a FIN or RST", func(t *config.NATTimeouts) *uint32 { return &t.FinRst }},
	{"syn-timeout", "Specify timeout for NAT TCP flows after a SYN and no further data", func(t *config.NATTimeouts) *uint32 { return &t.Syn }},
	{"icmp-timeout", "Specify timeout for NAT ICMP flows", func(t *config.NATTimeouts) *uint32 { return &t.ICMP }},
}

func natTimeoutLine() configLine {
	help := grammar.Help{"translation": "NAT translation entry configuration", "<1-536870>": "Timeout in seconds"}
	var words []string
	for _, t := range natTimeouts {
		words = append(words, t.word)
		help[t.word] = t.help
	}
	value := func(t *config.NATTimeouts, word string) *uint32 {
		i := slices.Index(words, word)
		return natTimeouts[i].value(t)
	}
	return configLine{
		Syntax: "ip nat translation {" + strings.Join(words, " | ") + "}$which ![<1-536870>]",
		Help:   withHelp(natHelp, help),
		Set: func(c *config.Config, a grammar.Args) error {
			n := uint32(a.Int("<1-536870>"))
			if n == *value(&config.NATTimeoutDefaults, a.String("which")) {
				n = 0
			}
			*value(&c.NAT.Timeouts, a.String("which")) = n
			return nil
		},
		No: func(c *config.Config, a grammar.Args) error {
			*value(&c.NAT.Timeouts, a.String("which")) = 0
			return nil
		},
		Write: func(c *config.Config, w *grammar.Writer) {
			for _, t := range natTimeouts {
				if n := *t.value(&c.NAT.Timeouts); n != 0 {
					w.Line("ip nat translation", t.word, fmt.Sprint(n))
				}
			}
		},
	}
}

var natPoolLine = configLine{
	Syntax: "ip nat pool WORD$name ![A.B.C.D$first A.B.C.D$last {netmask A.B.C.D$mask | prefix-length <1-32>$bits}]",
	Help: withHelp(natHelp, grammar.Help{
		"pool":          "Define pool of addresses",
		"$name":         "Pool name",
		"$first":        "Start IP address",
		"$last":         "End IP address",
		"netmask":       "Specify the network mask",
		"$mask":         "Network mask",
		"prefix-length": "Specify the prefix length",
		"$bits":         "Prefix length",
	}),
	Set: func(c *config.Config, a grammar.Args) error {
		p := &config.NATPool{Name: a.String("name"), First: a.IP("first"), Last: a.IP("last"), Mask: a.IP("mask"), ByLength: a.Has("bits")}
		if p.ByLength {
			p.Mask = ^uint32(1<<(32-a.Int("bits")) - 1)
		}
		switch {
		case !contiguous(p.Mask):
			return fmt.Errorf(textNATNetmask)
		case p.Last < p.First:
			return fmt.Errorf(textNATPoolOrder)
		case (p.First^p.Last)&p.Mask != 0:
			return fmt.Errorf(textNATPoolSpan)
		}
		c.NAT.AddPool(p)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		if c.NAT.Pool(name) == nil {
			return fmt.Errorf(textNATNoPool, name)
		}
		if slices.ContainsFunc(c.NAT.Sources, func(s config.NATSource) bool { return s.Pool == name }) {
			return fmt.Errorf(textNATPoolUsed, name)
		}
		c.NAT.Pools = without(c.NAT.Pools, func(p *config.NATPool) bool { return p.Name == name })
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, p := range c.NAT.Pools {
			mask := "netmask " + ipText(p.Mask)
			if p.ByLength {
				mask = fmt.Sprintf("prefix-length %d", bits.OnesCount32(p.Mask))
			}
			w.Line("ip nat pool", p.Name, ipText(p.First), ipText(p.Last), mask)
		}
	},
}

var natSourceLine = configLine{
	Syntax: "ip nat inside source {list {<1-2699> | WORD}$acl | route-map WORD$map} ![{interface INTERFACE$via | pool WORD$of} [overload]]",
	Help: withHelp(natHelp, grammar.Help{
		"list":      "Specify access list describing local addresses",
		"<1-2699>":  "Access list number for local addresses",
		"WORD":      "Access list name for local addresses",
		"route-map": "Specify route-map",
		"$map":      "Route-map name",
		"pool":      "Name pool of global addresses",
		"$of":       "Pool name for global addresses",
		"overload":  "Overload an address translation",
	}),
	Set: func(c *config.Config, a grammar.Args) error {
		s := config.NATSource{List: a.String("acl"), RouteMap: a.String("map"), Pool: a.String("of"), Interface: a.String("via"),
			Overload: a.Has("overload") || a.Has("via")} // one address is overloaded, said or not
		if s.Interface != "" && c.Interface(s.Interface) == nil {
			return a.Invalid("via")
		}
		if s.Pool != "" && c.NAT.Pool(s.Pool) == nil {
			return fmt.Errorf(textNATNoPool, s.Pool)
		}
		c.NAT.AddSource(s)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		before := len(c.NAT.Sources)
		c.NAT.Sources = without(c.NAT.Sources, func(s config.NATSource) bool {
			return s.List == a.String("acl") && s.RouteMap == a.String("map") &&
				(!a.Has("of") || s.Pool == a.String("of")) && (!a.Has("via") || s.Interface == a.String("via"))
		})
		if len(c.NAT.Sources) == before {
			return fmt.Errorf(textNATNoDynamic)
		}
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, s := range c.NAT.Sources {
			w.Line("ip nat inside source", natSourceText(s))
		}
	},
}

// natSourceText is a dynamic translation behind "ip nat inside source".
func natSourceText(s config.NATSource) string {
	text := "list " + s.List
	if s.RouteMap != "" {
		text = "route-map " + s.RouteMap
	}
	if s.Pool != "" {
		text += " pool " + s.Pool
	} else {
		text += " interface " + s.Interface
	}
	if s.Overload {
		text += " overload"
	}
	return text
}
