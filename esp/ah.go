package esp

import (
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"

	"conft/internal/suite"
)

// AH (RFC 4302) stands between an IPv4 header and what it carries, and protects both:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	| Next Header   |  Payload Len  |          RESERVED             |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                 Security Parameters Index (SPI)               |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                    Sequence Number Field                      |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                ICV (icv octets), padding                      |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// Payload Len counts words of four octets, less two.

const (
	ahFixed    = 12 // octets before the ICV
	ipv4Header = 20
	protoAH    = 51
)

// AHKeys are algorithm and key of an AH SA. NewAHOutbound and NewAHInbound copy the key.
type AHKeys struct {
	Auth suite.Auth
	Key  []byte
}

// Format leaves the key out, whatever the verb.
func (k AHKeys) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.Auth) }

// AHLen is the length of the header that an algorithm makes: for all of them a multiple
// of four octets without padding.
func AHLen(a suite.Auth) int { return ahFixed + a.ICVLen() }

// ErrHeader says that a packet has IP options that cannot be told apart.
var ErrHeader = errors.New("esp: IP options of impossible length")

// ah computes on one packet at a time: IP header, AH and what follows.
type ah struct {
	icv  int
	mac  hash.Hash
	sum  []byte
	head [60]byte // the IP header as it is authenticated
}

func newAHList(k AHKeys) (*freeList, error) {
	if !k.Auth.Valid() {
		return nil, fmt.Errorf("%w: AH with %v", ErrSuite, k.Auth)
	}
	if len(k.Key) != k.Auth.KeyLen() {
		return nil, fmt.Errorf("%w: key of %d octets, not %d", ErrSuite, len(k.Key), k.Auth.KeyLen())
	}
	key := slices.Clone(k.Key)
	create := func() protection {
		p := &ah{icv: k.Auth.ICVLen(), mac: hmac.New(k.Auth.Hash().New, key)}
		p.sum = make([]byte, 0, p.mac.Size())
		return p
	}
	return &freeList{source: source{create, key}}, nil
}

func (p *ah) seal(pkt []byte, _ uint32) {
	at := headerOf(pkt) + ahFixed
	copy(pkt[at:at+p.icv], p.tag(pkt, true))
}

func (p *ah) open(pkt []byte) bool {
	at := headerOf(pkt) + ahFixed
	return hmac.Equal(pkt[at:at+p.icv], p.tag(pkt, false))
}

func (p *ah) clear() {}

var noICV [64]byte

// tag is the truncated HMAC of a packet with the ICV taken as zero, valid until the next
// call. Padding behind the ICV counts (RFC 4302, section 3.3.3.2.1).
func (p *ah) tag(pkt []byte, sending bool) []byte {
	hl := headerOf(pkt)
	at := hl + ahFixed
	p.mac.Reset()
	p.mac.Write(immutable(&p.head, pkt[:hl], sending))
	p.mac.Write(pkt[hl:at])
	p.mac.Write(noICV[:p.icv])
	p.mac.Write(pkt[at+p.icv:])
	return p.mac.Sum(p.sum)[:p.icv]
}

func headerOf(pkt []byte) int { return int(pkt[0]&0x0f) * 4 }

// immutable copies an IPv4 header to head as the receiver will see it, with zeros for
// what cannot be foretold (RFC 4302, section 3.3.3.1.1 and appendix A).
func immutable(head *[60]byte, ip []byte, sending bool) []byte {
	h := head[:copy(head[:], ip)]
	h[1] = 0          // DSCP and ECN
	h[6], h[7] = 0, 0 // flags and fragment offset
	h[8] = 0          // TTL
	h[10], h[11] = 0, 0
	for o := h[ipv4Header:]; len(o) > 0; {
		n := optionLen(o)
		switch o[0] {
		case 0, 1: // end of the list, no operation
		case 130, 133, 134: // security, extended security, commercial security
		case 148, 149: // router alert, sender directed multi-destination delivery
		case 131, 137:
			// Loose and strict source route. "Mutable but predictable: Destination
			// Address (with loose or strict source routing)", section 3.3.3.1.1.1.
			if sending && n >= 7 && int(o[2]) < n {
				copy(h[16:20], o[n-4:n])
			}
			clear(o[:n])
		default:
			clear(o[:n])
		}
		o = o[n:]
	}
	return h
}

// optionLen is the length of the first option of o, 0 if it cannot be.
func optionLen(o []byte) int {
	switch {
	case o[0] == 0: // and the rest is padding
		return len(o)
	case o[0] == 1:
		return 1
	case len(o) < 2 || o[1] < 2 || int(o[1]) > len(o):
		return 0
	}
	return int(o[1])
}

