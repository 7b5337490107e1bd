package kernel

import (
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
	carries := make(map[string]int, len(s.links))
	for _, l := range s.links {
		carries[l.Name] = l.MTU
	}
	limit := make(map[string]int, len(d.Links))
	for _, l := range d.Links {
		limit[l.Name] = l.IPMTU
	}
	for _, r := range s.limits {
		least, limited, known := 0, false, false
		for _, name := range r.links {
			mtu := carries[name]
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

// ipLimits are those routes of the main table that were made by the router, or by the kernel
// for an address, and lead over links.
func ipLimits(s *state, list []netlink.Route) (all []ipLimit) {
	name := linkNames(s.links)
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
	return all
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
