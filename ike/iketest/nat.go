package iketest

import (
	"net/netip"
	"slices"
	"time"
)

// NAT is a router between some hosts and the rest of the net that gives all of them its
// own address, and each of their ports one of its own when it is first used. What comes
// for a port that it has not given away is lost. Its Fate is a Net's.
type NAT struct {
	Outside netip.Addr
	Inside  []netip.Addr
	out     map[netip.AddrPort]uint16
	in      map[uint16]netip.AddrPort
	last    uint16
}

// NewNAT returns a NAT that has given away nothing.
func NewNAT(outside netip.Addr, inside ...netip.Addr) *NAT {
	t := &NAT{Outside: outside, Inside: inside, last: 20000}
	t.Rebind()
	return t
}

// Rebind forgets every mapping, as a NAT that is started anew does.
func (t *NAT) Rebind() {
	t.out, t.in = make(map[netip.AddrPort]uint16), make(map[uint16]netip.AddrPort)
}

// Seen is how the rest of the net sees an inside port.
func (t *NAT) Seen(from netip.AddrPort) netip.AddrPort {
	port, ok := t.out[from]
	if !ok {
		t.last++
		port = t.last
		t.out[from], t.in[port] = port, from
	}
	return netip.AddrPortFrom(t.Outside, port)
}

// Fate translates a datagram.
func (t *NAT) Fate(p *Packet) []time.Duration {
	if slices.Contains(t.Inside, p.From.Addr()) {
		p.From = t.Seen(p.From)
	}
	if p.To.Addr() == t.Outside {
		to, ok := t.in[p.To.Port()]
		if !ok {
			return nil
		}
		p.To = to
	}
	return []time.Duration{0}
}
