package dataplane

import "conft/internal/packet"

// heads remembers which flow the first fragments of recent datagrams took, for
// only they have ports. Where an entry asks for ports the kernel fragments just before the
// TUN, so the rest of a datagram is close behind; what is forgotten too soon, or comes before
// its first, is matched without ports (acl.Entry.Match). Exclusively owned by the reader of
// one TUN.
type heads [64]struct {
	key    datagramKey
	policy *spd // that chose flow
	flow   *flow
}

// datagramKey is what the fragments of one datagram share (RFC 791, section 3.2).
type datagramKey struct {
	src, dst uint32
	id       uint16
	protocol uint8
}

// lookup is policy.lookup, but a later fragment follows the first.
func (h *heads) lookup(policy *spd, p *packet.Parsed) *flow {
	if !p.Fragment() {
		return policy.lookup(p)
	}
	key := datagramKey{p.Src, p.Dst, p.ID, p.Protocol}
	head := &h[(uint32(p.ID)^p.Src^p.Dst)%uint32(len(h))]
	if p.FragmentOffset > 0 {
		if head.key == key && head.policy == policy {
			return head.flow
		}
		return policy.lookup(p)
	}
	head.key, head.policy, head.flow = key, policy, policy.lookup(p)
	return head.flow
}
