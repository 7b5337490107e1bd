package exchange

import (
	"io"
	"net/netip"
	"time"

	"conft/debug"
	"conft/internal/suite"
)

// Env is what a machine may look at besides itself and its event. It is valid during
// one step.
type Env struct {
	Now      time.Time
	Rand     io.Reader // cookies, nonces, message IDs
	Policy   *Policy
	Registry Registry
	// Tracing says that somebody reads debug lines. Without it a machine leaves out
	// those that are many, but none from which a failure is read.
	Tracing bool
}

// Registry is what must be agreed among all the machines of a router. The engine
// implements it.
type Registry interface {
	// ConnID returns the next connection id of an ISAKMP SA.
	ConnID() uint32
	// SPI draws the SPI of an inbound IPsec SA, one that is not in use.
	SPI() uint32
	// Known reports whether any SA with the peer exists besides the phase 1 with
	// this initiator cookie, so that INITIAL-CONTACT would be a lie.
	Known(peer netip.Addr, except [8]byte) bool
	// Traffic counts the packets of the IPsec SAs that belong to the phase 1 with
	// this cookie of our own. It may only grow.
	Traffic(own [8]byte) Traffic
	// Taken reports whether another peer at the same address, behind the same NAT, has
	// IPsec SAs for some of this traffic to that address, so that it cannot belong to the
	// peer of that phase 1. from is the peer's address in its own eyes, where it has said so.
	Taken(own [8]byte, s Selector, from netip.Addr) bool
}

// Event is what a machine consumes.
type Event interface{ event() }

// Request asks for a pair of IPsec SAs. An SA under construction keeps it until phase 1
// is up.
type Request struct {
	Tunnel   *Tunnel
	Peer     netip.Addr
	Selector Selector
	SPI      uint32 // the inbound one, drawn already
	AHSPI    uint32 // likewise that of AH beside ESP; 0 where no transform set has both
}

// Initiate begins phase 1 on behalf of the requests, if there are any, by an ISAKMP
// profile, if one is named.
type Initiate struct {
	Requests []Request
	Profile  string
}

// Message is a datagram whose header has been checked to belong to the machine. The
// octets belong to the machine.
type Message struct {
	Local, Remote netip.AddrPort
	Data          []byte
}

// Expired says that a timer has run out.
type Expired struct{ Timer Timer }

// Secret is the result of Derive. Node is that of the Derive.
type Secret struct {
	Node   uint32
	Key    *suite.PrivateKey // with its public value
	Shared []byte            // g^xy, nil when the Derive named no peer's value
	Err    error
}

// Signed is the result of Sign.
type Signed struct {
	Signature []byte
	Err       error
}

// Delete ends the SA. The peer is told when there are keys to tell it with, unless it is
// known to have forgotten the SA itself.
type Delete struct {
	Reason debug.SAReason
	Quiet  bool
}

// DeleteIPsec tells the peer that inbound IPsec SAs are gone.
type DeleteIPsec struct {
	SPIs []uint32 // of ESP
	AH   []uint32
}

// Add adds an SPI of one of the protocols.
func (d *DeleteIPsec) Add(spi uint32, ah bool) {
	if ah {
		d.AH = append(d.AH, spi)
	} else {
		d.SPIs = append(d.SPIs, spi)
	}
}

// Moved says that authenticated ESP of the peer's has come from elsewhere.
type Moved struct{ Remote netip.AddrPort }

func (Moved) event()       {}
func (Request) event()     {}
func (Initiate) event()    {}
func (Message) event()     {}
func (Expired) event()     {}
func (Secret) event()      {}
func (Signed) event()      {}
func (Verdict) event()     {}
func (Delete) event()      {}
func (DeleteIPsec) event() {}

// Timer names one timer of a machine. Node is 0 for those of phase 1, otherwise the
// message ID of the exchange.
type Timer struct {
	Kind TimerKind
	Node uint32
}

// TimerKind says what a timer is for.
type TimerKind uint8

const (
	Retransmit TimerKind = iota // of the last message sent
	Lifetime                    // of an ISAKMP SA, or of one half open
	Renewal                     // of an ISAKMP SA, before its lifetime ends
	Purge                       // of an SA or node already deleted
	Keepalive                   // of a NAT's mapping (RFC 3948, section 4)
	Alive                       // of the next look whether the peer is alive
	Idle                        // of the next look whether IPsec SAs are used
	Settle                      // of a pair whose peer may not have taken the last message yet
)
