package acl

import (
	"encoding/binary"
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

// Word is the inverse of IPv4; anything but an IPv4 address is 0.
func Word(a netip.Addr) uint32 {
	if a = a.Unmap(); !a.Is4() {
		return 0
	}
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

// Match reports whether port meets the condition.
func (p *Ports) Match(port uint16) bool {
	switch p.Op {
	case PortEq:
		return p.names(port)
	case PortNeq:
		return !p.names(port)
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
// without transport header meets the address part of a condition on one only when
// the entry permits, as IOS does: what it might belong to is let through by a permit
// and never refused by a deny. For a crypto ACL that means protected. Ports of a later
// fragment that are known, from the first one, are compared.
func (e *Entry) Match(p *packet.Parsed) bool {
	if e.Remark != "" || e.Protocol != ProtoIP && e.Protocol != p.Protocol ||
		!e.Src.Match(p.Src) || !e.Dst.Match(p.Dst) {
		return false
	}
	if mask, want := e.Service.Octet(); p.TOS&mask != want || e.Fragments && p.FragmentOffset == 0 {
		return false
	}
	if !e.Transport() {
		return true
	}
	later := p.FragmentOffset != 0
	switch {
	case later && !p.HasPorts:
		return e.Action == Permit
	case !e.matchPorts(p):
		return false
	case later && (e.TCP.Op != FlagsNone || e.ICMP.Op != ICMPAny):
		return e.Action == Permit
	}
	return e.TCP.match(p) && e.ICMP.match(p)
}

// Transport reports whether the entry has a condition on the transport header, which
// only the first fragment of a datagram has.
func (e *Entry) Transport() bool {
	return e.SrcPort.Op != PortAny || e.DstPort.Op != PortAny || e.TCP.Op != FlagsNone || e.ICMP.Op != ICMPAny
}

func (e *Entry) matchPorts(p *packet.Parsed) bool {
	if e.SrcPort.Op == PortAny && e.DstPort.Op == PortAny {
		return true
	}
	return p.HasPorts && e.SrcPort.Match(p.SrcPort) && e.DstPort.Match(p.DstPort)
}

func (f Flags) match(p *packet.Parsed) bool {
	on, off := f.On&p.TCPFlags, f.Off&^p.TCPFlags
	switch {
	case f.Op == FlagsNone:
		return true
	case !p.HasFlags:
		return false
	case f.Op == FlagsAll:
		return on == f.On && off == f.Off
	case f.Op == Established:
		return on != 0 || p.TCPFlags&(FlagACK|FlagRST) != 0
	}
	return on|off != 0
}

// Flags of a TCP header.
const (
	FlagFIN, FlagSYN, FlagRST = 0x01, 0x02, 0x04
	FlagPSH, FlagACK, FlagURG = 0x08, 0x10, 0x20
)

func (c ICMP) match(p *packet.Parsed) bool {
	if c.Op == ICMPAny {
		return true
	}
	return p.HasICMP && c.Type == p.ICMPType && (c.Op == ICMPType || c.Code == p.ICMPCode)
}

// Octet returns the condition as bits of the type of service octet: those to look at,
// and what they have to be. DSCP is six bits (RFC 2474, section 3), precedence three
// and TOS the four after them (RFC 1349, section 3).
func (s Service) Octet() (mask, want uint8) {
	for _, f := range []struct {
		v     Value
		shift uint8
		mask  uint8
	}{{s.DSCP, 2, 0xfc}, {s.Precedence, 5, 0xe0}, {s.TOS, 1, 0x1e}} {
		if f.v != 0 {
			mask, want = mask|f.mask, want|uint8(f.v-1)<<f.shift
		}
	}
	return mask, want
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
