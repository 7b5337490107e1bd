package commands

import (
	"fmt"
	"slices"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/shell/grammar"
)

// setAddress is `ip address A M [secondary]` with IOS's checks. Secondary
// addresses may come first, as in configurations that some releases write.
func setAddress(i *interfaceScope, a grammar.Args) error {
	n := config.Address{IP: a.IP("own"), Mask: a.IP("mask")}
	if err := checkAddress(i, n, a); err != nil {
		return err
	}
	secondary := a.Has("secondary")
	if secondary {
		if i.Address.IP == n.IP {
			return refuse("Secondary can't be same as primary")
		}
		i.Secondary = without(i.Secondary, func(s config.Address) bool { return s.IP == n.IP })
		i.Secondary = append(i.Secondary, n)
		return nil
	}
	i.Address = n
	i.Secondary = without(i.Secondary, func(s config.Address) bool { return s.IP == n.IP })
	return nil
}

// removeAddress is `no ip address [A M [secondary]]`.
func removeAddress(i *interfaceScope, a grammar.Args) error {
	if !a.Has("own") {
		i.Address, i.Secondary = config.Address{}, nil
		return nil
	}
	n := config.Address{IP: a.IP("own"), Mask: a.IP("mask")}
	switch {
	case a.Has("secondary"):
		if !slices.Contains(i.Secondary, n) {
			return refuse("Invalid address")
		}
		i.Secondary = without(i.Secondary, func(s config.Address) bool { return s == n })
	case i.Address != n:
		return refuse("Invalid address")
	case len(i.Secondary) > 0:
		return refuse("Must delete secondary before deleting primary")
	default:
		i.Address = config.Address{}
	}
	return nil
}

// checkAddress refuses what cannot be an interface's address.
func checkAddress(i *interfaceScope, n config.Address, a grammar.Args) error {
	addr := acl.IPv4(n.IP)
	if n.IP>>24 == 0 || addr.IsLoopback() || n.IP>>28 >= 0xe {
		return refuse("Not a valid host address - %s", addr)
	}
	length := maskLen(n.Mask)
	if !contiguous(n.Mask) || length == 0 {
		return refuse("Bad mask 0x%08X for address %s", n.Mask, addr)
	}
	host := n.IP &^ n.Mask
	switch {
	case length == 32 && virtual(i.Name):
	case length == 31:
		if !virtual(i.Name) {
			a.Note("% Warning: use /31 mask on non point-to-point interface cautiously")
		}
	case length == 32, host == 0, host == ^n.Mask:
		return refuse("Bad mask /%d for address %s", length, addr)
	}
	for _, other := range i.in.Interfaces {
		if other.Name == i.Name {
			continue
		}
		for _, o := range append([]config.Address{other.Address}, other.Secondary...) {
			common := o.Mask & n.Mask
			if o != (config.Address{}) && o.IP&common == n.IP&common {
				return refuse("%s overlaps with %s", ipText(n.IP&n.Mask), other.Name)
			}
		}
	}
	for _, m := range i.in.CryptoMaps {
		for _, e := range m.Entries {
			if slices.Contains(e.Peers, n.IP) {
				return refuse("Invalid address, %s is the peer of crypto map %s %d", addr, m.Name, e.Seq)
			}
		}
	}
	return nil
}

// isLocal reports whether an address is one of the router's own.
func isLocal(c *config.Config, ip uint32) bool {
	for _, i := range c.Interfaces {
		if i.Address.IP == ip && ip != 0 || slices.ContainsFunc(i.Secondary, func(s config.Address) bool { return s.IP == ip }) {
			return true
		}
	}
	return false
}

var ipRouteLine = configLine{
	Syntax: "ip route A.B.C.D$prefix A.B.C.D$mask ![{A.B.C.D$hop | Null0$interface | INTERFACE$interface [A.B.C.D$hop]} [<1-255>$distance | tag <1-4294967295>$value | name WORD | permanent]...]",
	Help: grammar.Help{
		"ip":         "Global IP configuration subcommands",
		"route":      "Establish static routes",
		"$prefix":    "Destination prefix",
		"$mask":      "Destination prefix mask",
		"$hop":       "Forwarding router's address",
		"$interface": "Null interface",
		"permanent":  "permanent route",
		"$distance":  "Distance metric for this route",
		"tag":        "Set tag for this route",
		"$value":     "Tag value",
		"name":       "Specify name of the next hop",
		"WORD":       "Specify name of the next hop",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		r, err := route(a)
		if err != nil {
			return err
		}
		switch {
		case r.Interface != "" && r.Interface != config.Null && c.Interface(r.Interface) == nil:
			return a.Invalid("interface")
		case a.Has("hop") && (r.NextHop>>24 == 0 || r.NextHop>>28 >= 0xe || acl.IPv4(r.NextHop).IsLoopback()):
			return fmt.Errorf("%%Invalid next hop address")
		case a.Has("hop") && isLocal(c, r.NextHop):
			return fmt.Errorf("%%Invalid next hop address (it's this router)")
		}
		if r.Mask == 0 && r.NextHop == 0 && r.Interface != config.Null {
			a.Note("%Default route without gateway, if not a point-to-point interface, may impact performance")
		}
		c.AddRoute(r)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		r, err := route(a)
		if err != nil {
			return err
		}
		before := len(c.Routes)
		c.Routes = without(c.Routes, func(o config.Route) bool {
			return o.Prefix == r.Prefix && o.Mask == r.Mask &&
				(!a.Has("hop") || o.NextHop == r.NextHop) && (!a.Has("interface") || o.Interface == r.Interface)
		})
		if len(c.Routes) == before {
			return fmt.Errorf("%%No matching route to delete")
		}
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, r := range c.Routes {
			var hop, distance, tag, name, permanent string
			if r.NextHop != 0 {
				hop = ipText(r.NextHop)
			}
			if r.Distance != 1 {
				distance = fmt.Sprint(r.Distance)
			}
			if r.Tag != 0 {
				tag = fmt.Sprint("tag ", r.Tag)
			}
			if r.Name != "" {
				name = "name " + r.Name
			}
			if r.Permanent {
				permanent = "permanent"
			}
			w.Line("ip route", ipText(r.Prefix), ipText(r.Mask), r.Interface, hop, distance, tag, name, permanent)
		}
	},
}

// route reads the arguments of `ip route`.
func route(a grammar.Args) (config.Route, error) {
	r := config.Route{Prefix: a.IP("prefix"), Mask: a.IP("mask"), NextHop: a.IP("hop"),
		Interface: a.String("interface"), Distance: 1,
		Tag: uint32(a.Int("value")), Name: a.String("WORD"), Permanent: a.Has("permanent")}
	if a.Has("distance") {
		r.Distance = uint8(a.Int("distance"))
	}
	if !contiguous(r.Mask) || r.Prefix&^r.Mask != 0 {
		return r, fmt.Errorf("%%Inconsistent address and mask")
	}
	return r, nil
}
