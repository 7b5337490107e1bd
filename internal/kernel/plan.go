package kernel

import (
	"cmp"
	"maps"
	"slices"
)

// planProtect puts the diversion of each crypto link in place, or takes away
// what is no longer wanted. In: TUN, filter, rules that mark; out: the other
// way round. So a packet is never marked without a way to the engine.
func planProtect(s *state, d *Desired) (cs []change) {
	index := map[string]int{}
	for _, c := range d.Crypto {
		l, t := s.link(c.Link), s.link(c.TUN)
		if l == nil {
			continue // its rules drop until it comes
		}
		if t == nil || !slices.Contains(s.tuns, c.TUN) {
			cs = append(cs, tunAdd{c.TUN})
			t = &LinkState{}
		}
		if t.MTU != l.MTU {
			cs = append(cs, linkMTU{c.TUN, l.MTU})
		}
		cs = append(cs, planTUNSysctl(s, c)...)
		if !t.Up {
			cs = append(cs, linkSet{c.TUN, true})
		}
		if feeds, ok := s.filters[c.Link]; !ok || feeds != c.TUN {
			cs = append(cs, filterSet{c.Link, c.TUN})
		}
		index[c.Link] = l.Index
	}
	if c := s.compose(d, index); s.table != c.text {
		cs = append(cs, tableSet{c.rules, c.text, d.Filters})
	}
	for _, link := range slices.Sorted(maps.Keys(s.filters)) {
		if !slices.ContainsFunc(d.Crypto, func(c CryptoLink) bool { return c.Link == link }) {
			cs = append(cs, filterDel{link})
		}
	}
	for _, name := range s.tuns {
		if !slices.ContainsFunc(d.Crypto, func(c CryptoLink) bool { return c.TUN == name }) {
			cs = append(cs, tunDel{name})
		}
	}
	return cs
}

// planTUNSysctl lets decrypted packets in. They arrive on a device without
// address, so no source would pass a reverse path check there; the engine has
// checked the source against the SA. The router's own ICMP errors to itself
// come in with a local source. IPv6 would only chatter into the TUN.
func planTUNSysctl(s *state, c CryptoLink) (cs []change) {
	set := setter(s, &cs)
	spread(s, set, "rp_filter", c.TUN)
	spread(s, set, "send_redirects", c.TUN)
	set("net/ipv4/conf/"+c.Link+"/send_redirects", "0")
	set("net/ipv4/conf/"+c.TUN+"/accept_local", "1")
	if _, ok := s.sysctl["net/ipv6/conf/all/disable_ipv6"]; ok {
		set("net/ipv6/conf/"+c.TUN+"/disable_ipv6", "1")
	}
	return cs
}

// setter returns a function that turns a switch unless it is turned already.
// A key without a value is of a link made in this turn.
func setter(s *state, cs *[]change) func(key, value string) {
	return func(key, value string) {
		if s.sysctl[key] != value {
			*cs = append(*cs, sysctlSet{key, value})
			s.sysctl[key] = value
		}
	}
}

// spread switches a setting off for one device. The kernel takes the greater of
// the value for "all" and the device's own, so "all" must be 0; every other
// device keeps the effect it had by having it written to its own value.
func spread(s *state, set func(key, value string), name, except string) {
	path := func(dev string) string { return "net/ipv4/conf/" + dev + "/" + name }
	if all := s.sysctl[path("all")]; all != "0" {
		// "default" last: writing it changes devices that never had their own.
		for _, dev := range append(s.devices(), "default") {
			if dev != except {
				set(path(dev), max(all, s.sysctl[path(dev)]))
			}
		}
		set(path("all"), "0")
	}
	set(path(except), "0")
}

// planLinks makes loopbacks, names, addresses and states of the links. New
// addresses come before old ones go: whoever is logged in by one stays so.
func planLinks(s *state, d *Desired) (cs []change) {
	for _, l := range d.Links {
		now := s.link(l.Name)
		switch {
		case now == nil && l.Loopback:
			cs = append(cs, linkAdd{l.Name})
			now = &LinkState{Name: l.Name}
		case now == nil:
			continue // it may be plugged in later
		}
		if l.Alias != "" && l.Alias != now.Alias {
			cs = append(cs, linkAlias{l.Name, l.Alias})
		}
		if mtu := cmp.Or(l.MTU, s.mtus[l.Name]); mtu != 0 && mtu != now.MTU {
			cs = append(cs, hostMTU{linkMTU{l.Name, mtu}, now.MTU})
		}
		if len(l.Addrs) > 0 {
			// A second address of a network goes with the first unless promoted.
			setter(s, &cs)("net/ipv4/conf/"+l.Name+"/promote_secondaries", "1")
			if !l.Loopback { // as on IOS, a network goes with its line
				setter(s, &cs)("net/ipv4/conf/"+l.Name+"/ignore_routes_with_linkdown", "1")
			}
		}
		for _, p := range l.Addrs {
			if !slices.Contains(now.Addrs, p) {
				cs = append(cs, addrAdd{l.Name, p})
			}
		}
		for _, p := range now.Addrs {
			if !slices.Contains(l.Addrs, p) && (now.proto[p] || s.named[linkAddr{l.Name, p}]) {
				cs = append(cs, addrDel{l.Name, p})
			}
		}
		if l.Up != now.Up {
			cs = append(cs, linkSet{l.Name, l.Up})
		}
	}
	wanted := make(map[string]bool, len(d.Links))
	for _, l := range d.Links {
		wanted[l.Name] = true
	}
	var gone []string
	for _, now := range s.links {
		if wanted[now.Name] {
			continue
		}
		if now.made {
			gone = append(gone, now.Name)
			continue
		}
		for _, p := range now.Addrs {
			if now.proto[p] || s.named[linkAddr{now.Name, p}] {
				cs = append(cs, addrDel{now.Name, p})
			}
		}
	}
	if len(gone) > 0 {
		cs = append(cs, linkDel{gone})
	}
	if !s.loUp { // a new namespace: the router's own addresses answer over lo
		cs = append(cs, linkSet{"lo", true})
	}
	setter(s, &cs)("net/ipv4/ip_forward", "1")
	// Most packets are for no socket of this machine: none is looked for before the route is
	// known. The namespaces of old kernels have no such switch.
	if _, ok := s.sysctl["net/ipv4/ip_early_demux"]; ok {
		setter(s, &cs)("net/ipv4/ip_early_demux", "0")
	}
	// Lists and entries see where a source route leads first, not where it ends.
	if _, ok := s.sysctl["net/ipv4/conf/all/accept_source_route"]; ok {
		setter(s, &cs)("net/ipv4/conf/all/accept_source_route", "0")
	}
	return cs
}

// devices are the names that the kernel keeps settings for.
func (s *state) devices() (names []string) {
	names = append(names, "lo")
	for _, l := range s.links {
		names = append(names, l.Name)
	}
	return names
}
