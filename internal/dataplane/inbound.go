package dataplane

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"

	"conft/esp"
	"conft/internal/packet"
)

// receiver reads one socket and writes what it opens to the TUNs.
type receiver struct {
	path    *Path
	sock    Socket
	udp, ah bool
	sad     *table[*pair] // by the SPI of the socket's protocol
	pool    *pool[inBatch]
	ordered chan *inBatch // in the order received
	ahead   atomic.Int32  // batches handed over that the writer has not done with

	// Exclusively owned by the writer, and by the reader while nothing is ahead.
	bufs [][]byte // for the TUN of bufsTo
	to   *device
}

// inBatch is what one Receive returned. It is locked from the moment a worker
// may take it until the worker is done.
type inBatch struct {
	sync.Mutex
	arena
	datagrams []Datagram
	packets   []inPacket
	parsed    packet.Parsed // exclusively owned by the worker
}

// inRoom is what is left free before a packet received: the header that ESP in transport
// mode came without has to fit in behind the Headroom.
const inRoom = Headroom + packet.HeaderLen

// inPacket is one ESP packet slot[inRoom:inRoom+n], or one with AH and its IP header;
// after the worker one inner packet slot[start:start+n].
type inPacket struct {
	slot     []byte
	start, n int
	sa       *pair
	seq      uint32 // of ESP or, where there is AH, of that
	espSeq   uint32
	tos, ttl uint8 // of the outer header
	fate     Drop  // as far as the worker sees
	from     netip.AddrPort
}

func newReceiver(p *Path, s Socket) *receiver {
	sad := &p.sad
	if s == p.AH {
		sad = &p.ahSAD
	}
	return &receiver{
		path: p, sock: s, udp: s == p.UDP, ah: s == p.AH, sad: sad,
		pool:    newPool(func() *inBatch { return newInBatch(min(s.BatchSize(), maxInBatch)) }),
		ordered: make(chan *inBatch, poolSize),
	}
}

// maxInBatch bounds what coalescing on the TUN can touch of an arena: slots of
// 64 kB each, when joined segments begin in every one in turn.
const maxInBatch = 64

func newInBatch(size int) *inBatch {
	b := &inBatch{arena: newArena(size), datagrams: make([]Datagram, size), packets: make([]inPacket, 0, size)}
	for i, s := range b.slots {
		b.datagrams[i].Buf = s[inRoom:]
	}
	return b
}

func (r *receiver) run() {
	var writer sync.WaitGroup
	writer.Go(r.write)
	r.read()
	close(r.ordered)
	writer.Wait()
}

func (r *receiver) read() {
	var b *inBatch
	for {
		if b == nil {
			b = r.pool.get()
		}
		n, err := r.sock.Receive(b.datagrams)
		if err != nil {
			b.release()
			return
		}
		for i := range n {
			r.accept(b, i)
		}
		if n := len(b.packets); (n == 0 || n < r.path.limit(b.packets[0].sa)) && r.ahead.Load() == 0 {
			b.process()
			r.finish(b)
			continue
		}
		b.Lock()
		r.ahead.Add(1)
		r.path.work <- b
		r.ordered <- b
		b = nil
	}
}

// accept finds the SA of the i-th datagram and puts the packet on the batch.
func (r *receiver) accept(b *inBatch, i int) {
	d := &b.datagrams[i]
	pkt := d.Buf[:d.N]
	if r.udp {
		switch {
		case esp.IsIKE(pkt):
			r.path.IKE(d.Local, d.Remote, pkt[esp.MarkerLen:])
			return
		case esp.IsKeepalive(pkt):
			r.path.drops.add(InKeepalive)
			return
		}
	}
	spi, seq, ok := r.numbers(pkt)
	if !ok {
		r.path.drops.add(InShort)
		return
	}
	sa := r.sad.get(uint64(spi))
	switch {
	case sa == nil || !r.ah && sa.in == nil:
		r.path.drops.add(InInvalidSPI)
		r.path.reportInvalidSPI(d, spi, r.ah)
	case sa.udp != r.udp || (sa.ahIn != nil) != r.ah:
		sa.refuse(&r.path.drops, InEncapsulation)
	case !sa.check(seq):
		r.path.refuseReplay(sa, seq)
	default:
		b.packets = append(b.packets, inPacket{slot: b.slots[i], n: d.N, sa: sa, seq: seq, tos: d.TOS, ttl: d.TTL, from: d.Remote})
	}
}

