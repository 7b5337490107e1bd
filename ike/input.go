package ike

import (
	"net/netip"

	"conft/ike/exchange"
)

// Input is what a Core handles.
type Input interface{ input() }

// Tick is nothing but the passing of time.
type Tick struct{}

// Datagram is an IKE message as received, without non-ESP marker. The octets belong to
// the Core.
type Datagram struct {
	Local, Remote netip.AddrPort
	Data          []byte
}

// SetPolicy replaces the policy.
type SetPolicy struct{ Policy *exchange.Policy }

// Acquire asks for IPsec SAs.
type Acquire struct{ exchange.Acquire }

// VolumeExpired says that the kilobytes of a pair run out, or have run out (Hard).
type VolumeExpired struct {
	InboundSPI uint32
	Hard       bool
}

// ClearSA deletes the IPsec SAs that it names, all where it names nothing.
type ClearSA struct {
	Peer netip.Addr
	Map  string     // crypto map
	To   netip.Addr // with SPI and AH: where one of the SAs leads to
	SPI  uint32
	AH   bool
}

// ClearISAKMP deletes an ISAKMP SA, or all.
type ClearISAKMP struct{ ConnID uint32 }

// InvalidSPI says that ESP or AH arrived for an SA that is not there.
type InvalidSPI struct {
	Local, Remote netip.Addr
	SPI           uint32
	AH            bool // the protocol, ESP if not
}

// Moved says that authenticated ESP came from elsewhere than the peer was.
type Moved struct {
	InboundSPI uint32
	Remote     netip.AddrPort
}

func (Moved) input()         {}
func (InvalidSPI) input()    {}
func (Tick) input()          {}
func (Datagram) input()      {}
func (SetPolicy) input()     {}
func (Acquire) input()       {}
func (VolumeExpired) input() {}
func (ClearSA) input()       {}
func (ClearISAKMP) input()   {}
func (result) input()        {}

// Counter is how often something was refused.
type Counter struct {
	Name  string
	Value uint64
}

// Job is slow work. Run may be called anywhere; its result is the next input.
type Job struct {
	run      func() result
	skip     result // in place of the work, for an SA that is dead
	waits    bool   // for somebody else, and must not keep others from being run
	peer     netip.Addr
	stranger bool // asked for by somebody who has not authenticated
}

// Run does the work.
func (j Job) Run() Input { return j.run() }

// Skip returns the input that takes the place of the work when its SA has died meanwhile.
// It is called where the Core is.
func (j Job) Skip() (in Input, ok bool) {
	return j.skip, j.skip.sa.gone || j.skip.sa.m.Dead()
}

// result is what a Job returns.
type result struct {
	sa *sa
	ev exchange.Event
}
