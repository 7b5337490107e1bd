package debug

import (
	"fmt"
	"net/netip"
)

// inNAT is of the lines of `debug ip nat`, which `debug ip nat detailed` has, too.
type inNAT struct{}

// Flag implements Event.
func (inNAT) Flag() Flag { return FlagNAT | FlagNATDetailed }

// NATPacket is "NAT*: s=10.1.1.2->12.12.12.1, d=20.1.1.2 [1234]", an address of a packet
// that was translated; where both are, there is a line for each. Without the asterisk the
// packet has made its translation.
type NATPacket struct {
	inNAT
	Inward         bool // to the inside
	First          bool
	Src, NewSrc    netip.Addr
	Dst, NewDst    netip.Addr
	Identification uint16 // of the IPv4 header
}

func (e NATPacket) AppendLine(b []byte, _ Manner) []byte {
	b = append(appendNAT(b, e.First), "s="...)
	b = appendChange(b, e.Src, e.NewSrc)
	b = appendChange(append(b, ", d="...), e.Dst, e.NewDst)
	return fmt.Appendf(b, " [%d]", e.Identification)
}

func appendNAT(b []byte, first bool) []byte {
	if first {
		return append(b, "NAT: "...)
	}
	return append(b, "NAT*: "...)
}

func appendChange(b []byte, from, to netip.Addr) []byte {
	b = from.AppendTo(b)
	if from != to {
		b = to.AppendTo(append(b, "->"...))
	}
	return b
}

// NATExhausted is "%IPNAT-4-ADDR_ALLOC_FAILURE: Address allocation failed for 10.1.1.9, pool P
// might be exhausted".
type NATExhausted struct {
	inSyslog
	Pool string
	Src  netip.Addr
}

func (NATExhausted) Severity() uint8 { return 4 }
func (e NATExhausted) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textNATExhausted, e.Src, e.Pool)
}
