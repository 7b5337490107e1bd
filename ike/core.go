package ike

import (
	"time"

	"conft/ike/exchange"
)

// Core is the engine without goroutines and clock. It is not safe for concurrent use.
type Core struct{ o Options }

type sa struct{}

// NewCore returns a Core without policy. Options.Now is not used.
func NewCore(o Options) *Core { return &Core{o: o} }

// Handle does what follows from in, and from the deadlines that have passed at now. The
// jobs are to be run in any order; their results are inputs.
func (c *Core) Handle(now time.Time, in Input) []Job { return nil }

// Deadline returns when Handle must be called next, if nothing else happens before.
func (c *Core) Deadline() (time.Time, bool) { return time.Time{}, false }

// ISAKMPSAs returns the ISAKMP SAs, the newest first.
func (c *Core) ISAKMPSAs(now time.Time) []exchange.PhaseOneInfo { return nil }

// IPsecSAs returns the pairs of IPsec SAs, the newest first.
func (c *Core) IPsecSAs() []exchange.SAInfo { return nil }

// Counters returns how often each kind of input was refused.
func (c *Core) Counters() []Counter { return nil }
