package debug

import (
	"fmt"
	"net/netip"
	"strings"
)

// NodeReason is why a node is deleted, as its line quotes it.
type NodeReason string

const (
	NodeDone          NodeReason = "No Error"
	NodeAwait         NodeReason = "QM done (await)"
	NodeInformational NodeReason = "Informational (in) state 1"
	NodeIKEDeleted    NodeReason = "IKE deleted"
	NodeRejected      NodeReason = "QM rejected"
	NodeDeleteLarval  NodeReason = "Delete Larval"
	NodeErrCount      NodeReason = "Phase 2 err count exceeded"
)

// ISAKMPDeleteNode is `{C}:deleting node 673525551 error FALSE reason "No Error"`.
type ISAKMPDeleteNode struct {
	At
	Node   uint32
	Error  bool
	Reason NodeReason
}

func (e ISAKMPDeleteNode) AppendLine(b []byte, m Manner) []byte {
	verdict := "FALSE"
	if e.Error {
		verdict = "TRUE"
	}
	return fmt.Appendf(e.conn(b, m), ":deleting node %d error %s reason %q", int32(e.Node), verdict, string(e.Reason))
}

// ISAKMPPurgeNode is "{C}:purging node 673525551", 50 seconds after its deletion.
type ISAKMPPurgeNode struct {
	At
	Node uint32
}

func (e ISAKMPPurgeNode) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":purging node %d", int32(e.Node))
}

// SAReason is why an ISAKMP SA is deleted, as its line quotes it.
type SAReason string

const (
	SANoReason      SAReason = "No reason"
	SADeathP1       SAReason = "Death by retransmission P1"
	SALifetime      SAReason = "IKE SA Lifetime Exceeded"
	SACleared       SAReason = "Death by tree-walk md5"
	SAEndOfTunnel   SAReason = "End of ipsec tunnel"
	SAPolicyRefused SAReason = "Phase1 SA policy proposal not accepted"
	SAPeerDead      SAReason = "P1 errcounter exceeded (PEERS_ALIVE_TIMER)"
	SAByKeyEngine   SAReason = "gen_ipsec_isakmp_delete but doi isakmp"
)

// ISAKMPDeleteSA is `{C}:deleting SA reason "No reason" state (I) QM_IDLE       (peer 23.23.23.3)`.
// IOS prints it when the deletion is decided and again when it is Done; 15.x puts a
// blank behind the second.
type ISAKMPDeleteSA struct {
	At
	Reason SAReason
	State  State
	Peer   netip.Addr
	Done   bool
}

func (e ISAKMPDeleteSA) AppendLine(b []byte, m Manner) []byte {
	b = fmt.Appendf(e.conn(b, m), ":deleting SA reason %q state (%s) %s (peer %s)", string(e.Reason), e.Role, e.State.padded(), e.Peer)
	if m == IOS15 && e.Done {
		b = append(b, ' ')
	}
	return b
}

// ISAKMPNoParanoid is "{C}:peer does not do paranoid keepalives." and an empty line.
type ISAKMPNoParanoid struct{ At }

func (e ISAKMPNoParanoid) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":peer does not do paranoid keepalives.\n"...)
}

// ISAKMPReapPeer is "ISAKMP: Deleting peer node by peer_reap for 23.23.23.3: 64E2927C".
type ISAKMPReapPeer struct {
	At
	Peer netip.Addr
	Ptr  uint32
}

func (e ISAKMPReapPeer) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: Deleting peer node by peer_reap for %s: %08X", e.Peer, e.Ptr)
}

// ISAKMPPurgeSA is "{C}:purging SA., sa=64E0AC34, delme=64E0AC34", 60 seconds after
// the SA's deletion.
type ISAKMPPurgeSA struct {
	At
	Ptr uint32
}

func (e ISAKMPPurgeSA) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":purging SA., sa=%[1]X, delme=%[1]X", e.Ptr)
}

