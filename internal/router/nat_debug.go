package router

import (
	"context"
	"strings"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/kernel"
	"conft/internal/packet"
)

// watchNAT reports what the kernel tells about translations.
func (r *Router) watchNAT(ctx context.Context) {
	r.retry(r.kernel.WatchNAT(ctx, kernel.NATWatch{
		Translated: func(t kernel.Translated) {
			for _, e := range natEvents(&t, t.First && !t.Inward && r.shares(&t)) {
				r.hub.Emit(e)
			}
		},
		Expired: func(t kernel.Translation) {
			r.hub.Emit(debug.NATExpired{Protocol: acl.ProtocolName(t.Protocol), Global: t.InsideGlobal, Local: t.InsideLocal})
		},
		Unassigned: func(u kernel.Unassigned) {
			_, list, _ := strings.Cut(u.By, " ")
			r.hub.Emit(debug.NATNoAddress{Src: u.Src, List: list})
			r.hub.Emit(debug.NATDropped{Src: u.Src, Dst: u.Dst})
		},
	}))
}

// shares reports whether the first packet of a connection got an address that hosts share.
func (r *Router) shares(t *kernel.Translated) bool {
	n := r.nat(r.running.Load())
	by := n.By(&kernel.Translation{Protocol: t.Protocol, InsideLocal: t.Src, InsideGlobal: t.NewSrc, OutsideGlobal: t.NewDst})
	return by >= 0 && n.Dynamic[by].Pool == ""
}

// natEvents are the lines about one packet: how it came, what port it got, and each address
// that was translated, the source first.
func natEvents(t *kernel.Translated, shared bool) (all []debug.Event) {
	src, newSrc, dst, newDst := t.Src.Addr(), t.NewSrc.Addr(), t.Dst.Addr(), t.NewDst.Addr()
	if shared {
		all = append(all, debug.NATAllocated{Local: src, Global: newSrc, Wanted: t.Src.Port(), Got: t.NewSrc.Port()})
	}
	all = append(all, debug.NATConsidered{Inward: t.Inward, First: t.First, Protocol: acl.ProtocolName(t.Protocol),
		Src: t.Src, Dst: t.Dst, Identification: t.Identification})
	if t.Src.Port() != t.NewSrc.Port() || t.Dst.Port() != t.NewDst.Port() {
		switch t.Protocol {
		case packet.TCP, packet.UDP, packet.ICMP:
			all = append(all, debug.NATPorts{First: t.First, Protocol: t.Protocol,
				Src: t.Src.Port(), NewSrc: t.NewSrc.Port(), Dst: t.Dst.Port(), NewDst: t.NewDst.Port()})
		}
	}
	line := debug.NATPacket{Inward: t.Inward, First: t.First, Identification: t.Identification}
	if src != newSrc {
		line.Src, line.NewSrc, line.Dst, line.NewDst = src, newSrc, dst, dst
		all = append(all, line)
	}
	if dst != newDst {
		line.Src, line.NewSrc, line.Dst, line.NewDst = newSrc, newSrc, dst, newDst
		all = append(all, line)
	}
	return all
}
