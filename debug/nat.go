package debug

import (
	"fmt"
	"net/netip"
)

// NATPacket is "NAT*: s=10.1.1.2->12.12.12.1, d=20.1.1.2 [1234]", a packet that was
// translated. Without the asterisk it has made its translation.
type NATPacket struct {
	Inward         bool // to the inside
	First          bool
	Src, NewSrc    netip.Addr
	Dst, NewDst    netip.Addr
	Identification uint16 // of the IPv4 header
}

// Flag implements Event.
func (NATPacket) Flag() Flag { return FlagNAT }

func (e NATPacket) AppendLine(b []byte, _ Manner) []byte {
	b = append(b, "NAT*: s="...)
	if e.First {
		b = append(b[:len(b)-len("*: s=")], ": s="...)
	}
	b = appendChange(b, e.Src, e.NewSrc)
	b = appendChange(append(b, ", d="...), e.Dst, e.NewDst)
	return fmt.Appendf(b, " [%d]", e.Identification)
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
