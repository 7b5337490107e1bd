package router

import (
	"cmp"
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"conft/debug"
	"conft/ike/exchange"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/dataplane"
	"conft/internal/kernel"
	"conft/internal/suite"
)

// This file translates the running configuration into the words of the kernel,
// of IKE and of the data plane, which know nothing of each other.

// protected is an interface with a crypto map that can protect something.
type protected struct {
	ifc     *config.Interface
	link    string // Linux link
	tun     string
	entries []entry
	cmap    *config.CryptoMap
	// With `local-address` the interfaces of a map have one address towards their peers and
	// one set of SAs, which has the name of the interface that the address is of.
	local netip.Addr // 0.0.0.0 while there is none
	sas   string
}

func prefixOf(ip, mask uint32) netip.Prefix {
	return netip.PrefixFrom(acl.IPv4(ip), bits.LeadingZeros32(^mask))
}

// protectedInterfaces lists what crypto maps are in force, in the order of the
// interfaces.
func (r *Router) protectedInterfaces(c *config.Config) []protected {
	var out []protected
	for _, ifc := range c.Interfaces {
		m := c.CryptoMap(ifc.CryptoMap)
		link := r.plugs.link(ifc.Name)
		if m == nil || link == "" {
			continue
		}
		p := protected{ifc: ifc, link: link, tun: r.plugs.tun(ifc.Name), cmap: m, local: acl.IPv4(ifc.Address.IP), sas: ifc.Name}
		if m.LocalAddress != "" {
			p.local, p.sas = netip.IPv4Unspecified(), m.LocalAddress
			if i := c.Interface(m.LocalAddress); i != nil {
				p.local = acl.IPv4(i.Address.IP)
			}
		}
		p.entries = r.entriesOf(c, p.sas, m)
		if len(p.entries) > 0 {
			out = append(out, p)
		}
	}
	return out
}

// shares reports whether one of those before it has the same SAs.
func (p *protected) shares(before []protected) bool {
	return slices.ContainsFunc(before, func(o protected) bool { return o.sas == p.sas && o.cmap == p.cmap })
}

// desired is the state of the namespace that the configuration wants.
func (r *Router) desired(c *config.Config) kernel.Desired {
	var d kernel.Desired
	for _, ifc := range c.Interfaces {
		l := kernel.Link{Name: r.linkOf(ifc.Name), Alias: ifc.Name, Up: !ifc.Shutdown,
			MTU: ifc.MTU, IPMTU: ifc.IPMTU, MSS: ifc.MSS}
		if l.Name == "" || r.plugs.untouched(ifc) {
			continue
		}
		_, l.Loopback = loopbackNumber(ifc.Name)
		for _, a := range append([]config.Address{ifc.Address}, ifc.Secondary...) {
			if a != (config.Address{}) {
				l.Addrs = append(l.Addrs, prefixOf(a.IP, a.Mask))
			}
		}
		d.Links = append(d.Links, l)
	}
	for _, rt := range c.Routes {
		if k, ok := r.kernelRoute(rt); ok {
			d.Routes = append(d.Routes, k)
		}
	}
	for _, e := range c.ARP {
		d.Pins = append(d.Pins, kernel.Pin{Addr: acl.IPv4(e.IP), MAC: e.MAC})
	}
	all := r.protectedInterfaces(c)
	for n, p := range all {
		if !p.shares(all[:n]) {
			d.Routes = append(d.Routes, r.reverseRoutes(c, &p)...)
		}
		l := kernel.CryptoLink{Link: p.link, TUN: p.tun}
		d.Behind = append(d.Behind, r.behindPeers(c, &p)...)
		for _, e := range p.entries {
			l.Selectors = append(l.Selectors, kernel.Selector{
				Name:  fmt.Sprintf("%s %d", p.cmap.Name, e.Seq),
				List:  e.list.Name,
				Rules: e.list.Entries,
				In:    filterList(c, e.AccessIn),
				Out:   filterList(c, e.AccessOut),
			})
		}
		d.Crypto = append(d.Crypto, l)
	}
	d.NAT = r.nat(c)
	d.NAT.Trace = r.untrace != nil
	d.Filters = r.filters(c)
	return d
}

// manner is that of the release which the configuration names.
func manner(c *config.Config) debug.Manner {
	if c.IOS15() {
		return debug.IOS15
	}
	return debug.IOS12
}

// ikePolicy is what IKE may negotiate. An entry without a peer or a transform set
// is not negotiable; its traffic is dropped by the data plane.
func (r *Router) ikePolicy(c *config.Config) *exchange.Policy {
	p := &exchange.Policy{Version: manner(c)}
	p.InvalidSPIRecovery, p.LogSessions = c.ISAKMPRecover, c.LogSessions
	p.DPD = keepalive(c.Keepalive)
	p.NATKeepalive, p.NoUDPEncap = inSeconds(c.NATKeepalive), c.NoUDPEncap
	if c.ISAKMPOff {
		return p
	}
	for _, i := range c.ISAKMPPolicy {
		p.Proposals = append(p.Proposals, isakmpProposal(i))
	}
	r.trust(c, p)
	identities(c, p)
	all := r.protectedInterfaces(c)
	for n, x := range all {
		if x.local.IsUnspecified() || x.shares(all[:n]) {
			continue
		}
		for _, e := range x.entries {
			if t := ikeTunnel(c, &x, &e); e.negotiated() && (len(t.Peers) > 0 || t.Dynamic) && len(t.Transforms) > 0 {
				p.Tunnels = append(p.Tunnels, t)
			}
		}
	}
	return p
}

