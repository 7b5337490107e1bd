package esp

import (
	"math"
	"sync/atomic"
)

// sequence numbers the packets of an outbound SA. It is safe for concurrent use.
type sequence struct {
	last atomic.Uint64 // handed out; wider than the field, so that it cannot wrap
}

// NextSeq takes the next sequence number. It reports false once all are used: "the
// transmitted sequence number must never be allowed to cycle", RFC 4303, section 2.2.
func (s *sequence) NextSeq() (uint32, bool) {
	seq := s.last.Add(1)
	if seq > math.MaxUint32 {
		return 0, false
	}
	return uint32(seq), true
}

// antiReplay is what an inbound SA knows of the numbers received.
type antiReplay struct {
	replay *window // exclusively owned by the receiver; nil where numbers are not looked at
}

// Check reports whether a packet with this sequence number may be worth opening.
func (a *antiReplay) Check(seq uint32) bool { return a.replay == nil || a.replay.check(seq) }

// Accept marks the sequence number of a packet that Open accepted. It reports false if
// another packet with this number came first.
func (a *antiReplay) Accept(seq uint32) bool { return a.replay == nil || a.replay.accept(seq) }

// Window is the size of the window in packets, 0 where numbers are not looked at.
func (a *antiReplay) Window() int {
	if a.replay == nil {
		return 0
	}
	return int(a.replay.size)
}

// Last is the highest number accepted, 0 where numbers are not looked at. It belongs to
// the receiver, like Accept.
func (a *antiReplay) Last() uint32 {
	if a.replay == nil {
		return 0
	}
	return uint32(a.replay.last)
}
