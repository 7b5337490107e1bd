package esp

import (
	"encoding/binary"
	"errors"
)

// Why Open refuses a packet. Each is a drop counter of its own.
var (
	ErrMalformed = errors.New("esp: packet of impossible length")
	ErrSPI       = errors.New("esp: packet of another SA")
	ErrAuth      = errors.New("esp: authentication failed")
	ErrPadding   = errors.New("esp: padding is not as it must be")
	ErrClosed    = errors.New("esp: SA is closed")
)

// Inbound is the receiving side of an SA. Open and Close are safe for concurrent use;
// Check and Accept belong to the one goroutine that receives on the SA.
type Inbound struct {
	layout
	antiReplay
	spi  uint32
	list *freeList
}

// NewInbound returns an SA that has received nothing. window is the size of the
// anti-replay window in packets, at most 1024; 0 means 64, NoWindow that there is none.
func NewInbound(spi uint32, k Keys, window int) (*Inbound, error) {
	list, err := newFreeList(k, inward)
	if err != nil {
		return nil, err
	}
	i := &Inbound{layout: newLayout(k.Transform, k.Auth), spi: spi, list: list}
	// Without an ICV a forged number would move the window and lock the peer out, so
	// there is no anti-replay then (RFC 4303, section 2.2).
	if i.icv > 0 {
		if i.replay, err = newWindow(window); err != nil {
			return nil, err
		}
	}
	return i, nil
}

// Open verifies, decrypts and checks the ESP packet pkt in place. inner refers to pkt,
// which is of no use after an error. The anti-replay window is not looked at.
func (i *Inbound) Open(pkt []byte) (inner []byte, next byte, seq uint32, err error) {
	text := len(pkt) - i.body() - i.icv
	if text < trailerLen || text%i.align != 0 {
		return nil, 0, 0, ErrMalformed
	}
	if binary.BigEndian.Uint32(pkt) != i.spi {
		return nil, 0, 0, ErrSPI
	}
	p := i.list.get()
	if p == nil {
		return nil, 0, 0, ErrClosed
	}
	ok := p.open(pkt)
	i.list.put(p)
	if !ok {
		return nil, 0, 0, ErrAuth
	}
	body := pkt[i.body() : i.body()+text]
	n, ok := unpad(body)
	if !ok {
		return nil, 0, 0, ErrPadding
	}
	return body[:n], body[text-1], binary.BigEndian.Uint32(pkt[4:]), nil
}

// unpad returns the length of the inner packet. The padding is 1, 2, 3, …, and "the
// receiver SHOULD inspect the Padding field", RFC 4303, section 2.4.
func unpad(body []byte) (n int, ok bool) {
	end := len(body) - trailerLen
	pad := int(body[end])
	if pad > end {
		return 0, false
	}
	n = end - pad
	for i, b := range body[n:end] {
		if b != byte(i+1) {
			return 0, false
		}
	}
	return n, true
}

// Close forgets the keys. It may be called while packets are being opened and twice.
func (i *Inbound) Close() { i.list.close() }
