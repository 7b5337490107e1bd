package debug

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ISAKMPSending is "{C}: sending packet to 23.23.23.3 my_port 500 peer_port 500 (I) MM_NO_STATE".
type ISAKMPSending struct {
	At
	Peer             netip.Addr
	MyPort, PeerPort uint16
	State            State
}

func (e ISAKMPSending) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": sending packet to %s my_port %d peer_port %d (%s) %s",
		e.Peer, e.MyPort, e.PeerPort, e.Role, e.State.padded())
}

// ISAKMPReceived is "{c}: received packet from 23.23.23.3 dport 500 sport 500 Global (I) MM_NO_STATE".
// State is the state before the packet is processed; a packet that opens an SA
// has none and prints "(N) NEW SA".
type ISAKMPReceived struct {
	At
	Peer         netip.Addr
	DPort, SPort uint16
	State        State
	Clear        bool // a notification that is not encrypted
}

func (e ISAKMPReceived) AppendLine(b []byte, m Manner) []byte {
	b = fmt.Appendf(e.raw(b, m), ": received packet from %s dport %d sport %d Global ", e.Peer, e.DPort, e.SPort)
	if e.State == "" {
		return append(b, "(N) NEW SA"...)
	}
	return fmt.Appendf(b, "(%s) %s", e.Role, e.State.padded())
}

// ISAKMPSendingIPv4 is "{C}:Sending an IKE IPv4 Packet.", which 15.x prints after
// every packet that it sends.
type ISAKMPSendingIPv4 struct{ At }

func (e ISAKMPSendingIPv4) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":Sending an IKE IPv4 Packet."...)
}

// Source is where an input of a state machine came from.
type Source string

const (
	FromIPsec Source = "IKE_MESG_FROM_IPSEC"
	FromPeer  Source = "IKE_MESG_FROM_PEER"
	Internal  Source = "IKE_MESG_INTERNAL"
	FromTimer Source = "IKE_MESG_FROM_TIMER"
)

// Input is what happened, as the state machines print it.
type Input string

const (
	SARequestMM     Input = "IKE_SA_REQ_MM"
	MMExch          Input = "IKE_MM_EXCH"
	ProcessMainMode Input = "IKE_PROCESS_MAIN_MODE"
	ProcessComplete Input = "IKE_PROCESS_COMPLETE"
	Phase1Complete  Input = "IKE_PHASE1_COMPLETE"
	Phase1Delete    Input = "IKE_PHASE1_DEL"
	Phase2Delete    Input = "IKE_PHASE2_DEL"
	InfoNotify      Input = "IKE_INFO_NOTIFY"
	InfoDelete      Input = "IKE_INFO_DELETE"
	KeepAlive       Input = "IKE_MESG_KEEP_ALIVE"
	TimerIMAlive    Input = "IKE_TIMER_IM_ALIVE"
	TimerPeersAlive Input = "IKE_TIMER_PEERS_ALIVE"
	TimerP1Timeout  Input = "IKE_TIMER_P1_TIMEOUT"
	InitQM          Input = "IKE_INIT_QM"
	QMExch          Input = "IKE_QM_EXCH"
	SPIReply        Input = "IKE_SPI_REPLY"
	GotSPI          Input = "IKE_GOT_SPI"
)

// ISAKMPInput is "{C}:Input = IKE_MESG_FROM_PEER, IKE_MM_EXCH", an input of the
// phase 1 machine.
type ISAKMPInput struct {
	At
	Source Source
	Input  Input
}

func (e ISAKMPInput) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Input = %s, %s", e.Source, e.Input)
}

// ISAKMPNodeInput is "{C}:Node 673525551, Input = IKE_MESG_INTERNAL, IKE_INIT_QM",
// an input of a quick mode machine.
type ISAKMPNodeInput struct {
	At
	Node   uint32
	Source Source
	Input  Input
}

func (e ISAKMPNodeInput) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Node %d, Input = %s, %s", int32(e.Node), e.Source, e.Input)
}

// ISAKMPState is "{C}:Old State = IKE_I_MM1  New State = IKE_I_MM2", of either machine.
// Behind the states of phase 1, 15.x has a blank and an empty line.
type ISAKMPState struct {
	At
	Old, New string
}

func (e ISAKMPState) AppendLine(b []byte, m Manner) []byte {
	b = fmt.Appendf(e.conn(b, m), ":Old State = %s  New State = %s", e.Old, e.New)
	if m == IOS15 && !strings.HasPrefix(e.New, "IKE_QM_") {
		b = append(b, " \n"...)
	}
	return b
}

// Payload is a payload as "processing … payload" names it.
type Payload string

const (
	PayloadSA     Payload = "SA"
	PayloadKE     Payload = "KE"
	PayloadNonce  Payload = "NONCE"
	PayloadID     Payload = "ID"
	PayloadHash   Payload = "HASH"
	PayloadDelete Payload = "DELETE"

	PayloadCert    Payload = "CERT"
	PayloadCertReq Payload = "CERT_REQ"
	PayloadSig     Payload = "SIG"
)

// ISAKMPProcessing is "{C}: processing SA payload. message ID = 0".
type ISAKMPProcessing struct {
	At
	Payload   Payload
	MessageID uint32
	Deletes   Deleted // by a Delete payload
}

// Deleted is what a Delete payload names: SAs of a protocol, 1 for ISAKMP, by their SPIs.
// The zero value is what cannot be read.
type Deleted struct {
	Protocol uint8
	Count    int
	SPI      uint32 // the first; 0 for ISAKMP
}

func (e ISAKMPProcessing) AppendLine(b []byte, m Manner) []byte {
	return appendMessageID(fmt.Appendf(e.conn(b, m), ": processing %s payload. message ID = ", e.Payload), e.MessageID, m)
}

// appendMessageID appends a message ID, a signed number in 12.4: 15.x prints it unsigned
// where payloads are processed, and only there.
func appendMessageID(b []byte, id uint32, m Manner) []byte {
	if m == IOS15 {
		return strconv.AppendUint(b, uint64(id), 10)
	}
	return strconv.AppendInt(b, int64(int32(id)), 10)
}
