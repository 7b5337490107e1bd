package commands

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/shell/grammar"
)

// natStaticLines are the forms of static translations. The one of inside hosts writes
// them all.
func natStaticLines() (lines []grammar.Entry[*config.Config]) {
	const options, mapped, added = " [extendable | no-alias]...", " [route-map WORD$map]", " [add-route]"
	help := withHelp(natHelp, grammar.Help{
		"tcp": "Transmission Control Protocol", "udp": "User Datagram Protocol",
		"network": "Subnet translation", "route-map": "Specify route-map", "$map": "Route-map name",
		"add-route": "Add a static route for outside local address",
		"$local":    "Inside local IP address", "$global": "Inside global IP address",
		"$lport": "Local UDP/TCP port", "$gport": "Global UDP/TCP port",
		"$mask": "Network mask", "$bits": "Prefix length, as /24",
	})
	outside := withHelp(help, grammar.Help{"$local": "Outside local IP address", "$global": "Outside global IP address"})
	const inner, outer = "ip nat inside source static ", "ip nat outside source static "
	for _, f := range []struct {
		syntax string
		help   grammar.Help
	}{
		{inner + "A.B.C.D$local {A.B.C.D$global | interface INTERFACE$via}" + mapped, help},
		{inner + "{tcp | udp}$protocol A.B.C.D$local <1-65535>$lport {A.B.C.D$global | interface INTERFACE$via} <1-65535>$gport" + mapped, help},
		{inner + "network A.B.C.D$local A.B.C.D$global {A.B.C.D$mask | WORD$bits}", help},
		{outer + "A.B.C.D$global A.B.C.D$local" + added, outside},
		{outer + "{tcp | udp}$protocol A.B.C.D$global <1-65535>$gport A.B.C.D$local <1-65535>$lport" + added, outside},
		{outer + "network A.B.C.D$global A.B.C.D$local {A.B.C.D$mask | WORD$bits}" + added, outside},
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
					same.Extendable, same.NoAlias, same.AddRoute, same.ByLength = s.Extendable, s.NoAlias, s.AddRoute, s.ByLength
					if s.RouteMap == "" {
						same.RouteMap = ""
					}
					return same == *s
				})
				if len(c.NAT.Static) == before {
					return fmt.Errorf(textNATNoStatic)
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
		Outside: outside, Protocol: map[string]uint8{"tcp": 6, "udp": 17}[a.String("protocol")], Local: a.IP("local"), Global: a.IP("global"), LocalPort: uint16(a.Int("lport")), GlobalPort: uint16(a.Int("gport")),
		Interface: a.String("via"), Mask: a.IP("mask"), ByLength: a.Has("bits"), Extendable: a.Has("extendable"), NoAlias: a.Has("no-alias"),
		AddRoute: a.Has("add-route"),
		RouteMap: a.String("map"),
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
			return nil, fmt.Errorf(textNATNetmask)
		}
		s.Local, s.Global = s.Local&s.Mask, s.Global&s.Mask
	}
	return s, nil
}

// addNATStatic adds a translation. One address stands for several only where they
// are told apart by port or route map, or where they are extended.
func addNATStatic(c *config.Config, a grammar.Args, s *config.NATStatic) error {
	if s.Interface != "" && c.Interface(s.Interface) == nil {
		return a.Invalid("via")
	}
	n := &c.NAT
	for i, o := range n.Static {
		if o.Outside != s.Outside || o.Protocol != s.Protocol || o.Mask != s.Mask {
			continue
		}
		apart := s.Extendable && o.Extendable || s.RouteMap != "" && o.RouteMap != "" && s.RouteMap != o.RouteMap
		local := o.Local == s.Local && o.LocalPort == s.LocalPort
		global := o.Global == s.Global && o.GlobalPort == s.GlobalPort && o.Interface == s.Interface
		switch {
		case local && global:
			n.Static[i] = s
			return nil
		case local && !apart, global:
			return fmt.Errorf(textNATSimilar, ipText(o.Local), natGlobalText(o))
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
			kind = acl.ProtocolName(s.Protocol)
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
		if s.AddRoute {
			options = strings.TrimSuffix("add-route "+options, " ")
		}
		if s.RouteMap != "" {
			options = strings.TrimSuffix("route-map "+s.RouteMap+" "+options, " ")
		}
		side := "inside"
		if s.Outside {
			side, first, second = "outside", second, first
		}
		w.Line("ip nat", side, "source static", kind, strings.Join(first, " "), strings.Join(second, " "), mask, options)
	}
}
