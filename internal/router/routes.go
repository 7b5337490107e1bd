package router

import (
	"slices"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
)

// unreachable is the distance of a route that is never used.
const unreachable = 255

// MaxPaths is how many ways of one distance share the packets to a destination.
const MaxPaths = kernel.MaxPaths

// kernelRoute is a static route in the words of the kernel; ok is false for one that can
// never be there.
func (r *Router) kernelRoute(rt config.Route) (k kernel.Route, ok bool) {
	k = kernel.Route{Prefix: prefixOf(rt.Prefix, rt.Mask), Metric: int(rt.Distance), Permanent: rt.Permanent}
	if rt.NextHop != 0 {
		k.Via = acl.IPv4(rt.NextHop)
	}
	if k.Null = rt.Interface == config.Null; !k.Null && rt.Interface != "" {
		k.Link = r.linkOf(rt.Interface)
	}
	return k, rt.Distance != unreachable && (k.Null || rt.Interface == "" || k.Link != "")
}

// behindPeers is what a crypto map protects behind its peers, for the sake of routes that name its
// interface and no next hop.
func (r *Router) behindPeers(c *config.Config, p *protected) (all []kernel.Behind) {
	if !slices.ContainsFunc(c.Routes, func(rt config.Route) bool { return rt.Interface == p.ifc.Name && rt.NextHop == 0 }) {
		return nil
	}
	for _, e := range p.entries {
		for _, peer := range e.Peers[:min(len(e.Peers), 1)] {
			for _, ace := range e.list.Entries {
				if to, ok := ace.Dst.Prefix(); ok && ace.Remark == "" && ace.Action == acl.Permit {
					all = append(all, kernel.Behind{Prefix: to, Link: p.link, Peer: acl.IPv4(peer)})
				}
			}
		}
		if e.template != "" {
			for _, sa := range r.live.remotes(p.sas, p.cmap.Name, e.Seq) {
				all = append(all, kernel.Behind{Prefix: sa.Selector.Remote.Prefix, Link: p.link, Peer: sa.Remote.Addr()})
			}
		}
	}
	return all
}

// Routes returns the routing table, as far as it is in the kernel: networks, the
// addresses in them, static routes.
func (r *Router) Routes() []RouteState {
	table, err := r.kernel.RouteTable()
	if err != nil {
		return nil
	}
	c := r.Config()
	names := map[string]string{}
	for _, i := range c.Interfaces {
		names[r.linkOf(i.Name)] = i.Name
	}
	typed := map[kernel.Route]config.Route{}
	for _, rt := range c.Routes {
		if k, ok := r.kernelRoute(rt); ok {
			typed[k] = rt
		}
	}
	var out []RouteState
	for _, e := range table {
		s := RouteState{Code: 'S', Prefix: e.Prefix, NextHop: e.Via, Interface: names[e.Link], Distance: uint8(min(e.Metric, 255))}
		if s.Interface == "" {
			s.Interface = e.Link
		}
		if e.Null {
			s.Interface = config.Null
		}
		switch rt := typed[e.For]; {
		case e.Connected:
			s.Code, s.Distance, s.Address = 'C', 0, e.Local
		case e.Static:
			s.Tag, s.Permanent = rt.Tag, rt.Permanent
			if s.Pinned = rt.Interface != ""; s.Pinned { // a permanent one may lead nowhere now
				s.Interface = rt.Interface
			}
		case s.Distance == 0:
			s.Distance = 1
		}
		out = append(out, s)
	}
	return out
}

// StaticRoutes returns the static routes of the configuration, with those that are not
// used now.
func (r *Router) StaticRoutes() []StaticRoute {
	c := r.Config()
	table, _ := r.kernel.RouteTable() // as of a kernel without routes
	used := map[kernel.Route]bool{}
	for _, e := range table {
		used[e.For] = e.Static
	}
	var out []StaticRoute
	for _, rt := range c.Routes {
		k, ok := r.kernelRoute(rt)
		out = append(out, StaticRoute{Route: rt, Active: ok && used[k]})
	}
	return out
}
