package debug

import (
	"fmt"
	"net/netip"
)

// ISAKMPBeginQuick is "{C}:beginning Quick Mode exchange, M-ID of 673525551".
type ISAKMPBeginQuick struct {
	At
	MessageID uint32
}

func (e ISAKMPBeginQuick) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":beginning Quick Mode exchange, M-ID of %d", int32(e.MessageID))
}

// ISAKMPCheckingIPsec is "{C}:Checking IPSec proposal 1".
type ISAKMPCheckingIPsec struct {
	At
	Proposal uint8
}

func (e ISAKMPCheckingIPsec) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Checking IPSec proposal %d", e.Proposal)
}

// ISAKMPTransform is "ISAKMP: transform 1, ESP_DES". Protocol (2 AH, 3 ESP) and ID
// are the numbers of RFC 2407, section 4.4.
type ISAKMPTransform struct {
	At
	Number   uint8
	Protocol uint8
	ID       uint8
}

// transformNames is keyed by protocol and transform ID. The blank after ESP_AES is IOS's.
var transformNames = map[[2]uint8]string{
	{2, 2}: "AH_MD5", {2, 3}: "AH_SHA", {2, 5}: nameAHSHA256, {2, 6}: nameAHSHA384, {2, 7}: nameAHSHA512,
	{3, 2}: "ESP_DES", {3, 3}: "ESP_3DES", {3, 11}: "ESP_NULL", {3, 12}: "ESP_AES ",
	{3, 20}: nameESPGCM,
}

func (e ISAKMPTransform) AppendLine(b []byte, _ Manner) []byte {
	name, ok := transformNames[[2]uint8{e.Protocol, e.ID}]
	if !ok {
		return fmt.Appendf(b, textUnknownTransform, e.Number, e.ID)
	}
	return fmt.Appendf(b, "ISAKMP: transform %d, %s", e.Number, name)
}

// ISAKMPTransformAttributes is "ISAKMP:   attributes in transform:".
type ISAKMPTransformAttributes struct{ At }

func (e ISAKMPTransformAttributes) AppendLine(b []byte, _ Manner) []byte {
	return append(b, "ISAKMP:   attributes in transform:"...)
}

// ISAKMPIPsecAttribute is one attribute of a phase 2 transform, such as
// "ISAKMP:      encaps is 1 (Tunnel)". Class and Value are the numbers of
// RFC 2407, section 4.5. Octets is the length of a value in variable-length form,
// 0 for the basic form.
type ISAKMPIPsecAttribute struct {
	At
	Class  uint16
	Value  uint64
	Octets int
}

// Attribute classes of phase 2 (RFC 2407, section 4.5).
const (
	classSALifeType  = 1
	classSALife      = 2
	classSAGroup     = 3
	classSAEncaps    = 4
	classSAAuth      = 5
	classSAKeyLength = 6
)

var (
	// The UDP modes have one number in RFC 3947 and another in its drafts.
	encapsNames = map[uint64]string{1: "Tunnel", 2: "Transport", 3: "Tunnel-UDP", 4: "Transport-UDP", 61443: "Tunnel-UDP", 61444: "Transport-UDP"}
	macNames    = map[uint64]string{1: "HMAC-MD5", 2: "HMAC-SHA", 5: "HMAC-SHA256", 6: "HMAC-SHA384", 7: "HMAC-SHA512"}
)

func (e ISAKMPIPsecAttribute) AppendLine(b []byte, m Manner) []byte {
	b = append(b, "ISAKMP:      "...)
	switch e.Class {
	case classSALifeType:
		return appendName(b, "SA life type in", lifeTypeNames, e.Value)
	case classSALife:
		return appendLife(append(b, "SA life duration "...), e.Value, e.Octets, m)
	case classSAGroup:
		return fmt.Appendf(b, "group is %d", e.Value)
	case classSAEncaps:
		if name, ok := encapsNames[e.Value]; ok {
			return fmt.Appendf(b, "encaps is %d (%s)", e.Value, name)
		}
		return fmt.Appendf(b, "encaps is %d", e.Value)
	case classSAAuth:
		return appendName(b, "authenticator is", macNames, e.Value)
	case classSAKeyLength:
		return fmt.Appendf(b, "key length is %d", e.Value)
	}
	return fmt.Appendf(b, textUnknownAttribute, e.Class, e.Value)
}

