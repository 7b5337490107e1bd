package debug

import (
	"fmt"
	"net/netip"
)

// ISAKMPSequence is "{C}: seq. no 0x1A2B3C4D", printed under the notification that
// dead peer detection sends.
type ISAKMPSequence struct {
	At
	Sequence uint32
}

func (e ISAKMPSequence) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textSequence, e.Sequence)
}

// ISAKMPAlive is "{C}: DPD/R_U_THERE received from peer 23.23.23.3, sequence 0x1A2B3C4D".
type ISAKMPAlive struct {
	At
	Ack      bool
	Peer     netip.Addr
	Sequence uint32
}

func (e ISAKMPAlive) AppendLine(b []byte, m Manner) []byte {
	name := NotifyRUThere
	if e.Ack {
		name = NotifyRUThereAck
	}
	return fmt.Appendf(e.conn(b, m), textAlive, name, e.Peer, e.Sequence)
}

// ISAKMPAliveError is "{C}:DPD incrementing error counter (1/5)".
type ISAKMPAliveError struct {
	At
	Attempt, Of int
}

func (e ISAKMPAliveError) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textAliveError, e.Attempt, e.Of)
}

// ISAKMPNotResponding is "{C}:peer 23.23.23.3 not responding!".
type ISAKMPNotResponding struct {
	At
	Peer netip.Addr
}

func (e ISAKMPNotResponding) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textNotResponding, e.Peer)
}