// ikeTunnel is an entry of a crypto map as IKE sees it.
func ikeTunnel(c *config.Config, x *protected, e *entry) exchange.Tunnel {
	l := life(c, &e.CryptoMapEntry)
	t := exchange.Tunnel{
		Map: x.cmap.Name, Seq: e.Seq, Interface: x.sas, Local: x.local, Profile: e.Profile,
		PFS: suite.Group(e.PFS), LifeSeconds: l.Seconds, LifeKilobytes: l.Kilobytes,
		IdleTime: inSeconds(cmp.Or(e.IdleTime.Seconds, c.IdleTime.Seconds)), IdleDefault: e.IdleTime.Default,
	}
	for _, peer := range e.Peers {
		t.Peers = append(t.Peers, acl.IPv4(peer))
	}
	if e.DefaultPeer != 0 {
		t.DefaultPeer = acl.IPv4(e.DefaultPeer)
	}
	for _, name := range e.TransformSets {
		if s := c.Transforms(name); s != nil {
			t.Transforms = append(t.Transforms, transformSet(s))
		}
	}
	if e.template != "" {
		t.Dynamic, t.Except = true, except(x.entries)
	}
	if e.open {
		return t // peers name the selectors
	}
	for _, ace := range e.list.Entries {
		if s := ace.Selector(); ace.Remark == "" && ace.Action == acl.Permit && negotiable(s) {
			t.Selectors = append(t.Selectors, exchange.Selector{Local: ikeProxy(s.Local), Remote: ikeProxy(s.Remote)})
		}
	}
	return t
}

// spd is the data plane's policy.
func (r *Router) spd(c *config.Config, mtu func(link string) int) *dataplane.Policy {
	p := &dataplane.Policy{}
	for _, x := range r.protectedInterfaces(c) {
		l := dataplane.Link{Interface: x.ifc.Name, SAs: x.sas, Local: acl.IPv4(x.ifc.Address.IP), MTU: ipMTU(x.ifc, mtu(x.link))}
		df, fragmentation := c.Oversize(x.ifc)
		l.DF, l.FragmentAfter = dfBits[df], fragmentation == config.FragmentAfter
		for _, e := range x.entries {
			if e.negotiated() {
				l.Entries = append(l.Entries, dataplane.Entry{Map: x.cmap.Name, Seq: e.Seq, ACL: e.list})
			}
		}
		p.Links = append(p.Links, l)
	}
	return p
}

var dfBits = map[config.DFBit]dataplane.DFBit{config.DFCopy: dataplane.DFCopy, config.DFClear: dataplane.DFClear, config.DFSet: dataplane.DFSet}

func inSeconds[T uint16 | uint32](n T) time.Duration { return time.Duration(n) * time.Second }

// life is an entry's lifetime, the global one where it has none of its own.
func life(c *config.Config, e *config.CryptoMapEntry) config.Lifetime {
	return e.Life.Over(c.IPsecLife).Over(config.Lifetime{Seconds: config.DefaultLifeSeconds, Kilobytes: config.DefaultLifeKilobytes})
}

// negotiable reports whether the identities of IKE can say what a selector says. A
// wildcard with holes would become a wider network; its traffic is dropped instead.
func negotiable(s acl.Selector) bool {
	_, local := s.Local.Addr.Prefix()
	_, remote := s.Remote.Addr.Prefix()
	return local && remote
}

func ikeProxy(p acl.Proxy) exchange.Proxy {
	return exchange.Proxy{Prefix: prefixOf(p.Addr.Base, ^p.Addr.Wildcard), Protocol: p.Protocol, Port: p.Port}
}

func aclProxy(p exchange.Proxy) acl.Proxy {
	return acl.Proxy{
		Addr:     acl.Addr{Base: acl.Word(p.Prefix.Masked().Addr()), Wildcard: uint32(1<<(32-p.Prefix.Bits()) - 1)},
		Protocol: p.Protocol, Port: p.Port,
	}
}

func aclSelector(s exchange.Selector) acl.Selector {
	return acl.Selector{Local: aclProxy(s.Local), Remote: aclProxy(s.Remote)}
}

// list returns the extended access list of an entry; as on IOS one without entries does not
// exist.
func list(c *config.Config, e *config.CryptoMapEntry) *acl.List {
	if l := c.AccessList(e.MatchAddress); l != nil && !l.Standard && len(l.Entries) > 0 {
		return l
	}
	return nil
}

// loopbackNumber returns the number of a Loopback interface.
func loopbackNumber(name string) (n int, ok bool) {
	digits, ok := strings.CutPrefix(name, "Loopback")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(digits)
	return n, err == nil
}

// linkOf returns the Linux link of an interface, "" when it has none.
func (r *Router) linkOf(name string) string {
	if n, ok := loopbackNumber(name); ok {
		return loopbackLink(n)
	}
	return r.plugs.link(name)
}

func loopbackLink(n int) string { return fmt.Sprintf("loopback%d", n) }

func maskOf(bits int) uint32 { return ^uint32(1<<(32-bits) - 1) }
