package router

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"net/netip"
	"reflect"
	"slices"
	"sync"

	"conft/debug"
	"conft/ike/exchange"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
)

// live is what peers have brought about and the kernel must agree with: the flows that
// dynamic crypto maps protect on their behalf, and the SAs that reverse routes lead to.
type live struct {
	mu      sync.Mutex
	flows   map[exchange.Flow]uint64   // with the number of the change by which they came
	changes uint64                     // of flows
	lists   map[place]*acl.List        // what list has made since the last of them
	pairs   map[uint32]exchange.SAInfo // by inbound SPI
	changed chan struct{}              // has a value when there is something to be done
}

// place is an entry of a crypto map on the interfaces that share SAs.
type place struct {
	interfaces, cmap string
	seq              int
}

func newLive() *live {
	return &live{flows: map[exchange.Flow]uint64{}, lists: map[place]*acl.List{}, pairs: map[uint32]exchange.SAInfo{}, changed: make(chan struct{}, 1)}
}

// change changes what is live and has the kernel follow.
func (l *live) change(f func()) {
	l.mu.Lock()
	f()
	l.mu.Unlock()
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// add returns the number of the change by which the flow is there.
func (l *live) add(f exchange.Flow) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flows[f] == 0 {
		l.changes++
		l.flows[f] = l.changes
		clear(l.lists)
	}
	return l.flows[f]
}

func (l *live) drop(f exchange.Flow) {
	l.change(func() {
		l.changes++
		delete(l.flows, f)
		clear(l.lists)
	})
}

// last is the number of the last change.
func (l *live) last() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changes
}

// list returns the flows of an open entry as an access list. The oldest comes first: a
// peer's traffic is not taken from it by another that names a part of it later. Every SA and
// every change of the machine asks for the list, with thousands of flows in it.
func (l *live) list(ifc, name string, seq int) *acl.List {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := place{ifc, name, seq}
	if out := l.lists[at]; out != nil {
		return out
	}
	type numbered struct {
		exchange.Flow
		number uint64
	}
	var flows []numbered
	for f, n := range l.flows {
		if f.Interface == ifc && f.Map == name && f.Seq == seq {
			flows = append(flows, numbered{f, n})
		}
	}
	slices.SortFunc(flows, func(a, b numbered) int { return cmp.Compare(a.number, b.number) })
	out := &acl.List{}
	for _, f := range flows {
		out.Entries = append(out.Entries, aclSelector(f.Selector).Entry())
	}
	out.Entries = slices.Clip(out.Entries)
	l.lists[at] = out
	return out
}

// remotes returns the pairs of an entry, the newest first.
func (l *live) remotes(ifc, name string, seq int) (list []exchange.SAInfo) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.pairs {
		if p.Interface == ifc && p.Map == name && p.Seq == seq {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b exchange.SAInfo) int { return cmp.Compare(b.InboundConn, a.InboundConn) })
	return list
}

// entry is an entry of a crypto map that can protect something.
type entry struct {
	config.CryptoMapEntry        // Seq is unique in the map, also among those of a dynamic map
	template              string // "DYN/10" where it is one of a dynamic map
	open                  bool   // peers say what is protected
	list                  *acl.List
}

// entriesOf returns the entries of a crypto map whose access list exists, those of a
// dynamic map in the place where the map refers to it.
func (r *Router) entriesOf(c *config.Config, sas string, m *config.CryptoMap) (out []entry) {
	for _, e := range m.Entries {
		if e.Dynamic == "" {
			if l := list(c, e); l != nil {
				out = append(out, entry{CryptoMapEntry: *e, list: l})
			}
			continue
		}
		d := c.DynamicMap(e.Dynamic)
		if d == nil {
			continue
		}
		for _, t := range d.Entries {
			x := entry{CryptoMapEntry: *t, template: fmt.Sprintf("%s/%d", d.Name, t.Seq), open: t.MatchAddress == "", list: list(c, t)}
			x.Seq = e.Seq<<16 | t.Seq // beyond every sequence number that can be typed
			if x.open {
				x.list = r.live.list(sas, m.Name, x.Seq)
			}
			if x.list != nil {
				out = append(out, x)
			}
		}
	}
	return out
}

// negotiated reports whether IKE can have SAs for the entry.
func (e *entry) negotiated() bool {
	return (len(e.Peers) > 0 || e.template != "") && len(e.TransformSets) > 0
}

// except is what the static entries of a crypto map protect, at least: peers of a dynamic
// one may have none of it.
func except(entries []entry) (out []exchange.Selector) {
	for _, e := range entries {
		if e.template != "" {
			continue
		}
		for _, ace := range e.list.Entries {
			if ace.Remark == "" && ace.Action == acl.Permit {
				s := ace.Selector()
				out = append(out, exchange.Selector{Local: around(s.Local), Remote: around(s.Remote)})
			}
		}
	}
	return out
}

