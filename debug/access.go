package debug

import (
	"fmt"
	"net/netip"
)

// AccessListLog is "%SEC-6-IPACCESSLOGP: list 101 denied tcp 10.0.0.1(1024) ->
// 10.0.0.2(22), 1 packet", or one of its kin for standard lists and protocols without
// ports. It is comparable: without Packets it names a flow.
type AccessListLog struct {
	inSyslog
	List             string
	Standard         bool // only Src matters; 15.x prints Dst, too
	Permit           bool
	Protocol         uint8
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16 // TCP and UDP; ICMP puts type and code into DstPort
	Interface, MAC   string // with log-input: "GigabitEthernet0/0", "0000.0c07.ac01"
	Packets          uint64
}

// routingProtocols have a message of their own, by name.
var routingProtocols = map[uint8]string{2: "igmp", 88: nameEIGRP, 89: nameOSPF, 103: "pim"}

func (AccessListLog) Severity() uint8 { return 6 }
func (e AccessListLog) AppendLine(b []byte, m Manner) []byte {
	verdict, plural := "denied", "s"
	if e.Permit {
		verdict = "permitted"
	}
	if e.Packets == 1 {
		plural = ""
	}
	from := ""
	if e.Interface != "" {
		from = fmt.Sprintf(textAccessInput, e.Interface, e.MAC)
		if e.MAC == "" {
			from = fmt.Sprintf(" (%s)", e.Interface)
		}
	}
	name, routing := routingProtocols[e.Protocol]
	switch {
	case e.Standard && m == IOS15 && e.Dst.IsValid():
		return fmt.Appendf(b, textAccessOther, e.List, verdict, 0, e.Src, "", e.Dst, e.Packets, plural)
	case e.Standard:
		return fmt.Appendf(b, textAccessStandard, e.List, verdict, e.Src, e.Packets, plural)
	case routing:
		return fmt.Appendf(b, textAccessRouting, e.List, verdict, name, e.Src, from, e.Dst, e.Packets, plural)
	case e.Protocol == 6 || e.Protocol == 17:
		name := map[uint8]string{6: "tcp", 17: "udp"}[e.Protocol]
		return fmt.Appendf(b, "%%SEC-6-IPACCESSLOGP: list %s %s %s %s(%d)%s -> %s(%d), %d packet%s",
			e.List, verdict, name, e.Src, e.SrcPort, from, e.Dst, e.DstPort, e.Packets, plural)
	case e.Protocol == 1:
		return fmt.Appendf(b, textAccessICMP,
			e.List, verdict, e.Src, from, e.Dst, e.DstPort>>8, e.DstPort&0xff, e.Packets, plural)
	}
	return fmt.Appendf(b, textAccessOther, e.List, verdict, e.Protocol, e.Src, from, e.Dst, e.Packets, plural)
}

// AccessListMissed is "%SEC-6-IPACCESSLOGRL: access-list logging rate-limited or missed 3
// packets".
type AccessListMissed struct {
	inSyslog
	Packets uint64
}

func (AccessListMissed) Severity() uint8 { return 6 }
func (e AccessListMissed) AppendLine(b []byte, _ Manner) []byte {
	plural := "s"
	if e.Packets == 1 {
		plural = ""
	}
	return fmt.Appendf(b, textAccessMissed, e.Packets, plural)
}

// MACText is a link address as IOS writes it, "0000.0c07.ac01".
func MACText(mac []byte) string {
	var b []byte
	for i, o := range mac {
		if i > 0 && i%2 == 0 {
			b = append(b, '.')
		}
		b = fmt.Appendf(b, "%02x", o)
	}
	return string(b)
}
