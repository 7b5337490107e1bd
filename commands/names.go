package commands

import (
	"net/netip"
	"slices"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/shell/grammar"
)

var hostLine = configLine{
	Syntax: "ip host ![WORD$name ![A.B.C.D...$addresses]]",
	Help: grammar.Help{"ip": "Global IP configuration subcommands", "host": "Add an entry to the ip hostname table",
		"$name": "Name of host", "A.B.C.D": "Host IP address"},
	Set: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		if !validName(name) {
			return a.Invalid("name")
		}
		list := slices.Clone(c.Host(name))
		for _, s := range a.Strings("addresses") {
			ip, err := netip.ParseAddr(s)
			if err == nil && !slices.Contains(list, acl.Word(ip)) {
				list = append(list, acl.Word(ip))
			}
		}
		if len(list) > config.MaxHostAddrs {
			return refuse("Maximum of %d addresses for a host", config.MaxHostAddrs)
		}
		c.SetHost(name, list)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		name := a.String("name")
		if name == "" {
			c.Hosts = nil
			return nil
		}
		list := slices.Clone(c.Host(name))
		for _, s := range a.Strings("addresses") {
			if ip, err := netip.ParseAddr(s); err == nil {
				list = slices.DeleteFunc(list, func(v uint32) bool { return v == acl.Word(ip) })
			}
		}
		if !a.Has("addresses") {
			list = nil
		}
		c.SetHost(name, list)
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, h := range c.Hosts {
			var words []string
			for _, ip := range h.Addrs {
				words = append(words, ipText(ip))
			}
			w.Line("ip host", h.Name, strings.Join(words, " "))
		}
	},
}

// validName reports whether a name may be asked for: labels of letters, digits, hyphens
// and underscores between dots.
func validName(name string) bool {
	if len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		const legal = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		if label == "" || len(label) > 63 || strings.Trim(label, legal) != "" {
			return false
		}
	}
	return true
}

var nameServerLine = configLine{
	Syntax: "ip name-server ![A.B.C.D...$servers]",
	Help: grammar.Help{"ip": "Global IP configuration subcommands", "name-server": "Specify address of name server to use",
		"A.B.C.D": "Domain server IP address (maximum of 6)"},
	Set: func(c *config.Config, a grammar.Args) error {
		list := slices.Clone(c.Servers)
		for _, s := range a.Strings("servers") {
			ip, err := netip.ParseAddr(s)
			if err == nil && !slices.Contains(list, acl.Word(ip)) {
				list = append(list, acl.Word(ip))
			}
		}
		if len(list) > config.MaxNameServers {
			return refuse("Name-server table is full; %d servers are the most", config.MaxNameServers)
		}
		c.Servers = list
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		if !a.Has("servers") {
			c.Servers = nil
		}
		for _, s := range a.Strings("servers") {
			if ip, err := netip.ParseAddr(s); err == nil {
				c.Servers = slices.DeleteFunc(c.Servers, func(v uint32) bool { return v == acl.Word(ip) })
			}
		}
		if len(c.Servers) == 0 {
			c.Servers = nil
		}
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, ip := range c.Servers {
			w.Line("ip name-server", ipText(ip))
		}
	},
}