// around is the network around the addresses of a proxy.
func around(p acl.Proxy) exchange.Proxy {
	p.Addr.Wildcard = uint32(uint64(1)<<bits.Len32(p.Addr.Wildcard) - 1)
	return ikeProxy(p)
}

// reverseRoutes are the routes to the remote proxies of a crypto map's entries.
func (r *Router) reverseRoutes(c *config.Config, p *protected) (out []kernel.Route) {
	has := map[netip.Prefix]bool{}
	add := func(to exchange.Proxy, peer uint32) {
		route := kernel.Route{Prefix: to.Prefix.Masked(), Via: acl.IPv4(peer), Metric: 1}
		// Of two peers of one network, as when one has come from a new address, the
		// newest has it.
		if !has[route.Prefix] {
			has[route.Prefix] = true
			out = append(out, route)
		}
	}
	for _, e := range p.entries {
		switch {
		case e.ReverseRoute == config.ReverseRouteUp:
			for _, sa := range r.live.remotes(p.sas, p.cmap.Name, e.Seq) {
				if e.template == "" || routable(c, sa.Selector.Remote.Prefix.Masked()) {
					add(sa.Selector.Remote, acl.Word(sa.Remote.Addr()))
				}
			}
		case e.ReverseRoute == config.ReverseRouteStatic && len(e.Peers) > 0:
			for _, ace := range e.list.Entries {
				if s := ace.Selector(); ace.Remark == "" && ace.Action == acl.Permit && negotiable(s) {
					add(ikeProxy(s.Remote), e.Peers[0])
				}
			}
		}
	}
	return out
}

// routable reports whether there may be a route to what a peer claims to have behind it: no
// part of a network that the router is connected to, and nothing that is not a network.
func routable(c *config.Config, p netip.Prefix) bool {
	first := p.Addr().As4()[0]
	if first == 127 || first >= 224 {
		return false
	}
	for _, i := range c.Interfaces {
		for _, a := range append([]config.Address{i.Address}, i.Secondary...) {
			if own := prefixOf(a.IP, a.Mask); a != (config.Address{}) && own.Bits() <= p.Bits() && own.Contains(p.Addr()) {
				return false
			}
		}
	}
	return true
}

// shelter makes the kernel and the data plane keep the packets of a flow that a peer is
// about to have SAs for. It returns when none can leave in clear any more. Those who come
// while the kernel is at work for others are served together: what one costs grows with the
// number that are there.
func (r *Router) shelter(f exchange.Flow) error {
	at := r.live.add(f)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sheltered >= at {
		return nil
	}
	err := r.followPeers()
	if err != nil {
		r.live.drop(f)
	}
	return err
}

// watchPeers follows what peers bring about.
func (r *Router) watchPeers(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.live.changed:
			r.mu.Lock()
			r.retry(r.followPeers())
			r.mu.Unlock()
		}
	}
}

// followPeers brings the kernel and the data plane to what is live. The caller holds r.mu.
func (r *Router) followPeers() error {
	r.settle()
	at := r.live.last()
	if r.behind || !reflect.DeepEqual(r.desired(r.settled), r.wanted) {
		if err := r.applyAgain(); err != nil {
			return err
		}
	}
	r.sheltered = at
	return nil
}

// applyAgain brings the kernel and the data plane to the configuration that is running
// already: peers or the machine have changed. What is staged stays so: each transaction in the
// kernel is a change of the machine, and a paste would be settled in small pieces. The caller
// holds r.mu.
func (r *Router) applyAgain() error {
	c := r.settled
	old, want := r.wanted.Routes, r.desired(c)
	err := r.apply(want)
	if err == nil {
		r.reportRoutes(old, want.Routes)
	}
	r.attachTUNs(c)
	r.path.SetPolicy(r.spd(c, r.mtu))
	return err
}

// reportRoutes says which reverse routes come and go.
func (r *Router) reportRoutes(old, now []kernel.Route) {
	tell := func(list, other []kernel.Route, gone bool) {
		has := make(map[kernel.Route]bool, len(other))
		for _, k := range other {
			has[k] = true
		}
		for _, k := range list {
			if !has[k] {
				r.hub.Emit(debug.IPsecRoute{Prefix: k.Prefix, Via: k.Via, Removed: gone})
			}
		}
	}
	tell(old, now, true)
	tell(now, old, false)
}

// peerEntries are the entries of an access list that stand for what peers have negotiated
// under a dynamic map: those of the temporary list, or one for each selector of its SAs.
func (e *entry) peerEntries(ifc, name string, pairs []exchange.SAInfo) []acl.Entry {
	if e.open {
		return e.list.Entries
	}
	var out []acl.Entry
	seen := map[acl.Selector]bool{}
	for _, p := range slices.Backward(ofEntry(pairs, ifc, name, e.Seq)) {
		if s := aclSelector(p.Selector); !seen[s] {
			seen[s] = true
			out = append(out, s.Entry())
		}
	}
	return out
}
