package debug

import "fmt"

// Numbers of the three messages of Aggressive Mode, for At.Message.
const (
	AM1 = 11 + iota
	AM2
	AM3
)

// Aggressive Mode's states and inputs.
const (
	AGNoState  State = "AG_NO_STATE"
	AGInitExch State = "AG_INIT_EXCH"

	SARequestAM Input = "IKE_SA_REQ_AM"
	AMExch      Input = "IKE_AM_EXCH"
)

// ISAKMPTunnelAttributes is "{C}:SA has tunnel attributes set.": `crypto isakmp peer`
// names the peer.
type ISAKMPTunnelAttributes struct{ At }

func (e ISAKMPTunnelAttributes) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textTunnelAttributes...)
}

// ISAKMPTunnelPassword is "{C}:SA using tunnel password as pre-shared key."
type ISAKMPTunnelPassword struct{ At }

func (e ISAKMPTunnelPassword) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textTunnelPassword...)
}

// ISAKMPBeginAggressive is "{C}: beginning Aggressive Mode exchange".
type ISAKMPBeginAggressive struct{ At }

func (e ISAKMPBeginAggressive) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textBeginAggressive...)
}

// ISAKMPNoHostKey is "ISAKMP: no pre-shared key based on hostname r1.example.com!"
type ISAKMPNoHostKey struct {
	At
	Host string
}

func (e ISAKMPNoHostKey) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP: no pre-shared key based on hostname %s!", printable(e.Host))
}

// ISAKMPHostKeyFound is "{C}:found peer pre-shared key matching r1.example.com".
type ISAKMPHostKeyFound struct {
	At
	Host string
}

func (e ISAKMPHostKeyFound) AppendLine(b []byte, m Manner) []byte {
	return fmt.Appendf(e.conn(b, m), textHostKeyFound, printable(e.Host))
}

// ISAKMPKeyringKey is "{C}:Found ADDRESS key in keyring VPN".
type ISAKMPKeyringKey struct {
	At
	Host    bool // found by the peer's name
	Keyring string
}

func (e ISAKMPKeyringKey) AppendLine(b []byte, m Manner) []byte {
	by := "ADDRESS"
	if e.Host {
		by = "HOST"
	}
	return fmt.Appendf(e.conn(b, m), ":Found %s key in keyring %s", by, e.Keyring)
}

// ISAKMPKeyNotInProfile is "{C}:Key not found in keyrings of profile , aborting
// exchange"; the blank is IOS's.
type ISAKMPKeyNotInProfile struct{ At }

func (e ISAKMPKeyNotInProfile) AppendLine(b []byte, m Manner) []byte {
	return append(e.conn(b, m), textKeyNotInProfile...)
}

// ISAKMPProfileXauth is "ISAKMP : Looking for xauth in profile RA".
type ISAKMPProfileXauth struct {
	At
	Profile string
}

func (e ISAKMPProfileXauth) AppendLine(b []byte, _ Manner) []byte {
	return fmt.Appendf(b, "ISAKMP : Looking for xauth in profile %s", e.Profile)
}
