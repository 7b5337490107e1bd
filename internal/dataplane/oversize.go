package dataplane

import (
	"encoding/binary"

	"conft/internal/acl"
)

// maxSpare bounds the fragments that one batch may add.
const maxSpare = 512

// oversize treats a packet that does not fit in one outer packet, as IOS does. Before
// encryption it is fragmented, so that the peer's hosts reassemble and not the peer,
// unless it has DF and that is not overridden; after it, what is around it is, unless
// that has DF. What may not be fragmented is dropped and its sender told what fits.
//
//	                before-encryption     after-encryption
//	inner DF:       0          1          0          1
//	df-bit copy     inner      dropped    outer      dropped
//	df-bit clear    inner      inner      outer      outer
//	df-bit set      inner      dropped    dropped    dropped
func (d *device) oversize(b *outBatch, slot []byte, sa *pair, policy *spd, mtu int) {
	p := &d.parsed
	pkt := slot[Headroom : Headroom+p.Len]
	o := outer{df: policy.df.outer(p.DF)}
	if policy.after && !o.df && p.Len <= sa.longest() {
		o.long = true
		d.enqueue(b, sa, slot, p.Len, o)
		return
	}
	if p.DF && policy.df != DFClear || policy.after && o.df {
		d.tooBig(sa, pkt, mtu)
		return
	}
	if p.DF && !p.Fragment() {
		// Senders need not number what is never fragmented (RFC 6864, section 4.1).
		binary.BigEndian.PutUint16(pkt[4:], d.number())
	}
	step := p.FragmentPayload(mtu)
	payload := p.Len - p.HeaderLen
	need := 0
	if step > 0 {
		need = (payload+step-1)/step - 1
	}
	if need == 0 || b.used+need > maxSpare {
		sa.drop(&d.path.drops, OutNoFragment)
		return
	}
	// The rest first: it is copied from the packet that the first fragment
	// becomes. Then all are numbered in order.
	first := b.used
	for from := step; from < payload; from += step {
		f := b.nextSpare(Headroom + mtu + sa.tailroom())
		f.n = len(p.AppendFragment(f.buf[:Headroom], pkt, from, min(from+step, payload))) - Headroom
	}
	d.enqueue(b, sa, slot, len(p.TruncateFragment(pkt, step)), o)
	for _, f := range b.spare[first:b.used] {
		d.enqueue(b, sa, f.buf, f.n, o)
	}
}

// tooBig drops a packet; its sender is told if it has DF.
func (d *device) tooBig(sa *pair, pkt []byte, mtu int) {
	sa.drop(&d.path.drops, OutTooBig)
	if d.parsed.DF {
		d.tell(pkt, mtu)
	}
}

// fragment is the inner packet buf[Headroom:Headroom+n].
type fragment struct {
	buf []byte
	n   int
}

// nextSpare returns a fragment with room for size octets that belongs to the
// batch.
func (b *outBatch) nextSpare(size int) *fragment {
	if b.used == len(b.spare) {
		b.spare = append(b.spare, fragment{})
	}
	f := &b.spare[b.used]
	b.used++
	if len(f.buf) < size {
		f.buf = make([]byte, size)
	}
	return f
}

// minMTU is what every link carries (RFC 791, section 3.2).
const minMTU = 68

// tell sends ICMP fragmentation needed back to the sender of pkt, with the MTU that would
// fit, to the router itself as if from the other end. "The IP source address in an ICMP
// message originated by the router MUST be one of the IP addresses associated with the
// physical interface over which the ICMP message is transmitted." RFC 1812, section 4.3.2.4.
func (d *device) tell(pkt []byte, mtu int) {
	policy := d.link.spd.Load()
	if policy == nil || policy.local == 0 || mtu < minMTU || !d.parsed.MayAnswer() || !d.link.icmp.allow(d.path.now()) {
		return
	}
	from := policy.local
	if d.path.Toward != nil {
		a, quiet := d.path.Toward(acl.IPv4(d.parsed.Src))
		if quiet {
			return
		}
		if a.Is4() {
			from = acl.Word(a)
		}
	}
	if from == d.parsed.Src { // the kernel takes nothing from itself that comes from outside
		from = d.parsed.Dst
	}
	d.icmp[0] = d.parsed.AppendFragmentationNeeded(d.icmp[0][:Headroom], from, pkt, mtu)
	if n, _ := d.tun.Write(d.icmp, Headroom); n != 1 {
		d.path.drops.add(InWrite)
	}
}
