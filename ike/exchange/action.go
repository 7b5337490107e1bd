package exchange

import (
	"net/netip"
	"time"

	"conft/debug"
	"conft/internal/suite"
)

// Action is what a machine wants done. The engine performs actions in their order.
type Action interface{ action() }

// Send sends a datagram. Name is for transcripts: "MM1", "QM2", "INFO".
type Send struct {
	Local, Remote netip.AddrPort
	Data          []byte // shared with the machine, which resends it: not to be changed
	Name          string
}

// Arm sets a timer, or sets it anew.
type Arm struct {
	Timer Timer
	After time.Duration
}

// Disarm stops a timer.
type Disarm struct{ Timer Timer }

// Trace reports what happened.
type Trace struct{ Event debug.Event }

// Derive asks for Diffie-Hellman away from the loop: a private value when Key is nil,
// and the shared secret when Peer is not. A Secret returns.
type Derive struct {
	Node  uint32
	Group suite.Group
	Key   *suite.PrivateKey
	Peer  []byte
}

// Sign asks for a signature over a hash away from the loop. A Signed returns.
type Sign struct {
	With func(hash []byte) ([]byte, error)
	Hash []byte
}

// Verify asks for a judgement on what the peer presents. A Verdict returns.
type Verify struct {
	By    Trust
	Claim Claim
}

// Established says that phase 1 is up.
type Established struct{}

// Renew says that phase 1 is about to end and should have a successor, if SAs with the
// peer are in use.
type Renew struct{}

// Drop says that a message was ignored, and why.
type Drop struct{ Reason string }

// InitialContact says that the peer has forgotten every SA that is older than this one.
type InitialContact struct{}

// Install asks for a pair of IPsec SAs: the inbound one is to be accepted at once, the
// outbound one used from Enable on. Started is when its Quick Mode began.
type Install struct {
	Pair    SAPair
	Started time.Time
}

// Enable says that the peer is ready to receive what this pair's outbound SA sends.
type Enable struct{ InboundSPI uint32 }

// Withdraw takes an Install back: the peer never confirmed the pair.
type Withdraw struct{ InboundSPI uint32 }

// PeerDeleted says that the peer has deleted the SA it receives with this SPI.
type PeerDeleted struct {
	OutboundSPI uint32
	AH          bool // its protocol, ESP if not
}

// Roamed says that the peer's NAT has given it another address or port.
type Roamed struct{ Remote netip.AddrPort }

// PeerDead says that the peer does not answer any more: what it had is lost.
type PeerDead struct{}

// Again hands a message back that came while slow work was under way, to be given to the
// machine once everything before it is done.
type Again struct{ Message Message }

// Failed says that a request has come to nothing.
type Failed struct{ Request Request }

// Dead says that phase 1 can no longer be used, though its remains stay until Gone.
// The requests are those it has not served.
type Dead struct{ Requests []Request }

// Gone says that nothing is left of the machine.
type Gone struct{}

func (Send) action()           {}
func (Arm) action()            {}
func (Disarm) action()         {}
func (Trace) action()          {}
func (Derive) action()         {}
func (Sign) action()           {}
func (Verify) action()         {}
func (Established) action()    {}
func (Renew) action()          {}
func (Drop) action()           {}
func (InitialContact) action() {}
func (Install) action()        {}
func (Enable) action()         {}
func (Withdraw) action()       {}
func (PeerDeleted) action()    {}
func (Roamed) action()         {}
func (PeerDead) action()       {}
func (Again) action()          {}
func (Failed) action()         {}
func (Dead) action()           {}
func (Gone) action()           {}
