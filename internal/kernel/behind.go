package kernel

import (
	"net/netip"
	"slices"
)

// Behind is a network behind a peer of a crypto link. What leaves for it goes encrypted to
// the peer, so that its hosts are not to be asked for on the link, as the kernel does before
// a packet can be diverted: a route that names the link only leads to them by way of the
// neighbour that leads to the peer.
type Behind struct {
	Prefix netip.Prefix
	Link   string
	Peer   netip.Addr
}

// byPeers gives the destinations of bare links their way to the networks behind peers, in
// place or by one of their own.
func (w *ways) byPeers(all []destination, behind []Behind) []destination {
	at := make(map[netip.Prefix]int, len(all))
	bare := map[string][]int{} // by link
	for i := range all {
		at[all[i].Prefix] = i
		for _, h := range all[i].Hops {
			if !h.Via.IsValid() {
				bare[h.Link] = append(bare[h.Link], i)
			}
		}
	}
	for _, b := range behind {
		if bare[b.Link] == nil {
			continue
		}
		h, ok := w.resolve(Route{Via: b.Peer}, 0)
		if !ok || h.Link != b.Link {
			continue
		}
		h.Onlink = !w.beside(h)
		p := b.Prefix.Masked()
		if i, ok := w.longest(at, p); ok && all[i].Prefix != p && slices.Contains(all[i].Hops, hop{Link: b.Link}) {
			at[p] = len(all)
			all = append(all, destination{Prefix: p, Metric: all[i].Metric, Hops: by(all[i].Hops, h)})
		}
		for _, i := range bare[b.Link] {
			if p.Bits() <= all[i].Prefix.Bits() && p.Contains(all[i].Prefix.Addr()) {
				all[i].Hops = by(all[i].Hops, h)
			}
		}
	}
	return all
}

// by returns hops with a neighbour in place of its bare link.
func by(hops []hop, h hop) (out []hop) {
	for _, o := range hops {
		if !o.Via.IsValid() && o.Link == h.Link {
			o = h
		}
		if !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

// longest finds the static destination that the packets to a network go by.
func (w *ways) longest(at map[netip.Prefix]int, p netip.Prefix) (i int, ok bool) {
	for bits := p.Bits(); bits >= 0; bits-- {
		q, _ := p.Addr().Prefix(bits)
		if i, ok := at[q]; ok || w.connected[q] {
			return i, ok
		}
	}
	return 0, false
}

// beside reports whether a neighbour is on a network of its link.
func (w *ways) beside(h hop) bool {
	return slices.ContainsFunc(w.links, func(l LinkState) bool {
		return l.Name == h.Link && slices.ContainsFunc(l.Addrs, func(a netip.Prefix) bool { return a.Contains(h.Via) })
	})
}
