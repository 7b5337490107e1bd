package dataplane

import (
	"net/netip"
	"sync"
	"sync/atomic"

	"conft/esp"
)

// SA is a pair of SAs as IKE negotiated it: ESP, AH, or a bundle of both. InSPI names the
// pair.
type SA struct {
	Flow FlowKey

	InSPI, OutSPI   uint32   // those of ESP; of AH where it is alone
	InKeys, OutKeys esp.Keys // copied by Install; the caller clears its own. Without a transform there is no ESP
	AH              AH

	Transport bool // mode: the packet's own IP header is that of the outside
	// Where a NAT has changed the addresses under which the peer computed the checksums
	// that it protects in transport mode, those addresses (RFC 3947, section 5.2).
	SentFrom, SentTo netip.Addr

	// Outer addresses. The ports are 0 for protocol 50, and those of UDP
	// encapsulation (RFC 3948) otherwise.
	Local, Remote netip.AddrPort

	ConnID  uint32 // of the inbound SA, for %CRYPTO-4 messages
	HardKB  uint64 // volume after which the SA is not used any more; 0 for no limit
	SoftKB  uint64 // volume that asks for a new SA; 0 for HardKB less a margin
	Window  int    // anti-replay window; 0 for 64, esp.NoWindow for none
	Standby bool   // outbound unused until Enable: a responder before the third message
	PathMTU int    // 0 for the MTU of the link
	Roams   bool   // Remote follows the newest authenticated packet (RFC 3948, section 5)
}

// pair is an installed SA. Everything without a comment is immutable. Safe for
// concurrent use.
type pair struct {
	SA   // without the key octets
	flow *flow
	link *link
	sock Socket
	udp  bool
	// layered says that it is not just ESP in tunnel mode, whole that its packets leave
	// with an IP header of ours.
	layered, whole bool
	byPort         bool // its selector names a port

	out     *esp.Outbound // nil without ESP
	nextSeq func() (uint32, bool)
	in      *esp.Inbound
	ahOut   *esp.AHOutbound // nil without AH
	ahIn    *esp.AHInbound
	window  sync.Mutex // guards Check and Accept of in and ahIn: reader and writer of the socket

	outerMTU atomic.Int64 // of the path
	plainMTU atomic.Int64 // largest inner packet that fits in one outer packet
	path     int          // longest outer packet, guarded by Path.mu
	enabled  bool         // likewise
	seat     uint64       // in Path.outer, likewise

	remote atomic.Pointer[netip.AddrPort] // where packets go: SA.Remote, or where it has moved
	newest uint32                         // sequence number, exclusively owned by the receiver that delivers

	soft, hard  uint64 // octets
	softExpired atomic.Bool
	spent       atomic.Bool // hard limit or last sequence number reached
	stats

	replayLog, macLog, identityLog limiter
}

// check and accept are the two looks at the replay window, before and after the
// integrity check (RFC 4303, section 3.4.3).
func (s *pair) check(seq uint32) bool {
	s.window.Lock()
	defer s.window.Unlock()
	if s.ahIn != nil {
		return s.ahIn.Check(seq)
	}
	return s.in.Check(seq)
}

// accept takes the number of the outermost protocol, and of a bundle that of ESP, too.
func (s *pair) accept(seq, espSeq uint32) bool {
	s.window.Lock()
	defer s.window.Unlock()
	switch {
	case s.ahIn == nil:
		return s.in.Accept(seq)
	case s.in == nil:
		return s.ahIn.Accept(seq)
	}
	return s.ahIn.Accept(seq) && s.in.Accept(espSeq)
}

// noLimit is more octets than any SA carries.
const noLimit = ^uint64(0)

// rekeyMargin is how many kilobytes before the end of its volume an SA asks for its
// successor at least, as IOS does; on today's links a tenth of the volume is what
// leaves time for a negotiation.
const rekeyMargin = 256

// limits returns the soft and hard volume in octets.
func (sa *SA) limits() (soft, hard uint64) {
	if sa.HardKB == 0 {
		return noLimit, noLimit
	}
	kb := sa.SoftKB
	if kb == 0 {
		kb = sa.HardKB
		if margin := max(rekeyMargin, kb/10); kb > margin {
			kb -= margin
		}
	}
	return kb * 1024, sa.HardKB * 1024
}

// charge notes that one direction has now carried total octets, and reports
// whether the SA may still be used. The two directions are limited one by one,
// as each is an SA of its own (RFC 2407, section 4.5, SA Life Duration).
func (p *Path) charge(s *pair, total uint64) bool {
	if total > s.hard || s.spent.Load() {
		p.exhaust(s)
		return false
	}
	if total >= s.soft && s.softExpired.CompareAndSwap(false, true) {
		p.VolumeExpired(s.InSPI, false)
	}
	return true
}

// renewFrom is the sequence number from which an SA asks for its successor: a sixteenth of
// all numbers is left then. Without a limit of volume nothing else asks in time.
const renewFrom = 15 << 28

// counted notes that an SA has given a sequence number to a packet.
func (p *Path) counted(s *pair, seq uint32) {
	if seq >= renewFrom && !s.softExpired.Load() && s.softExpired.CompareAndSwap(false, true) {
		p.VolumeExpired(s.InSPI, false)
	}
}

// exhaust takes a used-up SA out of use and says so once.
func (p *Path) exhaust(s *pair) {
	first := s.spent.CompareAndSwap(false, true)
	// Every time, for choose may have read spent just before it was set.
	s.flow.out.CompareAndSwap(s, nil)
	if first {
		p.VolumeExpired(s.InSPI, true)
	}
}
