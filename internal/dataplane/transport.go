package dataplane

import "conft/internal/packet"

// transport puts a packet of a transport-mode SA on the batch. "Transport mode …
// is applied only to whole IP datagrams (not to IP fragments)", RFC 4303, section 3.3.4:
// what the kernel has fragmented for the link is put together first, and what becomes too
// long for it is fragmented behind ESP and AH.
func (d *device) transport(b *outBatch, sa *pair, slot []byte) {
	p := &d.parsed
	if p.Fragment() {
		whole, lost := d.assembly.add(p, slot[Headroom:Headroom+p.Len])
		if lost {
			sa.drop(&d.path.drops, OutIncomplete)
		}
		if whole == nil {
			return
		}
		f := b.nextSpare(Headroom + len(whole) + Headroom)
		copy(f.buf[Headroom:], whole)
		slot = f.buf
		if p.Decode(slot[Headroom:Headroom+len(whole)]) != nil {
			d.path.drops.add(OutMalformed)
			return
		}
	}
	mtu := int(sa.plainMTU.Load())
	switch {
	case p.DF && p.Len > mtu:
		d.tooBig(sa, slot[Headroom:Headroom+p.Len], mtu)
	case p.Len > sa.longest():
		sa.drop(&d.path.drops, OutNoFragment)
	default:
		d.enqueue(b, sa, slot, p.Len, outer{df: p.DF, long: p.Len > mtu})
	}
}

// sendWhole puts a packet with its IP header on the list of those to send, in fragments
// if it is longer than the link takes.
func (d *device) sendWhole(b *outBatch, out *outPacket) {
	pkt, mtu := out.buf[out.off:out.off+out.n], int(out.sa.outerMTU.Load())
	put := func(pkt []byte) {
		d.whole = append(d.whole, Datagram{Buf: pkt, Local: out.sa.Local, Remote: *out.sa.remote.Load()})
	}
	if len(pkt) <= mtu {
		put(pkt)
		return
	}
	p := &d.cut
	if p.Decode(pkt) != nil {
		out.sa.drop(&d.path.drops, OutMalformed)
		return
	}
	step, payload := p.FragmentPayload(mtu), p.Len-p.HeaderLen
	if step == 0 || b.used+payload/step > maxSpare {
		out.sa.drop(&d.path.drops, OutNoFragment)
		return
	}
	// The rest first: it is copied from the packet that the first fragment becomes.
	first := b.used
	for from := step; from < payload; from += step {
		f := b.nextSpare(mtu)
		f.n = len(p.AppendFragment(f.buf[:0], pkt, from, min(from+step, payload)))
	}
	put(p.TruncateFragment(pkt, step))
	for i := range b.spare[first:b.used] {
		f := &b.spare[first+i]
		put(f.buf[:f.n])
	}
}

// assembly puts fragments together that come in order, as the kernel makes them. What is
// not complete when another datagram takes its place is lost, and so is a fragment without
// the ones before it. Exclusively owned by the
// reader of one TUN.
type assembly [4]struct {
	key  datagramKey
	buf  []byte // the packet so far; empty when there is none
	next int    // offset of the fragment that is to follow
}

// add returns the whole packet with its last fragment, valid until the next call. lost
// says that what there was of a packet will not become whole.
func (a *assembly) add(p *packet.Parsed, pkt []byte) (whole []byte, lost bool) {
	key := datagramKey{p.Src, p.Dst, p.ID, p.Protocol}
	s := &a[(uint32(p.ID)^p.Src^p.Dst)%uint32(len(a))]
	switch {
	case p.FragmentOffset == 0:
		lost = len(s.buf) > 0
		s.key, s.buf = key, append(s.buf[:0], pkt...)
		s.next = p.Len - p.HeaderLen
		return nil, lost
	case s.key != key || len(s.buf) == 0 || p.FragmentOffset != s.next || len(s.buf)+p.Len-p.HeaderLen > maxIP:
		s.buf = s.buf[:0]
		return nil, true
	}
	s.buf = append(s.buf, pkt[p.HeaderLen:]...)
	s.next += p.Len - p.HeaderLen
	if p.MF {
		return nil, false
	}
	whole = s.buf
	s.buf = s.buf[:0]
	packet.SetWhole(whole)
	return whole, false
}
