package acl

import "strconv"

// AppendEntry appends the entry as `show running-config` and `show access-lists`
// print it after the sequence number or the list's name:
// "permit tcp 10.1.1.0 0.0.0.255 host 20.1.1.1 eq www log".
func AppendEntry(b []byte, e *Entry) []byte {
	if e.Remark != "" {
		return append(append(b, "remark "...), e.Remark...)
	}
	if e.Action == Permit {
		b = append(b, "permit "...)
	} else {
		b = append(b, "deny "...)
	}
	b = append(b, ProtocolName(e.Protocol)...)
	b = appendPorts(AppendAddr(append(b, ' '), e.Src), e.Protocol, e.SrcPort)
	b = appendPorts(AppendAddr(append(b, ' '), e.Dst), e.Protocol, e.DstPort)
	if e.Log {
		b = append(b, " log"...)
	}
	return b
}

// AppendAddr appends "any", "host A" or "A wildcard".
func AppendAddr(b []byte, a Addr) []byte {
	switch a.Wildcard {
	case 0xffffffff:
		return append(b, "any"...)
	case 0:
		return IPv4(a.Base).AppendTo(append(b, "host "...))
	}
	b = IPv4(a.Base).AppendTo(b)
	return IPv4(a.Wildcard).AppendTo(append(b, ' '))
}

func appendPorts(b []byte, protocol uint8, p Ports) []byte {
	if p.Op == PortAny {
		return b
	}
	b = append(append(b, ' '), p.Op.String()...)
	b = append(append(b, ' '), PortName(protocol, p.Low)...)
	if p.Op == PortRange {
		b = append(append(b, ' '), PortName(protocol, p.High)...)
	}
	return b
}

// String returns the keyword of the operator.
func (o PortOp) String() string {
	return [...]string{"", "eq", "neq", "lt", "gt", "range"}[o]
}

// ProtocolName returns the IOS keyword of a protocol, or its number.
func ProtocolName(p uint8) string {
	for _, n := range Protocols {
		if n.Number == uint16(p) {
			return n.Word
		}
	}
	return strconv.Itoa(int(p))
}

// PortName returns the IOS keyword of a port, or its number.
func PortName(protocol uint8, port uint16) string {
	for _, n := range PortNames(protocol) {
		if n.Number == port {
			return n.Word
		}
	}
	return strconv.Itoa(int(port))
}

// PortNames returns the port keywords of a protocol, sorted by word as `?`
// prints them; nil for a protocol without ports.
func PortNames(protocol uint8) []Name {
	switch protocol {
	case 6:
		return tcpPorts
	case 17:
		return udpPorts
	}
	return nil
}
