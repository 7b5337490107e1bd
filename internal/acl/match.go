package acl

import (
	"math/bits"
	"net/netip"

	"conft/internal/packet"
)

// Match reports whether ip is covered.
func (a Addr) Match(ip uint32) bool { return (ip^a.Base)&^a.Wildcard == 0 }

// Host is the Addr of one address.
func Host(ip uint32) Addr { return Addr{Base: ip} }

// Prefix returns a as a prefix, and false when the wildcard is not contiguous.
func (a Addr) Prefix() (netip.Prefix, bool) {
	n := bits.LeadingZeros32(a.Wildcard)
	if a.Wildcard != uint32(uint64(1)<<(32-n)-1) {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(IPv4(a.Base&^a.Wildcard), n), true
}

// IPv4 turns an address in host byte order into a netip.Addr.
func IPv4(ip uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)})
}

// Match reports whether port meets the condition.
func (p Ports) Match(port uint16) bool {
	switch p.Op {
	case PortEq:
		return port == p.Low
	case PortNeq:
		return port != p.Low
	case PortLt:
		return port < p.Low
	case PortGt:
		return port > p.Low
	case PortRange:
		return p.Low <= port && port <= p.High
	}
	return true
}

// Match reports whether the entry's condition holds for the packet. A fragment
// without ports meets the address part of a condition on ports only when the
// entry permits, as IOS does: what it might belong to is let through by a permit
// and never refused by a deny. For a crypto ACL that means protected.
func (e *Entry) Match(p *packet.Parsed) bool {
	if e.Remark != "" || e.Protocol != ProtoIP && e.Protocol != p.Protocol ||
		!e.Src.Match(p.Src) || !e.Dst.Match(p.Dst) {
		return false
	}
	if e.SrcPort.Op == PortAny && e.DstPort.Op == PortAny {
		return true
	}
	if !p.HasPorts {
		return e.Action == Permit && p.FragmentOffset != 0
	}
	return e.SrcPort.Match(p.SrcPort) && e.DstPort.Match(p.DstPort)
}

// Match returns the index of the first entry that matches, or -1: the implicit
// deny at the end of every list.
func (l *List) Match(p *packet.Parsed) int {
	for i := range l.Entries {
		if l.Entries[i].Match(p) {
			return i
		}
	}
	return -1
}

// Mirror returns the entry with source and destination exchanged: the packets
// that come back.
func (e Entry) Mirror() Entry {
	e.Src, e.Dst = e.Dst, e.Src
	e.SrcPort, e.DstPort = e.DstPort, e.SrcPort
	return e
}