// ISAKMPIPsecAcceptable is "{C}:atts are acceptable.", ISAKMP's verdict on a phase
// 2 transform; the IPsec layer may still refuse it.
type ISAKMPIPsecAcceptable struct{ At }

func (e ISAKMPIPsecAcceptable) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":atts are acceptable."...)
}

// ISAKMPAskSPI is the responder's "{C}: asking for 1 spis from ipsec", in 15.x
// "{C}:QM Responder gets spi", where the initiator's "{C}:QM Initiator gets spi" has
// its like.
type ISAKMPAskSPI struct {
	At
	Count int
}

func (e ISAKMPAskSPI) AppendLine(b []byte, m Manner) []byte {
	switch {
	case m == IOS15 && e.Role == Initiator:
		return append(e.conn(b, m), ":QM Initiator gets spi"...)
	case m == IOS15:
		return append(e.conn(b, m), ":QM Responder gets spi"...)
	}
	return fmt.Appendf(e.conn(b, m), textAskSPI, e.Count)
}

// ISAKMPCreatingSAs is "{C}: Creating IPSec SAs". The events below follow it, five
// lines for each direction.
type ISAKMPCreatingSAs struct{ At }

func (e ISAKMPCreatingSAs) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ": Creating IPSec SAs"...)
}

// ISAKMPSAFlow is "        inbound SA from 23.23.23.3 to 12.12.12.1 (f/i)  0/ 0"
// with "        (proxy 20.1.1.0 to 10.1.1.0)". The two directions differ in the
// blanks of (f/i), front-door and inside VRF.
type ISAKMPSAFlow struct {
	At
	Outbound           bool
	From, To           netip.Addr
	ProxyFrom, ProxyTo netip.Addr
}

func (e ISAKMPSAFlow) AppendLine(b []byte, _ Manner) []byte {
	dir, vrf := "inbound", " 0/ 0"
	if e.Outbound {
		dir, vrf = "outbound", "0/0"
	}
	return fmt.Appendf(b, "        %s SA from %s to %s (f/i) %s\n        (proxy %s to %s)", dir, e.From, e.To, vrf, e.ProxyFrom, e.ProxyTo)
}

// SAFlags are the flags of an SA as the block prints them.
type SAFlags uint32

const (
	SATunnel   SAFlags = 0x2
	SAOutbound SAFlags = 0x8
	SAPFS      SAFlags = 0x11
)

// ISAKMPSASPI is "        has spi 0xD137A1B6 and conn_id 0 and flags 2". The SPI of
// the outbound SA is printed in decimal, and 15.x prints no flags.
type ISAKMPSASPI struct {
	At
	Outbound bool
	SPI      uint32
	ConnID   uint32 // 0 in 12.4
	Flags    SAFlags
}

func (e ISAKMPSASPI) AppendLine(b []byte, m Manner) []byte {
	format := "        has spi 0x%X and conn_id %d"
	if e.Outbound {
		format = "        has spi %d and conn_id %d"
	}
	b = fmt.Appendf(b, format, e.SPI, e.ConnID)
	if m == IOS15 {
		return b
	}
	return fmt.Appendf(b, " and flags %X", e.Flags)
}

// ISAKMPSALifetime is "        lifetime of 3600 seconds" or "… kilobytes".
type ISAKMPSALifetime struct {
	At
	Kilobytes bool
	Value     uint32
}

func (e ISAKMPSALifetime) AppendLine(b []byte, _ Manner) []byte {
	unit := "seconds"
	if e.Kilobytes {
		unit = "kilobytes"
	}
	return fmt.Appendf(b, "        lifetime of %d %s", e.Value, unit)
}

// ISAKMPSAClientFlags is "        has client flags 0x0".
type ISAKMPSAClientFlags struct {
	At
	Flags uint32 // 0x10 with UDP encapsulation
}

func (e ISAKMPSAClientFlags) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "        has client flags 0x%X", e.Flags)
}
