package payload

import "strconv"

// Type is a payload type, the value of a Next Payload octet (RFC 2408, section 3.1).
type Type uint8

const (
	TypeNone       Type = 0
	TypeSA         Type = 1
	TypeProposal   Type = 2
	TypeTransform  Type = 3
	TypeKE         Type = 4
	TypeID         Type = 5
	TypeCert       Type = 6
	TypeCertReq    Type = 7
	TypeHash       Type = 8
	TypeSig        Type = 9
	TypeNonce      Type = 10
	TypeNotify     Type = 11
	TypeDelete     Type = 12
	TypeVendor     Type = 13
	TypeNATD       Type = 20  // RFC 3947, section 3.2
	TypeNATOA      Type = 21  // RFC 3947, section 5.2
	TypeNATDDraft  Type = 130 // draft-ietf-ipsec-nat-t-ike-02 and -03
	TypeNATOADraft Type = 131 // draft-ietf-ipsec-nat-t-ike-02 and -03
)

var typeNames = map[Type]string{
	TypeNone:       "NONE",
	TypeSA:         "SA",
	TypeProposal:   "PROPOSAL",
	TypeTransform:  "TRANSFORM",
	TypeKE:         "KE",
	TypeID:         "ID",
	TypeCert:       "CERT",
	TypeCertReq:    "CERT_REQ",
	TypeHash:       "HASH",
	TypeSig:        "SIG",
	TypeNonce:      "NONCE",
	TypeNotify:     "NOTIFY",
	TypeDelete:     "DELETE",
	TypeVendor:     "VENDOR",
	TypeNATD:       "NAT-D",
	TypeNATOA:      "NAT-OA",
	TypeNATDDraft:  "NAT-D",
	TypeNATOADraft: "NAT-OA",
}

// String returns the name that debug output uses.
func (t Type) String() string { return nameOr(typeNames[t], uint64(t)) }

// ExchangeType is the kind of exchange a message belongs to (RFC 2408, section
// 3.1; RFC 2409, section 5).
type ExchangeType uint8

const (
	ExchangeMain          ExchangeType = 2 // ISAKMP's Identity Protection
	ExchangeAggressive    ExchangeType = 4
	ExchangeInformational ExchangeType = 5
	ExchangeTransaction   ExchangeType = 6 // mode configuration and XAUTH
	ExchangeQuick         ExchangeType = 32
)

var exchangeNames = map[ExchangeType]string{
	ExchangeMain:          "Main Mode",
	ExchangeAggressive:    "Aggressive Mode",
	ExchangeInformational: "Informational",
	ExchangeTransaction:   "Transaction",
	ExchangeQuick:         "Quick Mode",
}

func (e ExchangeType) String() string { return nameOr(exchangeNames[e], uint64(e)) }

// DOIIPsec is the IPsec domain of interpretation (RFC 2407).
const DOIIPsec uint32 = 1

// SituationIdentityOnly is the one situation in use (RFC 2407, section 4.2.1).
const SituationIdentityOnly uint32 = 1

// Protocol is a security protocol of a proposal, notification or deletion
// (RFC 2407, section 4.4.1).
type Protocol uint8

const (
	ProtocolISAKMP Protocol = 1
	ProtocolAH     Protocol = 2
	ProtocolESP    Protocol = 3
	ProtocolIPComp Protocol = 4
)

var protocolNames = map[Protocol]string{
	ProtocolISAKMP: "ISAKMP",
	ProtocolAH:     "AH",
	ProtocolESP:    "ESP",
	ProtocolIPComp: "IPCOMP",
}

func (p Protocol) String() string { return nameOr(protocolNames[p], uint64(p)) }

// KeyIKE is the only transform of ProtocolISAKMP (RFC 2407, section 4.4.2).
const KeyIKE uint8 = 1

// nameOr returns name, or the number when there is none.
func nameOr(name string, n uint64) string {
	if name != "" {
		return name
	}
	return strconv.FormatUint(n, 10)
}
