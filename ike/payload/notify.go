package payload

import "encoding/binary"

// NotifyType is the kind of a notification. Codes up to 16383 are errors.
type NotifyType uint16

// Error types (RFC 2408, section 3.14.1).
const (
	InvalidPayloadType      NotifyType = 1
	DOINotSupported         NotifyType = 2
	SituationNotSupported   NotifyType = 3
	InvalidCookie           NotifyType = 4
	InvalidMajorVersion     NotifyType = 5
	InvalidMinorVersion     NotifyType = 6
	InvalidExchangeType     NotifyType = 7
	InvalidFlags            NotifyType = 8
	InvalidMessageID        NotifyType = 9
	InvalidProtocolID       NotifyType = 10
	InvalidSPI              NotifyType = 11
	InvalidTransformID      NotifyType = 12
	AttributesNotSupported  NotifyType = 13
	NoProposalChosen        NotifyType = 14
	BadProposalSyntax       NotifyType = 15
	PayloadMalformed        NotifyType = 16
	InvalidKeyInformation   NotifyType = 17
	InvalidIDInformation    NotifyType = 18
	InvalidCertEncoding     NotifyType = 19
	InvalidCertificate      NotifyType = 20
	CertTypeUnsupported     NotifyType = 21
	InvalidCertAuthority    NotifyType = 22
	InvalidHashInformation  NotifyType = 23
	AuthenticationFailed    NotifyType = 24
	InvalidSignature        NotifyType = 25
	AddressNotification     NotifyType = 26
	NotifySALifetime        NotifyType = 27
	CertificateUnavailable  NotifyType = 28
	UnsupportedExchangeType NotifyType = 29
	UnequalPayloadLengths   NotifyType = 30
)

// Status types (RFC 2408, section 3.14.1; RFC 2407, section 4.6.3; RFC 3706,
// section 5.2).
const (
	Connected         NotifyType = 16384
	ResponderLifetime NotifyType = 24576
	ReplayStatus      NotifyType = 24577
	InitialContact    NotifyType = 24578
	RUThere           NotifyType = 36136
	RUThereAck        NotifyType = 36137
)

// notifyNames are the names IOS prints.
var notifyNames = map[NotifyType]string{
	InvalidPayloadType:      "INVALID_PAYLOAD_TYPE",
	DOINotSupported:         "DOI_NOT_SUPPORTED",
	SituationNotSupported:   "SITUATION_NOT_SUPPORTED",
	InvalidCookie:           "INVALID_COOKIE",
	InvalidMajorVersion:     "INVALID_MAJOR_VERSION",
	InvalidMinorVersion:     "INVALID_MINOR_VERSION",
	InvalidExchangeType:     "INVALID_EXCHANGE_TYPE",
	InvalidFlags:            "INVALID_FLAGS",
	InvalidMessageID:        "INVALID_MESSAGE_ID",
	InvalidProtocolID:       "INVALID_PROTOCOL_ID",
	InvalidSPI:              "INVALID_SPI",
	InvalidTransformID:      "INVALID_TRANSFORM_ID",
	AttributesNotSupported:  "ATTRIBUTES_NOT_SUPPORTED",
	NoProposalChosen:        "PROPOSAL_NOT_CHOSEN", // IOS's own order of words
	BadProposalSyntax:       "BAD_PROPOSAL_SYNTAX",
	PayloadMalformed:        "PAYLOAD_MALFORMED",
	InvalidKeyInformation:   "INVALID_KEY_INFORMATION",
	InvalidIDInformation:    "INVALID_ID_INFO",
	InvalidCertEncoding:     "INVALID_CERT_ENCODING",
	InvalidCertificate:      "INVALID_CERTIFICATE",
	CertTypeUnsupported:     "CERT_TYPE_UNSUPPORTED",
	InvalidCertAuthority:    "INVALID_CERT_AUTHORITY",
	InvalidHashInformation:  "INVALID_HASH_INFO",
	AuthenticationFailed:    "AUTHENTICATION_FAILED",
	InvalidSignature:        "INVALID_SIGNATURE",
	AddressNotification:     "ADDRESS_NOTIFICATION",
	NotifySALifetime:        "NOTIFY_SA_LIFETIME",
	CertificateUnavailable:  "CERTIFICATE_UNAVAILABLE",
	UnsupportedExchangeType: "UNSUPPORTED_EXCHANGE_TYPE",
	UnequalPayloadLengths:   "UNEQUAL_PAYLOAD_LENGTHS",
	Connected:               "CONNECTED",
	ResponderLifetime:       "RESPONDER_LIFETIME",
	ReplayStatus:            "REPLAY_STATUS",
	InitialContact:          "INITIAL_CONTACT",
	RUThere:                 "DPD/R_U_THERE",
	RUThereAck:              "DPD/R_U_THERE_ACK",
}

// String returns the name IOS prints.
func (n NotifyType) String() string { return nameOr(notifyNames[n], uint64(n)) }

// IsError reports whether the type is an error rather than a status.
func (n NotifyType) IsError() bool { return n < Connected }

// Notify is a Notification payload (RFC 2408, section 3.14).
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!              Domain of Interpretation  (DOI)                  !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Protocol-ID  !   SPI Size    !      Notify Message Type      !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                Security Parameter Index (SPI)                 !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                       Notification Data                       !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Notify struct {
	DOI      uint32
	Protocol Protocol
	Type     NotifyType
	SPI      []byte
	Data     []byte
}

// AppendBody appends the payload without its generic header.
func (n *Notify) AppendBody(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, n.DOI)
	b = append(b, byte(n.Protocol), byte(len(n.SPI)))
	b = binary.BigEndian.AppendUint16(b, uint16(n.Type))
	b = append(b, n.SPI...)
	return append(b, n.Data...)
}

// DecodeNotify decodes the body of a Notification payload. The result refers to b.
// A DOI of zero is that of ISAKMP itself, which errors of phase 1 may bear.
func DecodeNotify(b []byte) (Notify, error) {
	if len(b) < 8 {
		return Notify{}, malformed(TypeNotify, len(b), "shorter than its header")
	}
	n := Notify{
		DOI:      binary.BigEndian.Uint32(b),
		Protocol: Protocol(b[4]),
		Type:     NotifyType(binary.BigEndian.Uint16(b[6:])),
	}
	size := int(b[5])
	switch {
	case n.DOI > DOIIPsec:
		return Notify{}, &DecodeError{TypeNotify, 0, DOINotSupported, "domain of interpretation is not IPsec"}
	case size > maxSPI:
		return Notify{}, &DecodeError{TypeNotify, 5, InvalidSPI, "SPI longer than a pair of cookies"}
	case size > len(b)-8:
		return Notify{}, malformed(TypeNotify, 5, "SPI exceeds the payload")
	}
	n.SPI, n.Data = b[8:8+size:8+size], b[8+size:]
	return n, nil
}

// Sequence returns the sequence number of RUThere and RUThereAck.
//
//	"The notification data is a 32-bit sequence number." RFC 3706, section 5.3.
func (n *Notify) Sequence() (uint32, bool) {
	if n.Type != RUThere && n.Type != RUThereAck || len(n.Data) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(n.Data), true
}
