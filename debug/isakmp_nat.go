package debug

import (
	"fmt"
	"net/netip"
)

// ISAKMPNATD is the result of comparing one NAT-D payload (RFC 3947, section 3.2) as
// 12.4 prints it, which says nothing about NAT detection when there is no NAT.
type ISAKMPNATD struct {
	At
	Mine  bool // the hash of our own address and port, else of the peer's
	Match bool
}

func (e ISAKMPNATD) AppendLine(b []byte, m Manner) []byte {
	whose, verb := "HIS", "does not match"
	if e.Mine {
		whose = "MINE"
	}
	if e.Match {
		verb = "match"
	}
	return fmt.Appendf(e.raw(b, m), textNATD, verb, whose)
}

// NATSide says who is behind a NAT.
type NATSide uint8

const (
	NATNone NATSide = iota
	NATSelf
	NATPeer
	NATBoth
)

// ISAKMPPayloadType is "ISAKMP:received payload type 20", in 15.x one per NAT-D payload:
// Kind is 20, or 130 in the drafts. One of 17 comes before the vendor IDs that ride in an
// encrypted message, whatever their own type is.
type ISAKMPPayloadType struct {
	At
	Kind uint8
}

// RidingVendors is what IOS calls vendor IDs in message 5 or 6.
const RidingVendors = 17

func (e ISAKMPPayloadType) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP:received payload type %d", e.Kind)
}

// ISAKMPNAT is the verdict over all NAT-D payloads, such as "{c}: NAT found, the
// node inside NAT". 15.x gives one after each payload, over those seen so far, so
// that all but the last are provisional (More).
type ISAKMPNAT struct {
	At
	Side NATSide
	More bool
}

var natTexts = [...][4]string{
	IOS12: {NATNone: textNATNone, NATSelf: textNATSelf, NATPeer: textNATPeer, NATBoth: textNATBoth},
	IOS15: {
		NATNone: ": No NAT Found for self or peer",
		NATSelf: ": My hash no match -  this node inside NAT",
		NATPeer: ": His hash no match - this node outside NAT",
		NATBoth: ": NAT found, both nodes inside NAT",
	},
}

func (e ISAKMPNAT) AppendLine(b []byte, m Manner) []byte {
	return append(e.raw(b, m), natTexts[m][e.Side]...)
}

// ISAKMPFloating is "{C}:Detected port floating to port = 4501".
type ISAKMPFloating struct {
	At
	Port uint16
}

func (e ISAKMPFloating) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Detected port floating to port = %d", e.Port)
}

// ISAKMPFindPeer is "{C}:Trying to find existing peer 61.128.1.1/103.1.1.1/4501/".
type ISAKMPFindPeer struct {
	At
	Local, Peer netip.Addr
	Port        uint16
}

func (e ISAKMPFindPeer) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Trying to find existing peer %s/%s/%d/", e.Local, e.Peer, e.Port)
}

// ISAKMPUDPEncap is "{C}:Setting UDP ENC peer struct 0x64E2927C sa= 0x64E0AC34".
type ISAKMPUDPEncap struct {
	At
	Ptr, SA uint32
}

func (e ISAKMPUDPEncap) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textUDPEncap, e.Ptr, e.SA)
}
