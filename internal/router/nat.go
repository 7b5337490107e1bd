package router

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
	"conft/internal/packet"
)

// nat is what the kernel shall translate.
func (r *Router) nat(c *config.Config) (n kernel.NAT) {
	for _, i := range c.Interfaces {
		link := r.linkOf(i.Name)
		switch {
		case link == "":
		case i.NAT == config.NATInside:
			n.Inside = append(n.Inside, link)
			for _, a := range append([]config.Address{i.Address}, i.Secondary...) {
				if a.IP != 0 {
					n.Own = append(n.Own, acl.IPv4(a.IP))
				}
			}
		case i.NAT == config.NATOutside:
			n.Outside = append(n.Outside, link)
		}
	}
	for _, s := range c.NAT.Static {
		global := s.Global
		if s.Interface != "" {
			if global = addressOf(c, s.Interface); global == 0 {
				continue // until the interface has one
			}
		}
		mask := cmp.Or(s.Mask, ^uint32(0))
		k := kernel.NATStatic{
			Outside: s.Outside, Protocol: s.Protocol, NoAlias: s.NoAlias, Inward: s.RouteMap != "",
			Local: prefixOf(s.Local, mask), LocalPort: s.LocalPort, Global: prefixOf(global, mask), GlobalPort: s.GlobalPort,
		}
		n.Static = append(n.Static, k)
		if k.Inward {
			n.Mapped = append(n.Mapped, kernel.NATDynamic{
				Name: fmt.Sprintf("static %d %s %d %s", k.Protocol, k.Local.Addr(), k.LocalPort, s.RouteMap), Clauses: natClauses(r, c, c.RouteMap(s.RouteMap)),
				Host:  kernel.NATHost{Protocol: k.Protocol, Local: k.Local, Port: k.LocalPort, GlobalPort: k.GlobalPort},
				First: k.Global.Addr(), Last: k.Global.Addr(),
			})
		}
	}
	for _, s := range c.NAT.Sources {
		d := kernel.NATDynamic{Name: "list " + s.List, Clauses: []kernel.NATClause{{Permit: true, Match: true, Lists: []kernel.NATList{natList(c, s.List)}}}}
		if s.RouteMap != "" {
			d.Name, d.Clauses = "map "+s.RouteMap, natClauses(r, c, c.RouteMap(s.RouteMap))
		}
		if ip := addressOf(c, s.Interface); ip != 0 {
			d.First, d.Last, d.Own = acl.IPv4(ip), acl.IPv4(ip), true
		}
		if p := c.NAT.Pool(s.Pool); p != nil {
			d.First, d.Last = acl.IPv4(p.First), acl.IPv4(p.Last)
			if !s.Overload {
				d.Pool, d.Back = p.Name, s.RouteMap == ""
			}
		}
		n.Dynamic = append(n.Dynamic, d)
	}
	t, def := c.NAT.Timeouts, config.NATTimeoutDefaults
	n.Timeouts = kernel.NATTimeouts{
		Any: cmp.Or(t.Any, def.Any), TCP: cmp.Or(t.TCP, def.TCP), FinRst: cmp.Or(t.FinRst, def.FinRst),
		Syn: cmp.Or(t.Syn, def.Syn), UDP: cmp.Or(t.UDP, def.UDP), ICMP: cmp.Or(t.ICMP, def.ICMP),
	}
	return n
}

// addressOf is the address of an interface, 0 when it has none.
func addressOf(c *config.Config, name string) uint32 {
	if i := c.Interface(name); i != nil {
		return i.Address.IP
	}
	return 0
}

// natClauses are what a route map selects. A list or route map that is not there selects
// nothing.
func natClauses(r *Router, c *config.Config, m *config.RouteMap) (all []kernel.NATClause) {
	if m == nil {
		return nil
	}
	for _, e := range m.Entries {
		k := kernel.NATClause{Permit: !e.Deny, Match: len(e.Lists) > 0}
		for _, name := range e.Lists {
			k.Lists = append(k.Lists, natList(c, name))
		}
		for _, name := range e.Interfaces {
			k.Out = append(k.Out, r.linkOf(name)) // "", which no link is called, when it has none
		}
		all = append(all, k)
	}
	return all
}

func natList(c *config.Config, name string) kernel.NATList {
	l := kernel.NATList{Name: name}
	if a := c.AccessList(name); a != nil {
		l.Rules = a.Entries
	}
	return l
}

// natMatches adds what the lists of translations matched.
func (r *Router) natMatches(c *config.Config, out listCounts) {
	counters, _ := r.kernel.NATCounters() // none as of a kernel that has counted nothing
	n := r.nat(c)
	add := func(list []kernel.NATDynamic, counted [][][][]uint64) {
		for i, matched := range counted[:min(len(counted), len(list))] {
			for j, clause := range list[i].Clauses[:min(len(matched), len(list[i].Clauses))] {
				for k, l := range clause.Lists {
					for e, rule := range l.Rules {
						out.add(l.Name, rule, count(matched[j], k, e))
					}
				}
			}
		}
	}
	add(n.Mapped, counters.Mapped)
	add(n.Dynamic, counters.Matched)
}

// NATState is what `show ip nat` says.
type NATState struct {
	Flows        []Translation // in no order
	Hits, Misses uint64        // packets that met a translation, and that made one
	Expired      uint64        // translations that went by themselves
	Assigned     []Assigned    // addresses of pools without overload, by inside host
	Missed       []uint64      // packets for whose host a pool had no address, by dynamic translation
}

// Assigned is an address of a pool that an inside host has to itself.
type Assigned kernel.Assigned

