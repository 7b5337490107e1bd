package router

import (
	"context"
	"iter"
	"slices"
	"strconv"
	"strings"
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

// listCounts are numbers of packets by list and entry, whatever place that has in it.
type listCounts map[string]map[acl.Entry]uint64

func (n listCounts) add(list string, e acl.Entry, packets uint64) {
	if n[list] == nil {
		n[list] = map[acl.Entry]uint64{}
	}
	n[list][unnumbered(e)] += packets
}

// unnumbered is an entry without its place in the list.
func unnumbered(e acl.Entry) acl.Entry {
	e.Seq = 0
	return e
}

// changed returns what is still to be known after lists were taken off their places: what
// n counted of the entries that c has, as far as now, which counts anew, has it not.
func (n listCounts) changed(c *config.Config, was, now listCounts) listCounts {
	out := listCounts{}
	for _, l := range c.AccessLists {
		for _, e := range l.Entries {
			key := unnumbered(e)
			old, has := was[l.Name][key], now[l.Name][key]
			if total := n[l.Name][key] + old - min(old, has); total != 0 {
				out.add(l.Name, e, total)
			}
		}
	}
	return out
}

// The ways of packets that lists of links look at.
const wayIn, wayOut = "in", "out"

// placeOf names the place of a list.
func placeOf(words ...string) string { return strings.Join(words, " ") }

// inPlace returns what n, which is by place, has of entries that are still there. One that
// comes back counts anew.
func (n listCounts) inPlace(want kernel.Desired) listCounts {
	out := listCounts{}
	for _, f := range want.Filters {
		for way, l := range map[string]*acl.List{wayIn: f.In, wayOut: f.Out} {
			if l == nil {
				continue
			}
			at := placeOf(way, f.Link, l.Name)
			for _, e := range l.Entries {
				if packets := n[at][unnumbered(e)]; packets != 0 {
					out.add(at, e, packets)
				}
			}
		}
	}
	return out
}

// takenOff reports whether a list has a place in old where it has none in want: what it
// has counted there goes.
func takenOff(old, want kernel.Desired) bool {
	now := map[string]bool{}
	for at := range places(want) {
		now[at] = true
	}
	for at := range places(old) {
		if !now[at] {
			return true
		}
	}
	return false
}

// places yields the place of each list with the list's name.
func places(d kernel.Desired) iter.Seq[string] {
	return func(yield func(string) bool) {
		at := func(l *acl.List, words ...string) bool {
			return l == nil || yield(placeOf(append(words, l.Name)...))
		}
		for _, f := range d.Filters {
			if !at(f.In, wayIn, f.Link) || !at(f.Out, wayOut, f.Link) {
				return
			}
		}
		for _, l := range d.Crypto {
			for _, s := range l.Selectors {
				if !yield(placeOf("protect", l.Link, s.Name, s.List)) ||
					!at(s.In, "decrypted", l.Link, s.Name) || !at(s.Out, "encrypted", l.Link, s.Name) {
					return
				}
			}
		}
		for _, m := range slices.Concat(d.NAT.Mapped, d.NAT.Dynamic) {
			for i, c := range m.Clauses {
				for _, l := range c.Lists {
					if !yield(placeOf("translate", m.Name, strconv.Itoa(i), l.Name)) {
						return
					}
				}
			}
		}
	}
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
