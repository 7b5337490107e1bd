package commands

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
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
			return fmt.Errorf("%%Invalid netmask")
		case p.Last < p.First:
			return fmt.Errorf("%%End address less than start address")
		case (p.First^p.Last)&p.Mask != 0:
			return fmt.Errorf("%%Start and end addresses on different subnets")
		}
		c.NAT.AddPool(p)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		if c.NAT.Pool(name) == nil {
			return fmt.Errorf("%%Pool %s not found", name)
		}
		if slices.ContainsFunc(c.NAT.Sources, func(s config.NATSource) bool { return s.Pool == name }) {
			return fmt.Errorf("%%Pool %s in use, cannot destroy", name)
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
			return fmt.Errorf("%%Pool %s not found", s.Pool)
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
			return fmt.Errorf("%%Dynamic mapping not found")
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

// natStaticLines are the forms of static translations. The one of inside hosts writes
// them all.
func natStaticLines() (lines []grammar.Entry[*config.Config]) {
	const options = " [extendable | no-alias]..."
	help := withHelp(natHelp, grammar.Help{
		"tcp": "Transmission Control Protocol", "udp": "User Datagram Protocol",
		"network": "Subnet translation",
		"$local":  "Inside local IP address", "$global": "Inside global IP address",
		"$lport": "Local UDP/TCP port", "$gport": "Global UDP/TCP port",
		"$mask": "Network mask", "$bits": "Prefix length, as /24",
	})
	outside := withHelp(help, grammar.Help{"$local": "Outside local IP address", "$global": "Outside global IP address"})
	const inner, outer = "ip nat inside source static ", "ip nat outside source static "
	for _, f := range []struct {
		syntax string
		help   grammar.Help
	}{
		{inner + "A.B.C.D$local {A.B.C.D$global | interface INTERFACE$via}", help},
		{inner + "{tcp | udp}$protocol A.B.C.D$local <1-65535>$lport {A.B.C.D$global | interface INTERFACE$via} <1-65535>$gport", help},
		{inner + "network A.B.C.D$local A.B.C.D$global {A.B.C.D$mask | WORD$bits}", help},
		{outer + "A.B.C.D$global A.B.C.D$local", outside},
		{outer + "{tcp | udp}$protocol A.B.C.D$global <1-65535>$gport A.B.C.D$local <1-65535>$lport", outside},
		{outer + "network A.B.C.D$global A.B.C.D$local {A.B.C.D$mask | WORD$bits}", outside},
	} {
		write := func(*config.Config, *grammar.Writer) {}
		if lines == nil {
			write = writeNATStatic
		}
		lines = append(lines, configLine{
			Syntax: f.syntax + options, Help: f.help, Write: write,
			Set: func(c *config.Config, a grammar.Args) error {
				s, err := natStatic(a, strings.HasPrefix(f.syntax, outer))
				if err != nil {
					return err
				}
				return addNATStatic(c, a, s)
			},
			No: func(c *config.Config, a grammar.Args) error {
				s, err := natStatic(a, strings.HasPrefix(f.syntax, outer))
				if err != nil {
					return err
				}
				before := len(c.NAT.Static)
				c.NAT.Static = without(c.NAT.Static, func(o *config.NATStatic) bool {
					same := *o
					same.Extendable, same.NoAlias, same.ByLength = s.Extendable, s.NoAlias, s.ByLength
					return same == *s
				})
				if len(c.NAT.Static) == before {
					return fmt.Errorf("%%Translation not found")
				}
				return nil
			},
		})
	}
	return lines
}

// natStatic reads a static translation.
func natStatic(a grammar.Args, outside bool) (*config.NATStatic, error) {
	s := &config.NATStatic{
		Outside: outside, Local: a.IP("local"), Global: a.IP("global"), LocalPort: uint16(a.Int("lport")), GlobalPort: uint16(a.Int("gport")),
		Interface: a.String("via"), Mask: a.IP("mask"), ByLength: a.Has("bits"), Extendable: a.Has("extendable"), NoAlias: a.Has("no-alias"),
	}
	switch a.String("protocol") {
	case "tcp":
		s.Protocol = protoTCP
	case "udp":
		s.Protocol = protoUDP
	}
	if s.ByLength {
		n, err := strconv.ParseUint(strings.TrimPrefix(a.String("bits"), "/"), 10, 6)
		if err != nil || n < 1 || n > 32 || !strings.HasPrefix(a.String("bits"), "/") {
			return nil, a.Invalid("bits")
		}
		s.Mask = ^uint32(1<<(32-n) - 1)
	}
	if s.Mask != 0 {
		if !contiguous(s.Mask) {
			return nil, fmt.Errorf("%%Invalid netmask")
		}
		s.Local, s.Global = s.Local&s.Mask, s.Global&s.Mask
	}
	return s, nil
}

// addNATStatic adds a translation. One address stands for several only where they
// are told apart by port, or where they are extended.
func addNATStatic(c *config.Config, a grammar.Args, s *config.NATStatic) error {
	if s.Interface != "" && c.Interface(s.Interface) == nil {
		return a.Invalid("via")
	}
	n := &c.NAT
	for i, o := range n.Static {
		if o.Outside != s.Outside || o.Protocol != s.Protocol || o.Mask != s.Mask {
			continue
		}
		local := o.Local == s.Local && o.LocalPort == s.LocalPort
		global := o.Global == s.Global && o.GlobalPort == s.GlobalPort && o.Interface == s.Interface
		switch {
		case local && global:
			n.Static[i] = s
			return nil
		case local && !(s.Extendable && o.Extendable), global:
			return fmt.Errorf("%% similar static entry (%s -> %s) already exists", ipText(o.Local), natGlobalText(o))
		}
	}
	n.AddStatic(s)
	return nil
}

func natGlobalText(s *config.NATStatic) string {
	if s.Interface != "" {
		return "interface " + s.Interface
	}
	return ipText(s.Global)
}

func writeNATStatic(c *config.Config, w *grammar.Writer) {
	for _, s := range c.NAT.Static {
		first, second := []string{ipText(s.Local)}, []string{natGlobalText(s)}
		var kind, mask, options string
		if s.Protocol != 0 {
			kind = protocolText(s.Protocol)
			first, second = append(first, fmt.Sprint(s.LocalPort)), append(second, fmt.Sprint(s.GlobalPort))
		}
		if s.Mask != 0 {
			kind, mask = "network", ipText(s.Mask)
			if s.ByLength {
				mask = fmt.Sprintf("/%d", bits.OnesCount32(s.Mask))
			}
		}
		if s.Extendable {
			options = "extendable"
		}
		if s.NoAlias {
			options = strings.TrimPrefix(options+" no-alias", " ")
		}
		side := "inside"
		if s.Outside {
			side, first, second = "outside", second, first
		}
		w.Line("ip nat", side, "source static", kind, strings.Join(first, " "), strings.Join(second, " "), mask, options)
	}
}
