package router

import (
	"net/netip"
	"slices"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
)

// ARP returns the ARP table by address: the router's own addresses and the neighbours.
func (r *Router) ARP() []ARPEntry {
	var out []ARPEntry
	names := map[string]string{}
	for _, i := range r.Interfaces() {
		names[i.Link] = i.Config.Name
		if i.MAC == nil || !i.Protocol {
			continue
		}
		for _, a := range append([]config.Address{i.Config.Address}, i.Config.Secondary...) {
			if a.IP != 0 {
				out = append(out, ARPEntry{Address: acl.IPv4(a.IP), MAC: i.MAC, Interface: i.Config.Name, Own: true})
			}
		}
	}
	neighbours, err := r.kernel.Neighbours()
	if err != nil {
		return out
	}
	for _, n := range neighbours {
		e := ARPEntry{Address: n.Addr, MAC: n.MAC, Interface: names[n.Link], Age: n.Age, Static: n.Permanent}
		if e.Interface == "" {
			e.Interface = n.Link
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b ARPEntry) int {
		if c := a.Address.Compare(b.Address); c != 0 {
			return c
		}
		return strings.Compare(a.Interface, b.Interface)
	})
	return out
}

// ClearARP forgets the neighbours, or only one of them.
func (r *Router) ClearARP(only netip.Addr) { r.retry(r.kernel.FlushNeighbours(only)) }

// Statistics returns the counters of IPv4 by the kernel's names.
func (r *Router) Statistics() map[string]uint64 {
	all, err := r.kernel.Statistics()
	r.retry(err)
	return all
}
