package dataplane

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"conft/internal/packet"
)

// device is the TUN of one link while it is attached, with the goroutines that
// read it and send what was read.
type device struct {
	path    *Path
	link    *link
	tun     TUN
	pool    *pool[outBatch]
	ordered chan *outBatch // in the order read
	ahead   atomic.Int32   // batches handed over that the writer has not done with
	done    sync.WaitGroup

	// Exclusively owned by the reader.
	parsed   packet.Parsed
	heads    heads
	assembly assembly
	icmp     [][]byte
	ident    uint16 // of the last datagram that was numbered here

	// Exclusively owned by the writer, and by the reader while nothing is ahead.
	esp, udp, whole []Datagram
	cut             packet.Parsed
	long            bool // what is on the lists is
}

// outBatch is what one Read returned. It is locked from the moment a worker may
// take it until the worker is done.
type outBatch struct {
	sync.Mutex
	arena
	sizes   []int
	packets []outPacket
	spare   []fragment // those after the first of a packet; the buffers stay
	used    int        // of spare
	header  [60]byte   // exclusively owned by the worker
}

// outPacket is one inner packet buf[off:off+n], after the worker one ESP packet.
type outPacket struct {
	buf    []byte
	off, n int
	sa     *pair
	seq    uint32
	ahSeq  uint32
	ident  uint16 // of an outer header of ours
	tos    uint8
	fate   Drop // as far as the worker sees
	outer
}

// outer is what becomes of one packet outside.
type outer struct {
	df   bool // in its outer header
	long bool // it has to be fragmented
}

func newDevice(p *Path, l *link, t TUN) *device {
	return &device{
		path: p, link: l, tun: t,
		pool:    newPool(func() *outBatch { return newOutBatch(t.BatchSize()) }),
		ordered: make(chan *outBatch, poolSize),
		icmp:    [][]byte{make([]byte, Headroom, 1024)},
		ident:   uint16(rand.Uint32()),
	}
}

func newOutBatch(size int) *outBatch {
	return &outBatch{arena: newArena(size), sizes: make([]int, size), packets: make([]outPacket, 0, size)}
}

func (d *device) start() {
	d.done.Go(d.read)
	d.done.Go(d.write)
}

// stop closes the TUN and waits; nil is a device that never was.
func (d *device) stop() {
	if d == nil {
		return
	}
	_ = d.tun.Close() // its reader ends either way
	d.done.Wait()
}

func (d *device) read() {
	defer close(d.ordered)
	var b *outBatch
	for {
		if b == nil {
			b = d.pool.get()
		}
		n, err := d.tun.Read(b.slots, b.sizes, Headroom)
		if err != nil {
			b.release()
			return
		}
		for i := range n {
			d.protect(b, b.slots[i], b.sizes[i])
		}
		if n := len(b.packets); (n == 0 || n < d.path.limit(b.packets[0].sa)) && d.ahead.Load() == 0 {
			b.process()
			d.send(b)
			continue
		}
		b.Lock()
		d.ahead.Add(1)
		d.path.work <- b
		d.ordered <- b
		b = nil
	}
}

// protect finds the SA for the packet in slot[Headroom:], and puts it on the
// batch with its sequence number, in fragments if need be.
func (d *device) protect(b *outBatch, slot []byte, size int) {
	p, pkt := &d.parsed, slot[Headroom:Headroom+size]
	if p.Decode(pkt) != nil {
		d.path.drops.add(OutMalformed)
		return
	}
	policy := d.link.spd.Load()
	f := d.heads.lookup(policy, p)
	if f == nil {
		d.path.drops.add(OutNoPolicy)
		return
	}
	sa := f.out.Load()
	if sa == nil {
		f.drop(&d.path.drops, OutNoSA)
		if f.ask.allow(d.path.now()) {
			d.path.Acquire(Acquire{Flow: f.key})
		}
		return
	}
	if sa.Transport {
		d.transport(b, sa, slot)
		return
	}
	if policy.after && sa.byPort && p.Fragment() && !p.DF {
		// The peer has no ports to compare in the later ones (RFC 4301, section 7).
		if slot = d.join(b, sa, slot); slot == nil {
			return
		}
	}
	if mtu := int(sa.plainMTU.Load()); p.Len > mtu {
		d.oversize(b, slot, sa, policy, mtu)
		return
	}
	d.enqueue(b, sa, slot, p.Len, outer{df: policy.df.outer(p.DF)})
}

