package acl

import "strconv"

// Message is a keyword that stands for an ICMP message.
type Message struct {
	Word string
	ICMP
	Help string
}

// Messages are the keywords of ICMP messages, sorted by word. Those of one type that
// stand for all of its codes have no code of their own.
var Messages = []Message{
	{"administratively-prohibited", code(3, 13), "Administratively prohibited"},
	{"alternate-address", kind(6), "Alternate address"},
	{"conversion-error", kind(31), "Datagram conversion"},
	{"dod-host-prohibited", code(3, 10), "Host prohibited"},
	{"dod-net-prohibited", code(3, 9), "Net prohibited"},
	{"echo", kind(8), "Echo (ping)"},
	{"echo-reply", kind(0), "Echo reply"},
	{"general-parameter-problem", code(12, 0), "Parameter problem"},
	{"host-isolated", code(3, 8), "Host isolated"},
	{"host-precedence-unreachable", code(3, 14), "Host unreachable for precedence"},
	{"host-redirect", code(5, 1), "Host redirect"},
	{"host-tos-redirect", code(5, 3), "Host redirect for TOS"},
	{"host-tos-unreachable", code(3, 12), "Host unreachable for TOS"},
	{"host-unknown", code(3, 7), "Host unknown"},
	{"host-unreachable", code(3, 1), "Host unreachable"},
	{"information-reply", kind(16), "Information replies"},
	{"information-request", kind(15), "Information requests"},
	{"mask-reply", kind(18), "Mask replies"},
	{"mask-request", kind(17), "Mask requests"},
	{"mobile-redirect", kind(32), "Mobile host redirect"},
	{"net-redirect", code(5, 0), "Network redirect"},
	{"net-tos-redirect", code(5, 2), "Net redirect for TOS"},
	{"net-tos-unreachable", code(3, 11), "Network unreachable for TOS"},
	{"net-unreachable", code(3, 0), "Net unreachable"},
	{"network-unknown", code(3, 6), "Network unknown"},
	{"no-room-for-option", code(12, 2), "Parameter required but no room"},
	{"option-missing", code(12, 1), "Parameter required but not present"},
	{"packet-too-big", code(3, 4), "Fragmentation needed and DF set"},
	{"parameter-problem", kind(12), "All parameter problems"},
	{"port-unreachable", code(3, 3), "Port unreachable"},
	{"precedence-unreachable", code(3, 15), "Precedence cutoff"},
	{"protocol-unreachable", code(3, 2), "Protocol unreachable"},
	{"reassembly-timeout", code(11, 1), "Reassembly timeout"},
	{"redirect", kind(5), "All redirects"},
	{"router-advertisement", kind(9), "Router discovery advertisements"},
	{"router-solicitation", kind(10), "Router discovery solicitations"},
	{"source-quench", kind(4), "Source quenches"},
	{"source-route-failed", code(3, 5), "Source route failed"},
	{"time-exceeded", kind(11), "All time exceededs"},
	{"timestamp-reply", kind(14), "Timestamp replies"},
	{"timestamp-request", kind(13), "Timestamp requests"},
	{"traceroute", kind(30), "Traceroute"},
	{"ttl-exceeded", code(11, 0), "TTL exceeded"},
	{"unreachable", kind(3), "All unreachables"},
}

func kind(t uint8) ICMP    { return ICMP{Op: ICMPType, Type: t} }
func code(t, c uint8) ICMP { return ICMP{Op: ICMPCode, Type: t, Code: c} }

// String returns the keyword of the message, or type and code as numbers.
func (c ICMP) String() string {
	for _, m := range Messages {
		if m.ICMP == c {
			return m.Word
		}
	}
	switch c.Op {
	case ICMPType:
		return strconv.Itoa(int(c.Type))
	case ICMPCode:
		return strconv.Itoa(int(c.Type)) + " " + strconv.Itoa(int(c.Code))
	}
	return ""
}
