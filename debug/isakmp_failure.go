package debug

import (
	"fmt"
	"net/netip"
)

// ISAKMPRetransmit is "{C}: retransmitting phase 1 MM_NO_STATE..." when the timer
// ran out, and the same without dots when the packet goes out again.
type ISAKMPRetransmit struct {
	At
	Phase2 bool
	Node   uint32 // message ID, phase 2 only
	State  State
	Again  bool // the packet goes out now
}

func (e ISAKMPRetransmit) AppendLine(b []byte, m Manner) []byte {
	b = e.conn(b, m)
	switch {
	case e.Phase2 && e.Again:
		return fmt.Appendf(b, textRetransmitQMAgain, int32(e.Node), e.State.padded())
	case e.Phase2:
		return fmt.Appendf(b, textRetransmitQM, e.State.padded(), int32(e.Node))
	case e.Again:
		return fmt.Appendf(b, ": retransmitting phase 1 %s", e.State)
	}
	return fmt.Appendf(b, ": retransmitting phase 1 %s...", e.State)
}

// ISAKMPErrorCounter is "{c}: incrementing error counter on sa, attempt 1 of 5:
// retransmit phase 1".
type ISAKMPErrorCounter struct {
	At
	Node        bool // "on node": the counter of one quick mode
	Attempt, Of int
	Reason      ErrorReason
}

// ErrorReason is what an error counter counts.
type ErrorReason string

const (
	ErrorRetransmit1 ErrorReason = "retransmit phase 1"
	ErrorRetransmit2 ErrorReason = "retransmit phase 2"
	ErrorMalformed   ErrorReason = "PAYLOAD_MALFORMED"
	ErrorNoProposal  ErrorReason = "construct_fail_ag_init"
)

func (e ISAKMPErrorCounter) AppendLine(b []byte, m Manner) []byte {
	on := "sa"
	if e.Node {
		on = "node"
	}
	return fmt.Appendf(e.raw(b, m), ": incrementing error counter on %s, attempt %d of %d: %s", on, e.Attempt, e.Of, e.Reason)
}

// ISAKMPDuplicate is "{C}: phase 1 packet is a duplicate of a previous packet."
type ISAKMPDuplicate struct {
	At
	Phase2 bool
}

func (e ISAKMPDuplicate) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": phase %d packet is a duplicate of a previous packet.", phase(e.Phase2))
}

// ISAKMPRetransmitSkipped is "{C}: retransmission skipped for phase 1 (time since last
// transmission 12)" of 15.x: the duplicate came so soon that it is a copy.
type ISAKMPRetransmitSkipped struct {
	At
	Phase2       bool
	Milliseconds int64
}

func (e ISAKMPRetransmitSkipped) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textRetransmitSkipped, phase(e.Phase2), e.Milliseconds)
}

// ISAKMPNoNotification is "{C}: Failed to construct AG informational message." of
// 15.x, though a notification follows.
type ISAKMPNoNotification struct{ At }

func (e ISAKMPNoNotification) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textNoNotification...)
}

// ISAKMPRetransmitDue is "{C}: retransmitting due to retransmit phase 1", the
// answer to a duplicate.
type ISAKMPRetransmitDue struct {
	At
	Phase2 bool
}

func (e ISAKMPRetransmitDue) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": retransmitting due to retransmit phase %d", phase(e.Phase2))
}

func phase(two bool) int {
	if two {
		return 2
	}
	return 1
}

// ISAKMPNoKey is "{C}:No pre-shared key with 23.23.23.3!".
type ISAKMPNoKey struct {
	At
	Peer netip.Addr
}

func (e ISAKMPNoKey) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":No pre-shared key with %s!", e.Peer)
}

// ISAKMPNoCredentials is "{C}: No Cert or pre-shared address key."
type ISAKMPNoCredentials struct {
	At
	Certificate bool // there is a policy for which a certificate would do
	Key         bool // a pre-shared key is not what is missing
}

func (e ISAKMPNoCredentials) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": No Cert or pre-shared address key."...)
}

// ISAKMPCannotStart is "{C}: construct_initial_message: Can not start Main mode".
type ISAKMPCannotStart struct {
	At
	Aggressive bool
}

func (e ISAKMPCannotStart) AppendLine(b []byte, m Manner) []byte {
	mode := "Main"
	if e.Aggressive {
		mode = "Aggressive"
	}
	return fmt.Appendf(e.conn(b, m), ": construct_initial_message: Can not start %s mode", mode)
}

// ISAKMPRequestFailed is "{C}: Error while processing SA request: Failed to initialize SA".
type ISAKMPRequestFailed struct{ At }

