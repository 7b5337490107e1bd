package payload

import (
	"bytes"
	"encoding/binary"
)

// AttributeType is the class of a data attribute; phase 1 (ISAKMP…) and phase 2
// (IPsec…) number them apart.
type AttributeType uint16

// Attributes of an ISAKMP SA (RFC 2409, appendix A).
const (
	ISAKMPEncryption   AttributeType = 1
	ISAKMPHash         AttributeType = 2
	ISAKMPAuth         AttributeType = 3
	ISAKMPGroup        AttributeType = 4
	ISAKMPLifeType     AttributeType = 11
	ISAKMPLifeDuration AttributeType = 12
	ISAKMPKeyLength    AttributeType = 14
)

// Attributes of an IPsec SA (RFC 2407, section 4.5).
const (
	IPsecLifeType      AttributeType = 1
	IPsecLifeDuration  AttributeType = 2
	IPsecGroup         AttributeType = 3
	IPsecEncapsulation AttributeType = 4
	IPsecAuth          AttributeType = 5
	IPsecKeyLength     AttributeType = 6
)

// Values of ISAKMPLifeType and IPsecLifeType.
const (
	LifeSeconds   = 1
	LifeKilobytes = 2
)

// Values of ISAKMPAuth.
const (
	AuthPreShared          = 1
	AuthRSASig             = 3
	AuthRSAEncr            = 4
	AuthXAUTHInitPreShared = 65001
)

// Values of IPsecEncapsulation (RFC 2407, section 4.5; RFC 3947, section 5.1;
// draft-ietf-ipsec-nat-t-ike-03, section 5.1).
const (
	EncapsTunnel            = 1
	EncapsTransport         = 2
	EncapsUDPTunnel         = 3
	EncapsUDPTransport      = 4
	EncapsUDPTunnelDraft    = 61443
	EncapsUDPTransportDraft = 61444
)

const (
	basicForm     = 0x8000 // the AF bit
	maxAttributes = 32     // of one transform
)

// Attribute is a data attribute (RFC 2408, section 3.3), kept in the form it had.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!A!       Attribute Type        !    AF=0  Attribute Length     !
//	!F!                             !    AF=1  Attribute Value      !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	.                   AF=0  Attribute Value                       .
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Attribute struct {
	Type  AttributeType
	Value uint16 // of the basic form, AF=1
	Data  []byte // of the variable form, AF=0; nil in the basic form
}

// Number returns an attribute of value v, in the basic form when it fits and in
// four octets otherwise, as IOS does.
func Number(t AttributeType, v uint32) Attribute {
	if v <= 0xffff {
		return Attribute{Type: t, Value: uint16(v)}
	}
	return Attribute{Type: t, Data: binary.BigEndian.AppendUint32(nil, v)}
}

// Basic reports whether the attribute has the basic form.
func (a Attribute) Basic() bool { return a.Data == nil }

// Uint returns the value as a number; false if it has none or exceeds 64 bits.
func (a Attribute) Uint() (uint64, bool) {
	if a.Basic() {
		return uint64(a.Value), true
	}
	digits := bytes.TrimLeft(a.Data, "\x00")
	if len(a.Data) == 0 || len(digits) > 8 {
		return 0, false
	}
	var v uint64
	for _, d := range digits {
		v = v<<8 | uint64(d)
	}
	return v, true
}

// Equal reports whether a and b are the same octets.
func (a Attribute) Equal(b Attribute) bool {
	return a.Type == b.Type && a.Basic() == b.Basic() && a.Value == b.Value && bytes.Equal(a.Data, b.Data)
}

// Append appends the attribute.
func (a Attribute) Append(b []byte) []byte {
	if a.Basic() {
		b = binary.BigEndian.AppendUint16(b, basicForm|uint16(a.Type))
		return binary.BigEndian.AppendUint16(b, a.Value)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(a.Type)&^basicForm)
	b = binary.BigEndian.AppendUint16(b, uint16(len(a.Data)))
	return append(b, a.Data...)
}

// DecodeAttributes decodes the attributes that fill b, such as those in the data
// of a RESPONDER-LIFETIME notification. t names the payload for the error.
func DecodeAttributes(t Type, b []byte) ([]Attribute, error) {
	return appendAttributes(nil, t, b, 0)
}

// appendAttributes decodes the attributes in b[off:] and appends them to list.
func appendAttributes(list []Attribute, t Type, b []byte, off int) ([]Attribute, error) {
	for n := 0; off < len(b); n++ {
		if n == maxAttributes {
			return list, malformed(t, off, "too many attributes")
		}
		if len(b)-off < 4 {
			return list, malformed(t, off, "no room for an attribute")
		}
		kind, value := binary.BigEndian.Uint16(b[off:]), binary.BigEndian.Uint16(b[off+2:])
		off += 4
		a := Attribute{Type: AttributeType(kind &^ basicForm), Value: value}
		if kind&basicForm == 0 {
			size := int(value)
			if size > len(b)-off {
				return list, malformed(t, off-2, "attribute exceeds its payload")
			}
			a.Value, a.Data = 0, b[off:off+size:off+size]
			off += size
		}
		list = append(list, a)
	}
	return list, nil
}
