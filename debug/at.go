package debug

import "strconv"

// At says where in a negotiation an ISAKMP line is printed. Every event of
// `debug crypto isakmp` embeds it, so the state machine fills it in one place:
//
//	debug.ISAKMPKeyFound{At: p.at(), Peer: peer}
//
// Conn is the connection id the line carries in its prefix, 0 before the crypto
// engine owns the SA. Role and Message are not always printed; the teacher's
// notes need them, because the same text means something else in another message.
//
// Message is the number of the message of the classic nine (main mode 1-6, quick
// mode 7-9) that is being built, sent, received or processed when the line is
// printed; 0 for informational exchanges and for lines outside any exchange. The
// state changes after a send still belong to the message that was sent.
//
// Signed says that phase 1 authenticates with signatures, as far as that is agreed on.
type At struct {
	Conn    uint32
	Role    Role
	Message int
	Signed  bool
}

// Flag implements Event for all ISAKMP events.
func (At) Flag() Flag { return FlagISAKMP }

// Role is our part in the exchange, printed as (I) or (R).
type Role uint8

const (
	NoRole Role = iota
	Initiator
	Responder
)

// String returns the letter that IOS prints. N stands for a packet that belongs
// to no SA yet.
func (r Role) String() string {
	switch r {
	case Initiator:
		return "I"
	case Responder:
		return "R"
	}
	return "N"
}

// State is an ISAKMP SA state as packet lines and `show crypto isakmp sa` name it.
type State string

const (
	MMNoState State = "MM_NO_STATE"
	MMSASetup State = "MM_SA_SETUP"
	MMKeyExch State = "MM_KEY_EXCH"
	MMKeyAuth State = "MM_KEY_AUTH"
	QMIdle    State = "QM_IDLE"
)

// padded returns the state as packet lines print it: QM_IDLE and the transaction
// states are padded to 13 columns, the MM_ and AG_ states are not.
func (s State) padded() string {
	const width = 13
	if len(s) >= 3 && (s[:3] == "MM_" || s[:3] == "AG_") || len(s) >= width {
		return string(s)
	}
	return string(s) + "             "[:width-len(s)]
}

// NATT is a version of the NAT-traversal vendor ID.
type NATT uint8

const (
	NATTDraft02 NATT = iota + 1
	NATTDraft03
	NATTDraft07
	NATTRFC3947
)

// Prefixes of each release. IOS chooses one of two forms per message, not per
// state: "ISAKMP:(0:1:SW:1)" or "ISAKMP (0:134217729)" in 12.4, "ISAKMP:(1001)" or
// "ISAKMP (1001)" in 15.x.
type prefixes struct {
	idle, head, tail string
	rawIdle, rawHead string
	rawBase          uint32 // marks the software crypto engine
}

var mannerPrefix = [...]prefixes{
	IOS12: {
		idle: "ISAKMP:(0:0:N/A:0)", head: "ISAKMP:(0:", tail: ":SW:1)",
		rawIdle: "ISAKMP (0:0)", rawHead: "ISAKMP (0:", rawBase: 0x08000000,
	},
	IOS15: {
		idle: "ISAKMP:(0)", head: "ISAKMP:(", tail: ")",
		rawIdle: "ISAKMP (0)", rawHead: "ISAKMP (",
	},
}

// conn appends the prefix "ISAKMP:(0:0:N/A:0)" or "ISAKMP:(0:1:SW:1)" of 12.4.
func (a At) conn(b []byte, m Manner) []byte {
	p := &mannerPrefix[m]
	if a.Conn == 0 {
		return append(b, p.idle...)
	}
	b = append(b, p.head...)
	b = strconv.AppendUint(b, uint64(a.Conn), 10)
	return append(b, p.tail...)
}

// raw appends the prefix "ISAKMP (0:0)" or "ISAKMP (0:134217729)" of 12.4.
func (a At) raw(b []byte, m Manner) []byte {
	p := &mannerPrefix[m]
	if a.Conn == 0 {
		return append(b, p.rawIdle...)
	}
	b = append(b, p.rawHead...)
	b = strconv.AppendUint(b, uint64(p.rawBase|a.Conn), 10)
	return append(b, ')')
}
