package dataplane

import "sync/atomic"

// Drop is the reason why a packet was not passed on.
type Drop uint8

// NoDrop is the fate of a packet that is passed on.
const (
	NoDrop          Drop = iota
	OutMalformed         // from the TUN: not a valid IPv4 packet
	OutNoPolicy          // no crypto map entry permits it
	OutNoSA              // policy says protect, no SA yet
	OutExhausted         // sequence numbers or volume of the SA used up
	OutTooBig            // DF set and larger than the path carries
	OutNoFragment        // cannot be fragmented small enough
	OutIncomplete        // fragments for transport mode, of which others are missing
	OutRemoved           // the SA went away while the packet was under way
	OutSend              // refused by the socket
	InShort              // too short for ESP; the first of those inbound
	InInvalidSPI         // no SA with this SPI
	InEncapsulation      // SA of the other encapsulation, raw or UDP, or half a bundle
	InReplay             // outside the window or seen before
	InMAC                // integrity check failed
	InLength             // of impossible length, or AH behind IP options that cannot be told apart
	InPadding            // padded otherwise than RFC 4303 says
	InRemoved            // the SA went away while the packet was under way
	InExhausted          // volume of the SA used up
	InDummy              // next header 59, RFC 4303, section 2.6
	InNextHeader         // not IPv4 in the tunnel
	InMalformed          // authentic, yet not a valid IPv4 packet
	InSelector           // not what the SA was negotiated for
	InECN                // met congestion outside and cannot say so inside (RFC 6040, section 4.2)
	InNoLink             // the SA's interface has no crypto map any more
	InWrite              // refused by the TUN
	InKeepalive          // NAT keepalive, RFC 3948, section 2.3
	InTooBig             // ICMP fragmentation needed that is not about a packet of an SA
	numDrops
)

var dropNames = [numDrops]string{
	OutMalformed:    "output malformed",
	OutNoPolicy:     "output no policy",
	OutNoSA:         "output no SA",
	OutExhausted:    "output SA exhausted",
	OutTooBig:       "output DF set and too big",
	OutNoFragment:   "output cannot fragment",
	OutIncomplete:   "output fragments incomplete",
	OutRemoved:      "output SA removed",
	OutSend:         "output send failed",
	InShort:         "input too short",
	InInvalidSPI:    "input invalid SPI",
	InEncapsulation: "input wrong encapsulation",
	InReplay:        "input replay",
	InMAC:           "input MAC verify failed",
	InLength:        "input bad length",
	InPadding:       "input bad padding",
	InRemoved:       "input SA removed",
	InExhausted:     "input SA exhausted",
	InDummy:         "input dummy",
	InNextHeader:    "input next header",
	InMalformed:     "input malformed",
	InSelector:      "input invalid identity",
	InECN:           "input ECN of a packet not capable",
	InNoLink:        "input no interface",
	InWrite:         "input write failed",
	InKeepalive:     "input NAT keepalive",
	InTooBig:        "input fragmentation needed, not ours",
}

// String returns the name that show commands print.
func (d Drop) String() string { return dropNames[d] }

// Counter is one drop reason and how many packets it took.
type Counter struct {
	Name  string
	Value uint64
}

type drops [numDrops]atomic.Uint64

func (d *drops) add(r Drop) { d[r].Add(1) }

func (d *drops) counters() []Counter {
	c := make([]Counter, 0, numDrops-1)
	for r := NoDrop + 1; r < numDrops; r++ {
		c = append(c, Counter{r.String(), d[r].Load()})
	}
	return c
}

// Stats counts the packets of an SA pair or of a flow. Octets are those of the
// inner packets.
type Stats struct {
	Encaps, Decaps         uint64
	EncapBytes, DecapBytes uint64
	SendErrors, RecvErrors uint64
	drops                  [numDrops]uint64 // what the errors are made of
}

// since is what has been counted after o.
func (s Stats) since(o *Stats) Stats {
	s.Encaps, s.Decaps = s.Encaps-o.Encaps, s.Decaps-o.Decaps
	s.EncapBytes, s.DecapBytes = s.EncapBytes-o.EncapBytes, s.DecapBytes-o.DecapBytes
	s.SendErrors, s.RecvErrors = s.SendErrors-o.SendErrors, s.RecvErrors-o.RecvErrors
	for i := range s.drops {
		s.drops[i] -= o.drops[i]
	}
	return s
}

// Drops returns how many packets were dropped for any of the reasons.
func (s *Stats) Drops(reasons ...Drop) (n uint64) {
	for _, r := range reasons {
		n += s.drops[r]
	}
	return n
}

// stats is Stats while it is counted.
type stats struct {
	encaps, decaps, encapBytes, decapBytes atomic.Uint64
	drops                                  drops
}

func (s *stats) load() Stats {
	l := Stats{
		Encaps: s.encaps.Load(), Decaps: s.decaps.Load(),
		EncapBytes: s.encapBytes.Load(), DecapBytes: s.decapBytes.Load(),
	}
	for r := range numDrops {
		l.drops[r] = s.drops[r].Load()
		if r < InShort {
			l.SendErrors += l.drops[r]
		} else {
			l.RecvErrors += l.drops[r]
		}
	}
	return l
}
