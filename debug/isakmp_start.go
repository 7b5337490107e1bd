package debug

import (
	"fmt"
	"net/netip"
)

// ISAKMPKeyMessage is "ISAKMP: received ke message (1/1)": the key engine of the
// IPsec layer asks for something.
type ISAKMPKeyMessage struct {
	At
	Kind  KeyMessage
	Count int // messages in the batch
}

// KeyMessage is the number of a key engine request as the line prints it.
type KeyMessage int

const (
	KeySARequest KeyMessage = 1
	KeySPIReply  KeyMessage = 2
	KeyDelete    KeyMessage = 3
)

func (e ISAKMPKeyMessage) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: received ke message (%d/%d)", e.Kind, e.Count)
}

// ISAKMPRequestProfile is "{C}: SA request profile is (NULL)".
type ISAKMPRequestProfile struct {
	At
	Profile string // "" when the crypto map names none
}

func (e ISAKMPRequestProfile) AppendLine(b []byte, m Manner) []byte {
	b = append(e.conn(b, m), ": SA request profile is "...)
	if e.Profile == "" {
		return append(b, "(NULL)"...)
	}
	return append(b, e.Profile...)
}

// ISAKMPPeerCreated is "ISAKMP: Created a peer struct for 23.23.23.3, peer port 500".
type ISAKMPPeerCreated struct {
	At
	Peer netip.Addr
	Port uint16
}

func (e ISAKMPPeerCreated) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: Created a peer struct for %s, peer port %d", e.Peer, e.Port)
}

// ISAKMPPeerHandle is "ISAKMP: New peer created peer = 0x64E2927C peer_handle = 0x80000002".
type ISAKMPPeerHandle struct {
	At
	Ptr, Handle uint32
}

func (e ISAKMPPeerHandle) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: New peer created peer = 0x%08X peer_handle = 0x%08X", e.Ptr, e.Handle)
}

// Holder is who takes or gives back a reference on a peer struct, with the
// preposition that IOS prints. The doubled "for" of a lock line is IOS's.
type Holder string

const (
	ForInitiator   Holder = "for isakmp_initiator"
	ForResponder   Holder = "for crypto_isakmp_process_block"
	ForStuffKE     Holder = "for for stuff_ke"
	ForTransforms  Holder = "for from create_transforms"
	FromTransforms Holder = "from create_transforms"
	ForSADeleted   Holder = "for isadb_mark_sa_deleted()"
	ForPeerDelete  Holder = "for isadb_unlock_peer_delete_sa()"
	FromDeleteSAs  Holder = holderDeleteSiblings
)

// ISAKMPLock is "ISAKMP: Locking peer struct 0x64E2927C, IKE refcount 1 for isakmp_initiator".
// 15.x does not name the count, and reports nothing of that of the IPsec SAs.
type ISAKMPLock struct {
	At
	Ptr   uint32
	IPsec bool // the IPSEC count, else the IKE count
	Count int
	By    Holder
}

func (e ISAKMPLock) AppendLine(b []byte, m Manner) []byte {
	if m == IOS15 {
		return fmt.Appendf(b, "ISAKMP: Locking peer struct 0x%08X, refcount %d %s", e.Ptr, e.Count, e.By)
	}
	return fmt.Appendf(b, "ISAKMP: Locking peer struct 0x%08X, %s refcount %d %s", e.Ptr, countName(e.IPsec), e.Count, e.By)
}

// ISAKMPUnlock is "ISAKMP: Unlocking IPSEC struct 0x64E2927C from create_transforms, count 1".
type ISAKMPUnlock struct {
	At
	Ptr   uint32
	IPsec bool
	Count int
	By    Holder
}

func (e ISAKMPUnlock) AppendLine(b []byte, m Manner) []byte {
	if m == IOS15 {
		return fmt.Appendf(b, "ISAKMP: Unlocking peer struct 0x%08X %s, count %d", e.Ptr, e.By, e.Count)
	}
	return fmt.Appendf(b, "ISAKMP: Unlocking %s struct 0x%08X %s, count %d", countName(e.IPsec), e.Ptr, e.By, e.Count)
}

func countName(ipsec bool) string {
	if ipsec {
		return "IPSEC"
	}
	return "IKE"
}

// ISAKMPPorts is "ISAKMP: local port 500, remote port 500".
type ISAKMPPorts struct {
	At
	Local, Remote uint16
}

func (e ISAKMPPorts) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: local port %d, remote port %d", e.Local, e.Remote)
}

// ISAKMPNewNode is "ISAKMP: set new node 0 to QM_IDLE      ". A message ID is
// printed as the signed number that 12.4 takes it for.
type ISAKMPNewNode struct {
	At
	Node  uint32
	State State
}

func (e ISAKMPNewNode) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: set new node %d to %s", int32(e.Node), e.State.padded())
}

// ISAKMPInsertSA is "insert sa successfully sa = 64E0AC34", which has no prefix,
// or, when an SA with the peer exists already, "ISAKMP: Find a dup sa in the avl
// tree during calling isadb_insert sa = 64E0AC34". Both have the prefix in 15.x.
type ISAKMPInsertSA struct {
	At
	Ptr       uint32
	Duplicate bool
}

func (e ISAKMPInsertSA) AppendLine(b []byte, m Manner) []byte {
	switch {
	case m == IOS15:
		b = append(e.conn(b, m), ':')
	case e.Duplicate:
		b = append(b, "ISAKMP: "...)
	}
	if e.Duplicate {
		return fmt.Appendf(b, "Find a dup sa in the avl tree during calling isadb_insert sa = %08X", e.Ptr)
	}
	return fmt.Appendf(b, "insert sa successfully sa = %08X", e.Ptr)
}

// ISAKMPNoAggressive is "{C}:Can not start Aggressive mode, trying Main mode."
type ISAKMPNoAggressive struct{ At }

func (e ISAKMPNoAggressive) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":Can not start Aggressive mode, trying Main mode."...)
}

// ISAKMPKeyFound is "{C}:found peer pre-shared key matching 23.23.23.3".
type ISAKMPKeyFound struct {
	At
	Peer netip.Addr
}

func (e ISAKMPKeyFound) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":found peer pre-shared key matching %s", e.Peer)
}

// ISAKMPBeginMain is "{C}: beginning Main Mode exchange".
type ISAKMPBeginMain struct{ At }

func (e ISAKMPBeginMain) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": beginning Main Mode exchange"...)
}

// ISAKMPBudding is printed when a request for IPsec SAs arrives while phase 1 with
// the peer is still being negotiated.
type ISAKMPBudding struct {
	At
	Local, Peer netip.Addr
}

func (e ISAKMPBudding) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textBudding, e.Local, e.Peer)
}

// ISAKMPOutstanding and ISAKMPSittingIdle are printed when a request for IPsec SAs
// finds phase 1 already up.
type ISAKMPOutstanding struct {
	At
	Local, Peer netip.AddrPort
}

func (e ISAKMPOutstanding) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textOutstanding, e.Local.Addr(), e.Local.Port(), e.Peer.Addr(), e.Peer.Port())
}

// ISAKMPSittingIdle is "{C}: sitting IDLE. Starting QM immediately (QM_IDLE      )".
type ISAKMPSittingIdle struct{ At }

func (e ISAKMPSittingIdle) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textSittingIdle, QMIdle.padded())
}
