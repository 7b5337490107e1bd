package debug

import (
	"fmt"
	"net/netip"
	"strings"
)

// ISAKMPKeysGenerated is "{C}:SKEYID state generated".
type ISAKMPKeysGenerated struct{ At }

func (e ISAKMPKeysGenerated) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":SKEYID state generated"...)
}

// ISAKMPInitialContact is "{C}:Send initial contact".
type ISAKMPInitialContact struct{ At }

func (e ISAKMPInitialContact) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":Send initial contact"...)
}

// IDType is the type of an Identification payload (RFC 2407, section 4.6.2.1).
type IDType uint8

const (
	IDIPv4Addr IDType = 1
	IDFQDN     IDType = 2
	IDUserFQDN IDType = 3
	IDDERDN    IDType = 9
	IDKeyID    IDType = 11
)

// String returns the name of RFC 2407.
func (t IDType) String() string {
	switch t {
	case IDIPv4Addr:
		return "ID_IPV4_ADDR"
	case IDFQDN:
		return "ID_FQDN"
	case IDUserFQDN:
		return "ID_USER_FQDN"
	case IDDERDN:
		return "ID_DER_ASN1_DN"
	case IDKeyID:
		return "ID_KEY_ID"
	}
	return fmt.Sprintf("ID type %d", uint8(t))
}

// ISAKMPAuthenticating is "{C}:SA is doing pre-shared key authentication using id
// type ID_IPV4_ADDR".
type ISAKMPAuthenticating struct {
	At
	Type      IDType
	Signature bool // RSA signature instead
}

func (e ISAKMPAuthenticating) AppendLine(b []byte, m Manner) []byte {
	if e.Signature {
		return fmt.Appendf(e.conn(b, m), textAuthRSA, e.Type)
	}
	return fmt.Appendf(e.conn(b, m), ":SA is doing pre-shared key authentication using id type %s", e.Type)
}

// ISAKMPID is "{c}: ID payload" with its six sub-lines, most of which end with a
// blank in 15.x. Value is the identity as text. Length is that of the payload with its generic header. Own tells the
// payload we send from the peer's.
type ISAKMPID struct {
	At
	Own      bool
	Next     uint8
	Type     IDType
	Value    string
	Protocol uint8
	Port     uint16
	Length   int
}

var idLabels = map[IDType]string{
	IDIPv4Addr: "address      : ",
	IDFQDN:     "FQDN name    : ",
	IDUserFQDN: labelUserFQDN,
	IDDERDN:    labelDN,
	IDKeyID:    labelKeyID,
}

func (e ISAKMPID) AppendLine(b []byte, m Manner) []byte {
	eol := "\n"
	if m == IOS15 {
		eol = " \n"
	}
	b = fmt.Appendf(e.raw(b, m), ": ID payload%s        next-payload : %d\n        type         : %d%s", eol, e.Next, e.Type, eol)
	if label, ok := idLabels[e.Type]; ok {
		b = fmt.Appendf(b, "        %s%s%s", label, printable(e.Value), eol)
	}
	return fmt.Appendf(b, "        protocol     : %d%s        port         : %d%s        length       : %d", e.Protocol, eol, e.Port, eol, e.Length)
}

// printable replaces what a peer could use to write on the operator's terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f {
			return '.'
		}
		return r
	}, s)
}

// ISAKMPPayloadLength is "{C}:Total payload length: 12".
type ISAKMPPayloadLength struct {
	At
	Length int
}

func (e ISAKMPPayloadLength) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":Total payload length: %d", e.Length)
}

// ISAKMPPeerProfile is "{C}:: peer matches *none* of the profiles"; the double
// colon is IOS's, and so is that 15.x does not know the connection here.
type ISAKMPPeerProfile struct {
	At
	Profile string
	Wanted  string // by the initiator's request, "" for any
}

func (e ISAKMPPeerProfile) AppendLine(b []byte, m Manner) []byte {
	if m == IOS15 {
		e.Conn = 0
	}
	b = append(e.conn(b, m), ":: peer matches "...)
	if e.Profile == "" {
		return append(b, "*none* of the profiles"...)
	}
	return fmt.Appendf(b, "%s profile", e.Profile)
}

// ISAKMPAuthStatus is "{C}:SA authentication status:" and "        authenticated".
type ISAKMPAuthStatus struct{ At }

func (e ISAKMPAuthStatus) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), ":SA authentication status:\n        authenticated"...)
}

// ISAKMPAuthenticated is "{C}:SA has been authenticated with 23.23.23.3".
type ISAKMPAuthenticated struct {
	At
	Peer netip.Addr
}

func (e ISAKMPAuthenticated) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ":SA has been authenticated with %s", e.Peer)
}

// ISAKMPInsertPeer is "ISAKMP: Trying to insert a peer 12.12.12.1/23.23.23.3/500/,
// and inserted successfully 64E2927C."
type ISAKMPInsertPeer struct {
	At
	Local, Peer netip.Addr
	Port        uint16
	Ptr         uint32
}

func (e ISAKMPInsertPeer) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: Trying to insert a peer %s/%s/%d/,  and inserted successfully %08X.", e.Local, e.Peer, e.Port, e.Ptr)
}

// ISAKMPProcessInitialContact is what the responder does when the peer says that
// it has no other SA with us.
type ISAKMPProcessInitialContact struct {
	At
	Local, Peer netip.Addr
	Port        uint16
}

func (e ISAKMPProcessInitialContact) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), ": Process initial contact,\nbring down existing phase 1 and 2 SA's with local %s remote %s remote port %d",
		e.Local, e.Peer, e.Port)
}