// Translation is one that a connection has made.
type Translation struct {
	Protocol                                               uint8
	InsideGlobal, InsideLocal, OutsideLocal, OutsideGlobal netip.AddrPort
	Mapping                                                int           // number of the dynamic translation that it is of, 0 for none
	Age                                                    time.Duration // 0 where it is not known
	Idle, Timeout, Left                                    time.Duration
}

// NAT returns the translations and their counters.
func (r *Router) NAT() NATState {
	var s NATState
	now := time.Now()
	list, err := r.kernel.Translations()
	counters, _ := r.kernel.NATCounters() // as of a kernel that has counted nothing
	if err != nil {
		return s
	}
	n := r.nat(r.running.Load())
	t := n.Timeouts
	for _, f := range list {
		e := Translation{Protocol: f.Protocol, InsideGlobal: f.InsideGlobal, InsideLocal: f.InsideLocal,
			OutsideLocal: f.OutsideLocal, OutsideGlobal: f.OutsideGlobal, Left: f.Left, Timeout: natTimeout(&t, &f), Mapping: n.By(&f) + 1}
		e.Idle = max(0, e.Timeout-e.Left)
		if !f.Begun.IsZero() {
			e.Age = max(0, now.Sub(f.Begun))
			e.Idle = min(e.Idle, e.Age) // what is left is in whole seconds
		}
		s.Flows = append(s.Flows, e)
	}
	figures := r.natCounts(counters, len(list), false)
	s.Hits, s.Misses, s.Expired = figures.hits, figures.misses, figures.expired
	s.Missed = counters.Missed
	assigned, _ := r.kernel.Assigned() // none as of a kernel that has given none
	for _, a := range assigned {
		s.Assigned = append(s.Assigned, Assigned(a))
	}
	slices.SortFunc(s.Assigned, func(a, b Assigned) int { return a.Global.Compare(b.Global) })
	return s
}

// natCounts are the figures that `clear ip nat statistics` counts anew.
type natCounts struct{ hits, misses, expired uint64 }

// natCounts are the figures of the kernel, which has so many translations now, less what they
// were when they were cleared. With anew they are cleared now.
func (r *Router) natCounts(k kernel.NATCounters, there int, anew bool) natCounts {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := natCounts{
		hits: k.Packets - min(k.Packets, k.Flows), misses: k.Flows,
		expired: k.Flows - min(k.Flows, r.natCleared+uint64(there)),
	}
	if base := r.natBase; now.hits < base.hits || now.misses < base.misses {
		r.natBase = natCounts{} // the kernel has begun anew
	}
	if anew {
		r.natBase = now
	}
	base := r.natBase
	return natCounts{now.hits - base.hits, now.misses - base.misses, now.expired - min(now.expired, base.expired)}
}

// ClearNATStatistics has the counters of translations begin anew.
func (r *Router) ClearNATStatistics() error {
	list, err := r.kernel.Translations()
	if err != nil {
		return err
	}
	counters, err := r.kernel.NATCounters()
	if err == nil {
		r.natCounts(counters, len(list), true)
	}
	return err
}

// natTimeout is how long a translation lasts without packets.
func natTimeout(t *kernel.NATTimeouts, f *kernel.Translation) time.Duration {
	seconds := t.Any
	switch f.Protocol {
	case packet.ICMP:
		seconds = t.ICMP
	case packet.UDP:
		seconds = t.UDP
	case packet.TCP:
		switch f.TCP {
		case kernel.TCPOpening:
			seconds = t.Syn
		case kernel.TCPOpen:
			seconds = t.TCP
		case kernel.TCPClosing:
			seconds = t.FinRst
		}
	}
	return inSeconds(seconds)
}

// ClearTranslations ends those that del holds for, all when it is nil.
func (r *Router) ClearTranslations(del func(Translation) bool) error {
	var n uint64
	err := r.kernel.ForgetTranslations(func(t kernel.Translation) bool {
		hit := del == nil || del(Translation{Protocol: t.Protocol, InsideGlobal: t.InsideGlobal, InsideLocal: t.InsideLocal,
			OutsideLocal: t.OutsideLocal, OutsideGlobal: t.OutsideGlobal})
		if hit {
			n++
		}
		return hit
	})
	r.mu.Lock()
	r.natCleared += n
	r.mu.Unlock()
	return errors.Join(err, r.kernel.ForgetAssigned(func(a kernel.Assigned) bool {
		return del == nil || del(Translation{InsideGlobal: netip.AddrPortFrom(a.Global, 0), InsideLocal: netip.AddrPortFrom(a.Inside, 0)})
	}))
}

// watchExhausted reports hosts for whom a pool has no address.
func (r *Router) watchExhausted(ctx context.Context) {
	r.retry(r.kernel.WatchExhausted(ctx, func(e kernel.Exhausted) { r.hub.Emit(debug.NATExhausted{Pool: e.Pool, Src: e.Src}) }))
}

// followFlags has the kernel show translated packets, and listens to it, while they are
// debugged.
func (r *Router) followFlags(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	on := r.hub.On(debug.FlagNAT | debug.FlagNATDetailed)
	if r.ended || (r.untrace != nil) == on {
		return
	}
	if on {
		ctx, cancel := context.WithCancel(ctx)
		done := make(chan struct{})
		r.untrace = func() { // another may listen only when this one has ended
			cancel()
			<-done
		}
		r.wait.Go(func() {
			defer close(done)
			r.watchNAT(ctx)
		})
	} else {
		r.untrace()
		r.untrace = nil
	}
	r.retry(r.applyAgain())
}