// ISAKMPIgnoreDelete is printed when ESP with an unknown SPI arrives from a peer
// with which there is no ISAKMP SA to tell it so.
type ISAKMPIgnoreDelete struct {
	At
	Local, Peer netip.Addr
	SPI         uint32
}

func (e ISAKMPIgnoreDelete) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: ignoring request to send delete notify (no ISAKMP sa) src %s dst %s for SPI 0x%X", e.Local, e.Peer, e.SPI)
}

// Notify is the name of a notification as NOTIFY lines print it.
type Notify string

const (
	NotifyInitialContact    Notify = "INITIAL_CONTACT"
	NotifyResponderLifetime Notify = "RESPONDER_LIFETIME"
	NotifyProposal          Notify = "PROPOSAL_NOT_CHOSEN"
	NotifyIdentity          Notify = "INVALID_ID_INFO"
	NotifyRUThere           Notify = "DPD/R_U_THERE"
	NotifyRUThereAck        Notify = "DPD/R_U_THERE_ACK"
)

// NotifyName turns a name in the manner of the RFCs, "NO-PROPOSAL-CHOSEN", into
// the manner of debug lines. Use it for the types that have no constant.
func NotifyName(rfc string) Notify {
	if rfc == "NO-PROPOSAL-CHOSEN" {
		return NotifyProposal
	}
	return Notify(strings.ReplaceAll(rfc, "-", "_"))
}

// ISAKMPNotify is "{C}: processing NOTIFY INITIAL_CONTACT protocol 1" with
// "        spi 0, message ID = 0, sa = 64E0AC34". Protocol is 1 for ISAKMP, 3 for ESP.
type ISAKMPNotify struct {
	At
	Type      Notify
	Protocol  uint8
	SPI       uint32
	MessageID uint32
	SA        uint32 // pointer of the ISAKMP SA
}

func (e ISAKMPNotify) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": processing NOTIFY %s protocol %d\n        spi %d, message ID = %d, sa = %08X",
		e.Type, e.Protocol, e.SPI, int32(e.MessageID), e.SA)
}

// ISAKMPSendNotify is "{C}:Sending NOTIFY PROPOSAL_NOT_CHOSEN protocol 3" with
// "        spi 0, message ID = 1148084868".
type ISAKMPSendNotify struct {
	At
	Type      Notify
	Protocol  uint8
	SPI       uint32
	MessageID uint32
}

func (e ISAKMPSendNotify) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Sending NOTIFY %s protocol %d\n        spi %d, message ID = %d",
		e.Type, e.Protocol, e.SPI, int32(e.MessageID))
}

// ISAKMPDeleteSPI is "{C}:deleting spi 123 message ID = 673525551": a notification
// names a negotiation of ours that is given up.
type ISAKMPDeleteSPI struct {
	At
	SPI       uint32
	MessageID uint32
}

func (e ISAKMPDeleteSPI) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textDeleteSPI, e.SPI, int32(e.MessageID))
}

// ISAKMPLifetimeStep is one step of telling or learning the responder's phase 1
// lifetime, when it is lower than what was offered.
type ISAKMPLifetimeStep struct {
	At
	Step    LifetimeStep
	Seconds uint32
}

// LifetimeStep selects the line of an ISAKMPLifetimeStep.
type LifetimeStep uint8

const (
	LifetimeSending    LifetimeStep = iota // responder, before its notification
	LifetimeProcessing                     // initiator
	LifetimeStart
	LifetimeRestart
)

func (e ISAKMPLifetimeStep) AppendLine(b []byte, m Manner) []byte {
	switch e.Step {
	case LifetimeSending:
		return fmt.Appendf(b, textSendLifetime, e.Seconds)
	case LifetimeProcessing:
		return append(e.conn(b, m), ": processing responder lifetime"...)
	case LifetimeStart:
		return append(e.conn(b, m), ": start processing isakmp responder lifetime"...)
	}
	return fmt.Appendf(e.conn(b, m), ": restart ike sa timer to %d secs", e.Seconds)
}
