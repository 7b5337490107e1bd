package ike

import (
	"net/netip"
	"slices"

	"conft/ike/exchange"
)

// A NAT may forget its mapping, or be started anew, and then give the peer behind it
// another port or address. Whoever is outside follows what is authenticated, IKE and ESP
// alike (RFC 3947, section 4; RFC 3948, section 5.1).

// moved is told by the data plane, which follows for the one pair.
func (c *Core) moved(in Moved) {
	if p := c.pairs[in.InboundSPI]; p != nil && p.Roams {
		c.roamed(p.sa, in.Remote)
	}
}

// roamed lets everything that belongs to the peer of an SA follow.
func (c *Core) roamed(s *sa, remote netip.AddrPort) {
	for _, o := range slices.Clone(c.by.sas[s.peer.Addr]) {
		if o.same(s) {
			c.step(o, exchange.Moved{Remote: remote})
		}
	}
	for _, p := range c.by.pairs[s.peer.Addr] {
		if p.Roams && p.sa.same(s) {
			c.by.follow(p, remote)
			c.o.IPsec.Move(p.InboundSPI, remote)
		}
	}
}

// budding reports whether an SA that is being negotiated will be with the peer of another.
// It has not said who it is: where peers share an address, the port tells them apart.
func (c *Core) budding(o, s *sa) bool {
	_, a := o.m.Endpoints()
	_, b := s.m.Endpoints()
	return o.m.Budding() && !o.m.HalfOpen() && o.peer == s.peer && (a == b || !s.m.Roams())
}
