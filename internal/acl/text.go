package acl

import "fmt"

// AppendEntry appends the entry of an extended list as `show access-lists` prints it
// after the sequence number: "deny tcp 10.1.1.0 0.0.0.255 host 20.1.1.1 eq www log".
func AppendEntry(b []byte, e *Entry) []byte { return e.extended(b, e.Action.String()) }

func (e *Entry) extended(b []byte, action string) []byte {
	if e.Remark != "" {
		return append(append(b, "remark "...), e.Remark...)
	}
	b = append(append(b, action...), ' ')
	b = append(b, ProtocolName(e.Protocol)...)
	b = appendPorts(AppendAddr(append(b, ' '), e.Src), e.Protocol, e.SrcPort)
	b = appendPorts(AppendAddr(append(b, ' '), e.Dst), e.Protocol, e.DstPort)
	if e.ICMP.Op != ICMPAny {
		b = append(append(b, ' '), e.ICMP.String()...)
	}
	b = e.Service.append(e.TCP.append(b))
	if e.Fragments {
		b = append(b, " fragments"...)
	}
	return append(b, e.logWord()...)
}

// AppendStandard appends the entry of a standard list as `show running-config` prints
// it: "permit 10.1.1.0 0.0.0.255", "deny   10.1.1.1 log".
func AppendStandard(b []byte, e *Entry) []byte { return e.standard(b, " ") }

// AppendStandardShow does likewise for `show access-lists`: "permit 10.1.1.0, wildcard
// bits 0.0.0.255".
func AppendStandardShow(b []byte, e *Entry) []byte { return e.standard(b, ", wildcard bits ") }

func (e *Entry) standard(b []byte, wildcard string) []byte {
	if e.Remark != "" {
		return append(append(b, "remark "...), e.Remark...)
	}
	b = append(append(b, e.Action.padded()...), ' ')
	switch e.Src.Wildcard {
	case 0xffffffff:
		b = append(b, "any"...)
	case 0:
		b = IPv4(e.Src.Base).AppendTo(b)
	default:
		b = fmt.Appendf(b, "%s%s%s", IPv4(e.Src.Base), wildcard, IPv4(e.Src.Wildcard))
	}
	return append(b, e.logWord()...)
}

// AppendEntry appends an entry of the list as the running configuration has it: like
// `show access-lists`, but for a standard one's wildcards, with the verdicts aligned.
func (l *List) AppendEntry(b []byte, e *Entry) []byte {
	if l.Standard {
		return AppendStandard(b, e)
	}
	return e.extended(b, e.Action.padded())
}

func (e *Entry) logWord() string {
	switch {
	case e.LogInput:
		return " log-input"
	case e.Log:
		return " log"
	}
	return ""
}

// String returns the keyword of the action.
func (a Action) String() string { return [...]string{"permit", "deny"}[a] }

// padded is the keyword as long as the longer one.
func (a Action) padded() string { return [...]string{"permit", "deny  "}[a] }

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
	for _, also := range p.Also[:p.More] {
		b = append(append(b, ' '), PortName(protocol, also)...)
	}
	return b
}

// FlagNames are the keywords of the TCP flags with their bits, sorted by word.
var FlagNames = []Name{
	{"ack", FlagACK, "Match on the ACK bit"},
	{"fin", FlagFIN, "Match on the FIN bit"},
	{"psh", FlagPSH, "Match on the PSH bit"},
	{"rst", FlagRST, "Match on the RST bit"},
	{"syn", FlagSYN, "Match on the SYN bit"},
	{"urg", FlagURG, "Match on the URG bit"},
}

func (f Flags) append(b []byte) []byte {
	on := " +"
	switch f.Op {
	case Established:
		b, on = append(b, " established"...), " "
	case FlagsWords:
		on = " "
	case FlagsAny:
		b = append(b, " match-any"...)
	case FlagsAll:
		b = append(b, " match-all"...)
	}
	for _, n := range FlagNames {
		switch bit := uint8(n.Number); {
		case f.On&bit != 0:
			b = append(append(b, on...), n.Word...)
		case f.Off&bit != 0:
			b = append(append(b, " -"...), n.Word...)
		}
	}
	return b
}

// String returns the keyword of the operator.
func (o PortOp) String() string {
	return [...]string{"", "eq", "neq", "lt", "gt", "range"}[o]
}

// ProtocolName returns the IOS keyword of a protocol, or its number.
func ProtocolName(p uint8) string { return word(Protocols, uint16(p)) }

// PortName returns the IOS keyword of a port, or its number.
func PortName(protocol uint8, port uint16) string { return word(PortNames(protocol), port) }

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
