package payload

import "encoding/binary"

// HeaderLen is the length of the ISAKMP header.
const HeaderLen = 28

// Version1 is the version octet of IKEv1, major 1 and minor 0.
const Version1 uint8 = 0x10

// Flags of the header (RFC 2408, section 3.1).
const (
	FlagEncryption uint8 = 1 << iota
	FlagCommit
	FlagAuthOnly
)

// Header is the ISAKMP header (RFC 2408, section 3.1).
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                          Initiator                            !
//	!                            Cookie                             !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                          Responder                            !
//	!                            Cookie                             !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Next Payload ! MjVer ! MnVer ! Exchange Type !     Flags     !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                          Message ID                           !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                            Length                             !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Header struct {
	InitiatorCookie [8]byte
	ResponderCookie [8]byte
	Next            Type
	Version         uint8
	Exchange        ExchangeType
	Flags           uint8
	MessageID       uint32
	Length          uint32 // of header and payloads
}

// Encrypted reports whether the payloads behind the header are encrypted.
func (h Header) Encrypted() bool { return h.Flags&FlagEncryption != 0 }

// IsFirst reports whether a datagram has the header of a first message, to which no cookie of
// the responder's belongs.
func IsFirst(b []byte) bool { return len(b) >= 16 && [8]byte(b[8:16]) == [8]byte{} }

// DecodeHeader decodes the header of the message that fills b. It accepts the
// header of a later major version too, so that the caller can tell it apart;
// flags that are not known are left to the caller.
func DecodeHeader(b []byte) (Header, error) {
	if len(b) < HeaderLen {
		return Header{}, malformed(TypeNone, len(b), "message shorter than its header")
	}
	h := Header{
		InitiatorCookie: [8]byte(b[0:8]),
		ResponderCookie: [8]byte(b[8:16]),
		Next:            Type(b[16]),
		Version:         b[17],
		Exchange:        ExchangeType(b[18]),
		Flags:           b[19],
		MessageID:       binary.BigEndian.Uint32(b[20:]),
		Length:          binary.BigEndian.Uint32(b[24:]),
	}
	switch {
	case h.InitiatorCookie == [8]byte{}:
		return Header{}, &DecodeError{TypeNone, 0, InvalidCookie, "initiator cookie is zero"}
	case h.Version>>4 < 1:
		return Header{}, &DecodeError{TypeNone, 17, InvalidMajorVersion, "major version 0"}
	case uint64(h.Length) != uint64(len(b)):
		return Header{}, &DecodeError{TypeNone, 24, UnequalPayloadLengths, "length differs from that of the datagram"}
	}
	return h, nil
}

// Append appends the header.
func (h Header) Append(b []byte) []byte {
	b = append(b, h.InitiatorCookie[:]...)
	b = append(b, h.ResponderCookie[:]...)
	b = append(b, byte(h.Next), h.Version, byte(h.Exchange), h.Flags)
	b = binary.BigEndian.AppendUint32(b, h.MessageID)
	return binary.BigEndian.AppendUint32(b, h.Length)
}
