package router

import (
	"context"
	"time"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
	"conft/internal/packet"
)

// filters are the access lists of the interfaces.
func (r *Router) filters(c *config.Config) (out []kernel.Filter) {
	for _, i := range c.Interfaces {
		link := r.linkOf(i.Name)
		f := kernel.Filter{Link: link, In: filterList(c, i.AccessIn), Out: filterList(c, i.AccessOut), Quiet: i.NoUnreachables}
		if link != "" && (f != kernel.Filter{Link: link}) {
			out = append(out, f)
		}
	}
	return out
}

// filterList is the access list of that name; as on IOS one that does not exist, or has no
// entries, permits everything.
func filterList(c *config.Config, name string) *acl.List {
	l := c.AccessList(name)
	if l == nil {
		return nil
	}
	for _, e := range l.Entries {
		if e.Remark == "" {
			return l
		}
	}
	return nil
}

// watchAccess logs the packets that entries with `log` match.
func (r *Router) watchAccess(ctx context.Context) {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	r.wait.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case now := <-ticks.C:
				if r.packets.asks(now) {
					if n, err := r.kernel.Unlogged(); err == nil {
						r.packets.unshown(n)
					}
				}
				for _, e := range r.packets.tick(now) {
					r.hub.Emit(e)
				}
			}
		}
	})
	r.retry(r.kernel.WatchAccess(ctx, r.logAccess))
}

func (r *Router) logAccess(h kernel.AccessHit) {
	if e, ok := r.packets.hit(time.Now(), r.accessEvent(h)); ok {
		r.hub.Emit(e)
	}
}

// MatchedLogin takes note of a client whose packet met entry n of a list on its way to a line.
func (r *Router) MatchedLogin(l *acl.List, n int, p packet.Parsed) {
	e := l.Entries[n]
	r.mu.Lock()
	r.kept.add(l.Name, e, 1)
	r.mu.Unlock()
	if e.Log {
		if l.Standard {
			p.Dst = 0 // 15.x prints it, and 0.0.0.0 of a login
		}
		r.logAccess(kernel.AccessHit{List: l.Name, Standard: l.Standard, Permit: e.Action == acl.Permit, Packet: p})
	}
}

// accessEvent is the message about one packet.
func (r *Router) accessEvent(h kernel.AccessHit) debug.AccessListLog {
	p := &h.Packet
	e := debug.AccessListLog{List: h.List, Permit: h.Permit, Src: acl.IPv4(p.Src), Packets: 1}
	if h.Standard {
		e.Standard = true
		if manner(r.running.Load()) == debug.IOS15 {
			e.Dst = acl.IPv4(p.Dst)
		}
		return e
	}
	e.Protocol, e.Dst, e.SrcPort, e.DstPort = p.Protocol, acl.IPv4(p.Dst), p.SrcPort, p.DstPort
	if p.HasICMP {
		e.DstPort = uint16(p.ICMPType)<<8 | uint16(p.ICMPCode)
	}
	if h.Input && h.Link != 0 {
		e.Interface, e.MAC = r.interfaceOf(h.Link), debug.MACText(h.MAC)
	}
	return e
}

// interfaceOf is the interface of a link, or of its TUN, by the number that the kernel
// has for it.
func (r *Router) interfaceOf(index int) string {
	for _, l := range r.linkStates() {
		if l.Index != index {
			continue
		}
		if name := r.plugs.interfaceOf(l.Name); name != "" {
			return name
		}
		return l.Name
	}
	return ""
}
