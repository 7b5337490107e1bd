package ike

import (
	"io"
	"net/netip"
	"time"

	"conft/debug"
	"conft/ike/exchange"
)

// Options are the engine's connections to the outside.
type Options struct {
	Now  func() time.Time // time.Now when nil
	Rand io.Reader        // crypto/rand when nil; must be safe for concurrent use
	// Send sends an IKE message. Where the local port is 4500 the non-ESP marker
	// already precedes it. It must not block. An error is counted; retransmission
	// makes up for it.
	Send  func(local, remote netip.AddrPort, datagram []byte) error
	IPsec IPsec
	Hub   Hub
	Cores int // one is the engine's own, where there are several
}

// IPsec is where IPsec SAs are installed. Its methods are called from the engine's
// goroutine; they must neither block nor call the engine.
type IPsec interface {
	// Install makes the inbound SA usable at once. The outbound one is not to be
	// used before Enable: the peer may not have installed its half. The keys
	// belong to the callee from now on.
	Install(exchange.SAPair) error
	// Enable makes the pair's outbound SA the one that its selector uses. It is
	// called again when of several pairs another is to be used.
	Enable(inboundSPI uint32)
	// Remove forgets both SAs of a pair.
	Remove(inboundSPI uint32)
	// Move makes a pair send to where its peer, which is behind a NAT, is seen now.
	Move(inboundSPI uint32, remote netip.AddrPort)
	// Traffic counts what the pair has carried since its installation.
	Traffic(inboundSPI uint32) exchange.Traffic
	// Shelter takes the traffic of a flow under protection before it has SAs: it is
	// dropped until then, never sent in clear. It is called from another goroutine
	// than the others, and may block.
	Shelter(exchange.Flow) error
	// Release takes a Shelter back.
	Release(exchange.Flow)
}

// Hub takes debug events; *debug.Hub is one. Emit must not block.
type Hub interface {
	Emit(debug.Event)
	// On reports whether any of the switches is on. If not, some debug lines are not built.
	On(debug.Flag) bool
	// Watches reports whether debug lines about a peer are shown; the zero address stands
	// for none that is known.
	Watches(peer netip.Addr) bool
}
