package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// alias is what the one side knows hosts of the other by, where it lies in the network
// of a link: the router answers for it, in ARP and, as IOS does while nothing is
// translated, to pings.
type alias struct {
	prefix netip.Prefix
	link   string
}

type (
	aliasAdd struct{ alias }
	aliasDel struct{ alias }
)

func (a alias) String() string {
	return fmt.Sprintf("local %s dev %s proto %d table local", a.prefix, a.link, protocolConft)
}
func (c aliasAdd) String() string { return "ip route append " + c.alias.String() }
func (c aliasDel) String() string { return "ip route del " + c.alias.String() }

func (c aliasAdd) do(*Kernel) error { return c.change(netlink.RouteAppend) }

// do also succeeds when the alias has gone with its link.
func (c aliasDel) do(*Kernel) error {
	if err := c.change(netlink.RouteDel); !errors.Is(err, unix.ESRCH) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (a alias) change(do func(*netlink.Route) error) error {
	return withLink(a.link, func(l netlink.Link) error {
		return do(&netlink.Route{
			Dst:       &net.IPNet{IP: a.prefix.Addr().AsSlice(), Mask: net.CIDRMask(a.prefix.Bits(), 32)},
			LinkIndex: l.Attrs().Index, Protocol: protocolConft,
			Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST,
		})
	})
}

// aliases lists those that are there.
func aliases(s *state) (all []alias, err error) {
	list, err := netlink.RouteListFiltered(netlink.FAMILY_V4,
		&netlink.Route{Protocol: protocolConft, Table: unix.RT_TABLE_LOCAL}, netlink.RT_FILTER_PROTOCOL|netlink.RT_FILTER_TABLE)
	if err != nil {
		return nil, fmt.Errorf("kernel: ip route show table local: %w", err)
	}
	for _, r := range list {
		for _, l := range s.links {
			if l.Index == r.LinkIndex {
				all = append(all, alias{prefix(r.Dst), l.Name})
			}
		}
	}
	return all, nil
}

// aliases are those that are wanted.
func (d *Desired) aliases() (all []alias) {
	add := func(p netip.Prefix) {
		for _, l := range d.Links {
			near := slices.ContainsFunc(l.Addrs, func(a netip.Prefix) bool { return a.Masked().Overlaps(p) })
			own := slices.ContainsFunc(l.Addrs, func(a netip.Prefix) bool { return netip.PrefixFrom(a.Addr(), 32) == p })
			if a := (alias{p, l.Name}); near && !own && !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	if !d.NAT.on() {
		return nil
	}
	for _, s := range d.NAT.Static {
		switch {
		case s.NoAlias:
		case s.Outside:
			add(s.Local.Masked())
		default:
			add(s.Global.Masked())
		}
	}
	for _, p := range d.NAT.Dynamic {
		if p.First.IsValid() && !p.Own && !p.Host.Local.IsValid() {
			for _, r := range span(p.First, p.Last) {
				add(r)
			}
		}
	}
	return all
}

// planAliases follows the links, whose going down takes aliases away.
func planAliases(s *state, d *Desired) (cs []change) {
	want := slices.DeleteFunc(d.aliases(), func(a alias) bool { l := s.link(a.link); return l == nil || !l.Up })
	for _, a := range s.aliases {
		if !slices.Contains(want, a) {
			cs = append(cs, aliasDel{a})
		}
	}
	for _, a := range want {
		if !slices.Contains(s.aliases, a) {
			cs = append(cs, aliasAdd{a})
		}
	}
	return cs
}

// span divides a range of addresses into prefixes.
func span(first, last netip.Addr) (all []netip.Prefix) {
	for first.IsValid() && !last.Less(first) {
		p := netip.PrefixFrom(first, 32)
		for p.Bits() > 0 {
			wider := netip.PrefixFrom(first, p.Bits()-1)
			if wider.Masked().Addr() != first || last.Less(lastOf(wider)) {
				break
			}
			p = wider
		}
		all = append(all, p)
		first = lastOf(p).Next()
	}
	return all
}

// lastOf is the highest address of a prefix.
func lastOf(p netip.Prefix) netip.Addr {
	a := p.Masked().Addr().As4()
	for i := p.Bits(); i < 32; i++ {
		a[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom4(a)
}
