package dataplane

import "conft/internal/packet"

// transport puts a packet of a transport-mode SA on the batch. "Transport mode …
// is applied only to whole IP datagrams (not to IP fragments)", RFC 4303, section 3.3.4:
// what the kernel has fragmented for the link is put together first, and what becomes too
// long for it is fragmented behind ESP and AH.
func (d *device) transport(b *outBatch, sa *pair, slot []byte) {
	p := &d.parsed
	if p.Fragment() {
		if slot = d.join(b, sa, slot); slot == nil {
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

// join puts the fragment in slot[Headroom:] to those before it, and returns where the whole
// datagram is and parsed, nil until it is complete.
func (d *device) join(b *outBatch, sa *pair, slot []byte) []byte {
	p := &d.parsed
	whole, lost := d.assembly.add(p, slot[Headroom:Headroom+p.Len])
	if lost {
		sa.drop(&d.path.drops, OutIncomplete)
	}
	if whole == nil {
		return nil
	}
	f := b.nextSpare(Headroom + len(whole) + Headroom)
	copy(f.buf[Headroom:], whole)
	if p.Decode(f.buf[Headroom:Headroom+len(whole)]) != nil {
		d.path.drops.add(OutMalformed)
		return nil
	}
	return f.buf
}

// sendWhole puts a packet with its IP header on the list of those to send, in fragments
// if it is longer than the link takes.
func (d *device) sendWhole(b *outBatch, out *outPacket) {
	if d.path.AH == nil {
		out.sa.drop(&d.path.drops, OutNoFragment)
		return
	}
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

// assembly puts fragments together that come in order, as the kernel makes them, of several
// datagrams at a time. The one that has waited longest gives way to another; it is lost, and
// so is a fragment without the ones before it. Exclusively owned by the reader of one TUN.
type assembly struct {
	of   [32]partial
	turn uint64
}

// partial is the beginning of a datagram.
type partial struct {
	key  datagramKey
	buf  []byte // the packet so far; empty when there is none
	next int    // offset of the fragment that is to follow
	turn uint64 // when the last one came; 0 when there is none
}

func (s *partial) clear() { s.buf, s.turn = s.buf[:0], 0 }

// find returns the datagram of that key, or else what another one may take the place of.
func (a *assembly) find(key datagramKey) (s *partial, found bool) {
	s = &a.of[0]
	for i := range a.of {
		o := &a.of[i]
		if o.turn > 0 && o.key == key {
			return o, true
		}
		if o.turn < s.turn {
			s = o
		}
	}
	return s, false
}

// add returns the whole packet with its last fragment, valid until the next call. lost
// says that what there was of a packet will not become whole.
func (a *assembly) add(p *packet.Parsed, pkt []byte) (whole []byte, lost bool) {
	key := datagramKey{p.Src, p.Dst, p.ID, p.Protocol}
	s, found := a.find(key)
	a.turn++
	switch {
	case p.FragmentOffset == 0:
		lost = s.turn > 0
		s.key, s.buf, s.turn = key, append(s.buf[:0], pkt...), a.turn
		s.next = p.Len - p.HeaderLen
		return nil, lost
	case !found:
		return nil, true
	case p.FragmentOffset != s.next || len(s.buf)+p.Len-p.HeaderLen > maxIP:
		s.clear()
		return nil, true
	}
	s.buf, s.turn = append(s.buf, pkt[p.HeaderLen:]...), a.turn
	s.next += p.Len - p.HeaderLen
	if p.MF {
		return nil, false
	}
	whole = s.buf
	s.clear()
	packet.SetWhole(whole)
	return whole, false
}
