package kernel

import (
	"fmt"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Linux knows an MTU of IPv4 alone only in its routes. So the IP MTU of a link stands in
// those that lead over it and belong to the router: the connected ones and the static
// ones. One with several ways has one MTU, the least of them. The MTU of the link itself would
// also limit what it receives.

// ipLimit is such a route.
type ipLimit struct {
	route netlink.Route
	links []string
	mtu   int // 0 for that of the link
}

// planIPMTU compares the MTUs in the routes over the links of d.
func planIPMTU(s *state, d *Desired) (cs []change) {
	limit := make(map[string]int, len(d.Links))
	for _, l := range d.Links {
		limit[l.Name] = l.IPMTU
	}
	for _, r := range s.limits {
		least, limited, known := 0, false, false
		for _, name := range r.links {
			mtu := s.link(name).MTU
			ip, ok := limit[name]
			known = known || ok
			if ip > 0 && ip < mtu { // else the kernel would believe that the link carries it
				mtu, limited = ip, true
			}
			if least == 0 || mtu < least {
				least = mtu
			}
		}
		want := 0
		if limited {
			want = least
		}
		if known && r.mtu != want {
			cs = append(cs, routeMTU{r, want})
		}
	}
	return cs
}

// ipLimits lists the routes of the main table that were made by the router, or by the kernel
// for an address, and lead over links.
func ipLimits(s *state) ([]ipLimit, error) {
	list, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: unix.RT_TABLE_MAIN}, netlink.RT_FILTER_TABLE)
	if err != nil {
		return nil, fmt.Errorf("kernel: ip route show: %w", err)
	}
	name := map[int]string{}
	for _, l := range s.links {
		name[l.Index] = l.Name
	}
	var all []ipLimit
	for _, r := range list {
		if r.Protocol != protocolConft && r.Protocol != unix.RTPROT_KERNEL {
			continue
		}
		l := ipLimit{mtu: r.MTU}
		r.MTU = 0
		const lasting = unix.RTNH_F_ONLINK // the other flags say how a link is now
		r.Flags &= lasting
		over := []int{r.LinkIndex}
		if len(r.MultiPath) > 0 {
			over = nil
		}
		for _, h := range r.MultiPath {
			h.Flags &= lasting
			over = append(over, h.LinkIndex)
		}
		for _, index := range over {
			if name[index] != "" {
				l.links = append(l.links, name[index])
			}
		}
		if l.route = r; len(l.links) == len(over) {
			all = append(all, l)
		}
	}
	return all, nil
}

// do puts the new route beside the old one before that goes, so that no packet finds
// none.
func (c routeMTU) do(*Kernel) error {
	r := c.route
	r.MTU = c.want
	if err := netlink.RouteAppend(&r); err != nil {
		return err
	}
	r.MTU = c.mtu
	return netlink.RouteDel(&r)
}
