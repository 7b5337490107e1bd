// Package acl holds IOS access lists: the typed entry, its match against a
// decoded packet, its translation to selectors for IKE proxy identities.
// Values are immutable once published; every method is safe for concurrent use.
package acl

// Action says what an entry does with a packet that it matches.
type Action uint8

const (
	Permit Action = iota
	Deny
)

// Addr is an address with an IOS wildcard mask: a bit set in Wildcard is not
// compared. Both are in host byte order.
type Addr struct {
	Base     uint32
	Wildcard uint32
}

// Any matches every address.
var Any = Addr{0, 0xffffffff}

// PortOp is the operator of a port condition.
type PortOp uint8

const (
	PortAny PortOp = iota
	PortEq
	PortNeq
	PortLt
	PortGt
	PortRange
)

// MaxPorts is how many ports an entry may name on one side.
const MaxPorts = 10

// Ports is a condition on a TCP or UDP port. High is used by PortRange only. PortEq and
// PortNeq may name further ports, any of which the packet's is, or none.
type Ports struct {
	Op   PortOp
	Low  uint16
	High uint16
	More uint8                // how many further ports there are
	Also [MaxPorts - 1]uint16 // which
}

// names reports whether a port is one of those that are named.
func (p *Ports) names(port uint16) bool {
	for _, also := range p.Also[:p.More] {
		if port == also {
			return true
		}
	}
	return port == p.Low
}

// List returns the ports that PortEq and PortNeq name.
func (p Ports) List() []uint16 { return append([]uint16{p.Low}, p.Also[:p.More]...) }

// ProtoIP in Entry.Protocol matches every IP protocol (the keyword "ip").
const ProtoIP = 0

// Entry is one access control entry (ACE) or, when Remark is set, a remark. All
// conditions must hold.
type Entry struct {
	Seq              uint32 // sequence number, steps of 10 unless typed
	Action           Action
	Protocol         uint8 // IP protocol number, ProtoIP for all
	Src, Dst         Addr
	SrcPort, DstPort Ports
	TCP              Flags
	ICMP             ICMP
	Service          Service
	Fragments        bool // fragments other than the first only
	Log              bool
	LogInput         bool   // Log, with the interface and link address that it came from
	Remark           string // a comment in place of a condition
}

// FlagsOp is how the flags of a condition on TCP flags go together.
type FlagsOp uint8

const (
	FlagsNone FlagsOp = iota
	Established
	FlagsAny   // match-any +syn -ack: one of them is as it says
	FlagsAll   // match-all
	FlagsWords // syn: one of them is set
)

// Flags is a condition on the flags of a TCP segment, which are numbered as in its
// header (RFC 9293, section 3.1). Established is a reset, an acknowledgement or one of On.
type Flags struct {
	Op      FlagsOp
	On, Off uint8 // set, and not set; the latter only with FlagsAny and FlagsAll
}

// ICMPOp says how much of an ICMP message a condition names.
type ICMPOp uint8

const (
	ICMPAny ICMPOp = iota
	ICMPType
	ICMPCode // type and code
)

// ICMP is a condition on the type of an ICMP message.
type ICMP struct {
	Op         ICMPOp
	Type, Code uint8
}

// Service is a condition on the type of service octet. DSCP excludes the others.
type Service struct {
	DSCP, Precedence, TOS Value
}

// Value is a number to compare with, plus one; 0 for none.
type Value uint8

// List is one numbered or named access list. A standard one has conditions on the
// source address only.
type List struct {
	Name     string // the number as text for numbered lists
	Standard bool
	Entries  []Entry
}

// Clone returns a deep copy.
func (l *List) Clone() *List {
	c := *l
	c.Entries = append([]Entry(nil), l.Entries...)
	return &c
}