// enqueue gives the packet buf[Headroom:Headroom+n] its sequence number.
func (d *device) enqueue(b *outBatch, sa *pair, buf []byte, n int, o outer) {
	seq, ok := sa.nextSeq()
	ahSeq := seq
	if ok && sa.ahOut != nil && sa.out != nil {
		ahSeq, ok = sa.ahOut.NextSeq()
	}
	if !ok {
		d.path.exhaust(sa)
	}
	if !ok || !d.path.charge(sa, sa.encapBytes.Add(uint64(n))) {
		sa.drop(&d.path.drops, OutExhausted)
		return
	}
	d.path.counted(sa, seq)
	sa.encaps.Add(1)
	sa.flow.encaps.Add(1)
	sa.flow.encapBytes.Add(uint64(n))
	// The outer header carries the inner DSCP, and the ECN bits, too (RFC 6040,
	// section 4.1, normal mode).
	b.packets = append(b.packets, outPacket{buf: buf, off: Headroom, n: n, sa: sa, seq: seq, ahSeq: ahSeq, ident: d.number(), tos: d.parsed.TOS, outer: o})
}

// number is the identification of another datagram.
func (d *device) number() uint16 {
	if d.ident++; d.ident == 0 { // the kernel would choose another
		d.ident++
	}
	return d.ident
}

// process seals the packets of a batch.
func (b *outBatch) process() {
	for i := range b.packets {
		p := &b.packets[i]
		if p.sa.layered || p.long {
			p.cover(&b.header)
			continue
		}
		start, end := p.sa.out.Seal(p.buf, p.off, p.n, p.seq, packet.IPIP)
		p.off, p.n = start, end-start
	}
}

func (d *device) write() {
	for b := range d.ordered {
		b.Lock() // sealed
		d.send(b)
		b.Unlock()
		d.ahead.Add(-1)
		d.pool.put(b)
	}
	d.pool.drain(func(b *outBatch) { b.release() })
}

// send hands the packets of a batch to their sockets, in order on each, and
// makes it empty.
func (d *device) send(b *outBatch) {
	for i := range b.packets {
		p := &b.packets[i]
		if p.n == 0 {
			p.fate = OutRemoved
		}
		if p.fate != NoDrop {
			p.sa.drop(&d.path.drops, p.fate)
			continue
		}
		if p.long != d.long { // no other packet of the SA overtakes it
			d.flushAll()
			d.long = p.long
		}
		to := &d.esp
		switch {
		case p.sa.whole || p.long:
			d.sendWhole(b, p)
			continue
		case p.sa.udp:
			to = &d.udp
		}
		*to = append(*to, Datagram{Buf: p.buf[p.off : p.off+p.n], Local: p.sa.Local, Remote: *p.sa.remote.Load(), TOS: p.tos, DF: p.df})
	}
	d.flushAll()
	clear(b.packets)
	b.packets, b.used = b.packets[:0], 0
}

func (d *device) flushAll() {
	d.esp = d.flush(d.path.ESP, d.esp)
	d.udp = d.flush(d.path.UDP, d.udp)
	d.whole = d.flush(d.path.AH, d.whole)
}

func (d *device) flush(s Socket, list []Datagram) []Datagram {
	if len(list) > 0 {
		// The error is one of many packets; the counter says how many.
		n, _ := s.Send(list)
		d.path.drops[OutSend].Add(uint64(len(list) - n))
		clear(list)
	}
	return list[:0]
}

func (s *stats) drop(d *drops, r Drop) {
	d.add(r)
	s.drops.add(r)
}

func (s *pair) drop(d *drops, r Drop) {
	s.stats.drop(d, r)
	s.flow.drops.add(r)
}