func (e ISAKMPRequestFailed) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": Error while processing SA request: Failed to initialize SA"...)
}

// ISAKMPKeyMessageFailed is "{C}: Error while processing KMI message 0, error 2."
type ISAKMPKeyMessageFailed struct {
	At
	Number, Code int
}

func (e ISAKMPKeyMessageFailed) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": Error while processing KMI message %d, error %d.", e.Number, e.Code)
}

// ISAKMPNotProposed is printed for a transform set that is left out of message 1 of Quick
// Mode.
type ISAKMPNotProposed struct {
	At
	Transform string
	NAT       bool // else it is for traffic that transport mode cannot carry
}

// Cause says in a few words why.
func (e ISAKMPNotProposed) Cause() string {
	if e.NAT {
		return "AH cannot pass a NAT"
	}
	return "transport mode is for traffic between the peers themselves"
}

func (e ISAKMPNotProposed) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textNotProposed, e.Transform, e.Cause())
}

// ISAKMPNoOffers is "{C}:no offers accepted!".
type ISAKMPNoOffers struct{ At }

func (e ISAKMPNoOffers) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":no offers accepted!"...)
}

// ISAKMPPolicyNotAcceptable is "{C}: phase 1 SA policy not acceptable! (local
// 12.12.12.1 remote 23.23.23.3)".
type ISAKMPPolicyNotAcceptable struct {
	At
	Phase2      bool
	Local, Peer netip.Addr
}

func (e ISAKMPPolicyNotAcceptable) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": phase %d SA policy not acceptable! (local %s remote %s)", phase(e.Phase2), e.Local, e.Peer)
}

// ISAKMPInvalidated is "{C}: IPSec policy invalidated proposal with error 256".
type ISAKMPInvalidated struct {
	At
	Code InvalidCode
}

// InvalidCode is why the IPsec layer refused a proposal.
type InvalidCode int

const (
	InvalidLocal     InvalidCode = 8    // the local address is not that of the crypto map
	InvalidProxy     InvalidCode = 32   // the proxy identities match no entry
	InvalidPeer      InvalidCode = 64   // the peer is not that of the entry
	InvalidTransform InvalidCode = 256  // no transform set matches
	InvalidFlags     InvalidCode = 1024 // PFS or the encapsulation mode differs
)

// String says the reason in a few words.
func (c InvalidCode) String() string {
	switch c {
	case InvalidLocal:
		return "local address is not that of a crypto map"
	case InvalidProxy:
		return "proxy identities match no crypto access list"
	case InvalidPeer:
		return "peer is not that of the crypto map entry"
	case InvalidTransform:
		return "no transform set matches"
	case InvalidFlags:
		return "PFS group or encapsulation mode differs"
	}
	return fmt.Sprintf("error %d", int(c))
}

func (e ISAKMPInvalidated) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": IPSec policy invalidated proposal with error %d", int(e.Code))
}

// ISAKMPMachineError is "{c}: FSM action returned error: 2".
type ISAKMPMachineError struct {
	At
	Code int
}

func (e ISAKMPMachineError) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.raw(b, m), textMachineError, e.Code)
}

// ISAKMPUnknownInput is "{c}: Unknown Input IKE_MESG_FROM_PEER, IKE_INFO_NOTIFY:
// state = IKE_I_MM1", the answer of a machine to an input that its state does not expect.
type ISAKMPUnknownInput struct {
	At
	Source Source
	Input  Input
	State  string // of the machine
}

func (e ISAKMPUnknownInput) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.raw(b, m), textUnknownInput, e.Source, e.Input, e.State)
}

// ISAKMPNotifyRefused is "{C}:Notify has no hash. Rejected.": in clear, so not to be believed.
type ISAKMPNotifyRefused struct {
	At
	Type string // what it says, "" when that cannot be read
}

func (e ISAKMPNotifyRefused) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textNotifyRefused...)
}

// ISAKMPTooEarly is printed of an informational message that came before the peer was
// authenticated, which is not looked into.
type ISAKMPTooEarly struct {
	At
	Peer, Local netip.Addr
}

func (e ISAKMPTooEarly) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textTooEarly, e.Peer, e.Local)
}

// ISAKMPReserved is "ISAKMP: reserved not zero on ID payload!", the usual sign
// that decryption with a wrong key gave noise.
type ISAKMPReserved struct {
	At
	Payload Payload
}

func (e ISAKMPReserved) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, textReserved, e.Payload)
}

// ISAKMPHashMismatch is printed when a HASH payload is not what the keys give.
type ISAKMPHashMismatch struct{ At }

func (e ISAKMPHashMismatch) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textHashMismatch...)
}