// numbers returns SPI and sequence number of the outermost protocol.
func (r *receiver) numbers(pkt []byte) (spi, seq uint32, ok bool) {
	switch {
	case r.ah:
		return esp.AHNumbers(pkt)
	case len(pkt) < 8:
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(pkt), binary.BigEndian.Uint32(pkt[4:]), true
}

// process opens the packets of a batch and compares what was in them with the
// SA's selectors.
func (b *inBatch) process() {
	for i := range b.packets {
		b.packets[i].open(&b.parsed)
	}
}

func (p *inPacket) open(parsed *packet.Parsed) {
	inner, next, fate := p.uncover(p.slot[inRoom : inRoom+p.n])
	if fate != NoDrop {
		p.fate = fate
		return
	}
	if p.sa.Transport && next != noNextHeader {
		at := cap(p.slot) - cap(inner)
		start := p.restore(at, len(inner), next)
		inner, next = p.slot[start:at+len(inner)], packet.IPIP
	}
	switch {
	case next == noNextHeader:
		p.fate = InDummy
	case next != packet.IPIP:
		p.fate = InNextHeader
	case parsed.Decode(inner) != nil:
		p.fate = InMalformed
	default:
		// inner is a part of the slot: the length of what comes before it is the
		// difference of the capacities.
		p.start, p.n = cap(p.slot)-cap(inner), parsed.Len
		if !p.sa.Flow.Selector.MatchInbound(parsed) {
			p.fate = InSelector
			return
		}
		ecn, ok := packet.DecapsulateECN(parsed.ECN(), packet.ECNOf(p.tos))
		if !ok {
			p.fate = InECN
		} else if ecn != parsed.ECN() {
			parsed.SetECN(inner, ecn)
		}
	}
}

// noNextHeader marks a packet made to hide the flow of traffic (RFC 4303,
// section 2.6).
const noNextHeader = 59

func (r *receiver) write() {
	for b := range r.ordered {
		b.Lock() // opened
		r.finish(b)
		b.Unlock()
		r.ahead.Add(-1)
		r.pool.put(b)
	}
	r.pool.drain(func(b *inBatch) { b.release() })
}

// finish writes the packets of a batch to their TUNs, in order, and makes it
// empty.
func (r *receiver) finish(b *inBatch) {
	for i := range b.packets {
		r.deliver(&b.packets[i])
	}
	r.flush()
	clear(b.packets)
	b.packets = b.packets[:0]
}

// deliver moves the window for an authentic packet and puts it on the list for
// its TUN.
func (r *receiver) deliver(p *inPacket) {
	s, drops := p.sa, &r.path.drops
	switch p.fate {
	case InMAC:
		r.path.refuseMAC(s)
		return
	case InRemoved, InLength, InPadding, InEncapsulation:
		s.refuse(drops, p.fate)
		return
	}
	if !s.accept(p.seq, p.espSeq) {
		r.path.refuseReplay(s, p.seq)
		return
	}
	if s.Roams {
		r.path.follow(s, p)
	}
	if p.fate != NoDrop {
		s.refuse(drops, p.fate)
		if p.fate == InSelector {
			r.path.reportIdentity(s, p.slot[p.start:p.start+p.n])
		}
		return
	}
	if !r.path.charge(s, s.decapBytes.Add(uint64(p.n))) {
		s.refuse(drops, InExhausted)
		return
	}
	dev := s.link.device()
	if dev == nil {
		s.refuse(drops, InNoLink)
		return
	}
	s.decaps.Add(1)
	s.flow.decaps.Add(1)
	s.flow.decapBytes.Add(uint64(p.n))
	if dev != r.to {
		r.flush()
		r.to = dev
	}
	r.bufs = append(r.bufs, p.slot[p.start-Headroom:p.start+p.n])
}

// follow sends to where the newest authenticated packet came from: the peer's NAT may
// have given it another port. An older one that was under way for longer does not lead
// back.
func (p *Path) follow(s *pair, in *inPacket) {
	if in.seq <= s.newest {
		return
	}
	s.newest = in.seq
	if in.from != *s.remote.Load() {
		from := in.from
		p.move(s, from)
		if p.Moved != nil {
			p.Moved(s.InSPI, from)
		}
	}
}

func (r *receiver) flush() {
	if len(r.bufs) == 0 {
		return
	}
	// The error is one of many packets; the counter says how many.
	n, _ := r.to.tun.Write(r.bufs, Headroom)
	r.path.drops[InWrite].Add(uint64(len(r.bufs) - n))
	clear(r.bufs)
	r.bufs, r.to = r.bufs[:0], nil
}
