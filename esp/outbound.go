package esp

import "encoding/binary"

// Outbound is the sending side of an SA. It is safe for concurrent use.
type Outbound struct {
	layout
	sequence
	spi  uint32
	list *freeList
}

// NewOutbound returns an SA that has sent nothing.
func NewOutbound(spi uint32, k Keys) (*Outbound, error) {
	list, err := newFreeList(k, outward)
	if err != nil {
		return nil, err
	}
	return &Outbound{layout: newLayout(k.Transform, k.Auth), spi: spi, list: list}, nil
}

// Headroom is the number of octets that Seal needs before the inner packet.
func (o *Outbound) Headroom() int { return o.body() }

// Tailroom is the number of octets that Seal needs at most after the inner packet.
func (o *Outbound) Tailroom() int { return o.align - 1 + trailerLen + o.icv }

// Seal protects the inner packet buf[off:off+n] in place under a number from NextSeq,
// which must not be used twice. next is the Next Header. The ESP packet is
// buf[start:end], or empty if the SA is closed.
func (o *Outbound) Seal(buf []byte, off, n int, seq uint32, next byte) (start, end int) {
	p := o.list.get()
	if p == nil {
		return off, off
	}
	defer o.list.put(p)
	pad := o.pad(n)
	start = off - o.body()
	end = off + n + pad + trailerLen + o.icv
	pkt := buf[start:end:end]
	binary.BigEndian.PutUint32(pkt[0:], o.spi)
	binary.BigEndian.PutUint32(pkt[4:], seq)
	trailer := buf[off+n : off+n+pad+trailerLen]
	for i := range pad {
		trailer[i] = byte(i + 1) // RFC 4303, section 2.4
	}
	trailer[pad] = byte(pad)
	trailer[pad+1] = next
	p.seal(pkt, seq)
	return start, end
}

// Close forgets the keys. It may be called while packets are being sealed and twice.
func (o *Outbound) Close() { o.list.close() }
