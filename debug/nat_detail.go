package debug

import (
	"fmt"
	"net/netip"
)

// NATPorts is "NAT*: TCP s=5001->42823, d=80" or "NAT*: ICMP id=3->1024", what was
// translated of a packet besides its addresses.
type NATPorts struct {
	inNAT
	First       bool
	Protocol    uint8 // TCP, UDP or ICMP, whose identifier is in Src and NewSrc
	Src, NewSrc uint16
	Dst, NewDst uint16
}

func (e NATPorts) AppendLine(b []byte, _ Manner) []byte {
	b = appendNAT(b, e.First)
	change := func(b []byte, from, to uint16) []byte {
		if from == to {
			return fmt.Append(b, from)
		}
		return fmt.Appendf(b, "%d->%d", from, to)
	}
	switch e.Protocol {
	case 1:
		return change(append(b, "ICMP id="...), e.Src, e.NewSrc)
	case 6:
		b = append(b, "TCP s="...)
	default:
		b = append(b, textNATPortsUDP...)
	}
	return change(append(change(b, e.Src, e.NewSrc), ", d="...), e.Dst, e.NewDst)
}

// NATConsidered is "NAT*: i: tcp (10.1.1.2, 5001) -> (20.1.1.2, 80) [1234]", a packet as it
// came, from the inside or (o) from the outside.
type NATConsidered struct {
	Inward, First  bool
	Protocol       string
	Src, Dst       netip.AddrPort // with the identifier of ICMP as ports
	Identification uint16
}

// Flag implements Event.
func (NATConsidered) Flag() Flag { return FlagNATDetailed }

func (e NATConsidered) AppendLine(b []byte, _ Manner) []byte {
	side := 'i'
	if e.Inward {
		side = 'o'
	}
	return fmt.Appendf(appendNAT(b, e.First), "%c: %s (%s, %d) -> (%s, %d) [%d]",
		side, e.Protocol, e.Src.Addr(), e.Src.Port(), e.Dst.Addr(), e.Dst.Port(), e.Identification)
}

// NATAllocated is "NAT: [0] Allocated Port for 10.1.1.2 -> 12.12.12.1: wanted 5001 got 5001",
// of an address that hosts share.
type NATAllocated struct {
	Local, Global netip.Addr
	Wanted, Got   uint16
}

// Flag implements Event.
func (NATAllocated) Flag() Flag { return FlagNATDetailed }

func (e NATAllocated) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "NAT: [0] Allocated Port for %s -> %s: wanted %d got %d", e.Local, e.Global, e.Wanted, e.Got)
}

// NATExpired is "NAT: expiring 12.12.12.1 (10.1.1.2) tcp 42823 (5001)", a translation that has
// ended by itself.
type NATExpired struct {
	inNAT
	Protocol      string
	Global, Local netip.AddrPort
}

func (e NATExpired) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "NAT: expiring %s (%s) %s %d (%d)", e.Global.Addr(), e.Local.Addr(), e.Protocol, e.Global.Port(), e.Local.Port())
}

// NATNoAddress is "NAT: failed to allocate address for 10.1.1.9, list/map 7".
type NATNoAddress struct {
	Src  netip.Addr
	List string // or route map
}

// Flag implements Event.
func (NATNoAddress) Flag() Flag { return FlagNATDetailed }

func (e NATNoAddress) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "NAT: failed to allocate address for %s, list/map %s", e.Src, e.List)
}

// NATDropped is "NAT: translation failed (A), dropping packet s=10.1.1.9 d=20.1.1.2".
type NATDropped struct {
	inNAT
	Src, Dst netip.Addr
}

func (e NATDropped) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "NAT: translation failed (A), dropping packet s=%s d=%s", e.Src, e.Dst)
}
