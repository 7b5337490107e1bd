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

// Ports is a condition on a TCP or UDP port. High is used by PortRange only.
type Ports struct {
	Op   PortOp
	Low  uint16
	High uint16
}

// ProtoIP in Entry.Protocol matches every IP protocol (the keyword "ip").
const ProtoIP = 0

// Entry is one access control entry (ACE) or, when Remark is set, a remark.
type Entry struct {
	Seq              uint32 // sequence number, steps of 10 unless typed
	Action           Action
	Protocol         uint8 // IP protocol number, ProtoIP for all
	Src, Dst         Addr
	SrcPort, DstPort Ports
	Log              bool
	Remark           string // a comment in place of a condition
}

// List is one numbered or named extended access list.
type List struct {
	Name    string // the number as text for numbered lists
	Entries []Entry
}

// Clone returns a deep copy.
func (l *List) Clone() *List {
	c := *l
	c.Entries = append([]Entry(nil), l.Entries...)
	return &c
}
