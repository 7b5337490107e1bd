package kernel

import (
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Linux knows an MTU of IPv4 alone only in its routes. So the IP MTU of a link stands in
// those that lead over it and belong to the router: the connected ones and the static
// ones. The MTU of the link itself would also limit what it receives.

// ipLimit is such a route.
type ipLimit struct {
	route netlink.Route
	link  string
	mtu   int // 0 for that of the link
}

// planIPMTU compares the MTUs in the routes.
func planIPMTU(s *state, d *Desired) (cs []change) {
	over := map[string][]ipLimit{}
	for _, r := range s.limits {
		over[r.link] = append(over[r.link], r)
	}
	for _, l := range d.Links {
		for _, r := range over[l.Name] {
			want := l.IPMTU
			if want >= s.link(r.link).MTU {
				want = 0 // the kernel would believe that the link carries it
			}
			if r.mtu != want {
				cs = append(cs, routeMTU{r, want})
			}
		}
	}
	return cs
}

// ipLimits are those routes of the main table that lead over one link and were made by
// the router, or by the kernel for an address.
func ipLimits(s *state, list []netlink.Route) (all []ipLimit) {
	name := linkNames(s.links)
	for _, r := range list {
		link := name[r.LinkIndex]
		if link == "" || r.Protocol != protocolConft && r.Protocol != unix.RTPROT_KERNEL {
			continue
		}
		mtu := r.MTU
		r.MTU = 0
		r.Flags &= unix.RTNH_F_ONLINK // the others say how its link is now
		all = append(all, ipLimit{r, link, mtu})
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
