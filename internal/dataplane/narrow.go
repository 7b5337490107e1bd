package dataplane

import (
	"cmp"
	"slices"
	"sync/atomic"

	"conft/internal/acl"
	"conft/internal/packet"
)

// entryKey names one crypto map entry on the links that share a set of SAs.
type entryKey struct {
	sas, cmap string
	seq       int
}

func (k FlowKey) entry() entryKey { return entryKey{k.Interface, k.Map, k.Seq} }

// narrow are the flows of SAs that peers have proposed for a part of what an entry
// permits, as the spokes of a dynamic crypto map do. They are found by the remote network
// of a packet: first which wildcards there are, then the flows of each.
type narrow struct {
	wildcards atomic.Pointer[[]wildcard]
	flows     table[[]*flow] // by place; the newest first
}

type wildcard struct {
	bits  uint32
	flows int // that have it
}

func place(bits, remote uint32) uint64 { return uint64(bits)<<32 | uint64(remote&^bits) }

func placeOf(a acl.Addr) uint64 { return place(a.Wildcard, a.Base) }

// lookup finds the newest flow that has SAs for a packet.
func (n *narrow) lookup(pkt *packet.Parsed) (found *flow) {
	list := n.wildcards.Load()
	if list == nil {
		return nil
	}
	for _, w := range *list {
		for _, f := range n.flows.get(place(w.bits, pkt.Dst)) {
			if found != nil && f.born < found.born {
				break
			}
			if f.out.Load() != nil && f.key.Selector.MatchOutbound(pkt) {
				found = f
				break
			}
		}
	}
	return found
}

// add enters a flow. The caller holds Path.mu.
func (n *narrow) add(f *flow) {
	at := f.key.Selector.Remote.Addr
	list := slices.Clone(n.flows.get(placeOf(at)))
	i, _ := slices.BinarySearchFunc(list, f.born, func(o *flow, born uint64) int { return cmp.Compare(born, o.born) })
	n.flows.put(placeOf(at), slices.Insert(list, i, f))
	n.count(at.Wildcard, 1)
}

// remove takes a flow out. The caller holds Path.mu.
func (n *narrow) remove(f *flow) {
	at := f.key.Selector.Remote.Addr
	list := slices.Clone(n.flows.get(placeOf(at)))
	i := slices.Index(list, f)
	if i < 0 {
		return
	}
	if list = slices.Delete(list, i, i+1); len(list) > 0 {
		n.flows.put(placeOf(at), list)
	} else {
		n.flows.drop(placeOf(at))
	}
	n.count(at.Wildcard, -1)
}

// count notes how many flows have a wildcard.
func (n *narrow) count(bits uint32, change int) {
	var list []wildcard
	if old := n.wildcards.Load(); old != nil {
		list = slices.Clone(*old)
	}
	i := slices.IndexFunc(list, func(w wildcard) bool { return w.bits == bits })
	if i < 0 {
		i = len(list)
		list = append(list, wildcard{bits: bits})
	}
	if list[i].flows += change; list[i].flows == 0 {
		list = slices.Delete(list, i, i+1)
	}
	n.wildcards.Store(&list)
}