func validOptions(o []byte) bool {
	for len(o) > 0 {
		n := optionLen(o)
		if n == 0 {
			return false
		}
		o = o[n:]
	}
	return true
}

// AHOutbound is the sending side of an AH SA. It is safe for concurrent use.
type AHOutbound struct {
	sequence
	spi  uint32
	icv  int
	list *freeList
}

// NewAHOutbound returns an SA that has sent nothing.
func NewAHOutbound(spi uint32, k AHKeys) (*AHOutbound, error) {
	list, err := newAHList(k)
	if err != nil {
		return nil, err
	}
	return &AHOutbound{spi: spi, icv: k.Auth.ICVLen(), list: list}, nil
}

// Len is the length of the header.
func (o *AHOutbound) Len() int { return ahFixed + o.icv }

// Seal fills in the AH header of pkt under a number from NextSeq. pkt is an IPv4 packet
// with its final header, but for the protocol and checksum, that leaves Len octets
// between the header and what the header next speaks of. The identification must not be
// 0, which senders take as not filled in yet.
func (o *AHOutbound) Seal(pkt []byte, seq uint32, next byte) error {
	hl := headerOf(pkt)
	if !validOptions(pkt[ipv4Header:hl]) {
		return ErrHeader
	}
	p := o.list.get()
	if p == nil {
		return ErrClosed
	}
	pkt[9] = protoAH
	h := pkt[hl : hl+o.Len()]
	h[0], h[1], h[2], h[3] = next, byte(len(h)/4-2), 0, 0
	binary.BigEndian.PutUint32(h[4:], o.spi)
	binary.BigEndian.PutUint32(h[8:], seq)
	p.seal(pkt, seq)
	o.list.put(p)
	return nil
}

// Close forgets the key. It may be called while packets are being sealed and twice.
func (o *AHOutbound) Close() { o.list.close() }

// AHInbound is the receiving side of an AH SA. Open and Close are safe for concurrent
// use; Check and Accept belong to the one goroutine that receives on the SA.
type AHInbound struct {
	antiReplay
	spi  uint32
	icv  int
	list *freeList
}

// NewAHInbound returns an SA that has received nothing. window is as with NewInbound.
func NewAHInbound(spi uint32, k AHKeys, window int) (*AHInbound, error) {
	list, err := newAHList(k)
	if err != nil {
		return nil, err
	}
	i := &AHInbound{spi: spi, icv: k.Auth.ICVLen(), list: list}
	i.replay, err = newWindow(window)
	return i, err
}

// AHNumbers returns SPI and sequence number of an IPv4 packet that carries AH, and false
// if it is too short for that.
func AHNumbers(pkt []byte) (spi, seq uint32, ok bool) {
	if len(pkt) < ipv4Header {
		return 0, 0, false
	}
	hl := headerOf(pkt)
	if hl < ipv4Header || len(pkt) < hl+ahFixed {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(pkt[hl+4:]), binary.BigEndian.Uint32(pkt[hl+8:]), true
}

// Open verifies the IPv4 packet pkt, from its header to its last octet, and returns what
// AH covers. It changes nothing of pkt, and does not look at the anti-replay window. A
// fragment is not what was sealed: "If required, reassembly is performed prior to AH
// processing", RFC 4302, section 3.4.1.
func (i *AHInbound) Open(pkt []byte) (payload []byte, next byte, seq uint32, err error) {
	spi, seq, ok := AHNumbers(pkt)
	if !ok {
		return nil, 0, 0, ErrMalformed
	}
	hl := headerOf(pkt)
	size := 4 * (int(pkt[hl+1]) + 2)
	switch extra := size - ahFixed - i.icv; {
	case spi != i.spi:
		return nil, 0, 0, ErrSPI
	// Some senders pad the header to eight octets, as IPv6 would want it.
	case extra != 0 && extra != 4, len(pkt) < hl+size, binary.BigEndian.Uint16(pkt[2:]) != uint16(len(pkt)),
		pkt[9] != protoAH, binary.BigEndian.Uint16(pkt[6:])&0x3fff != 0, !validOptions(pkt[ipv4Header:hl]):
		return nil, 0, 0, ErrMalformed
	}
	p := i.list.get()
	if p == nil {
		return nil, 0, 0, ErrClosed
	}
	ok = p.open(pkt)
	i.list.put(p)
	if !ok {
		return nil, 0, 0, ErrAuth
	}
	return pkt[hl+size:], pkt[hl], seq, nil
}

// Close forgets the key. It may be called while packets are being opened and twice.
func (i *AHInbound) Close() { i.list.close() }
