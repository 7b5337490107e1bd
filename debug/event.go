// Package debug holds every debug line and every %FAC-SEV-MNEMONIC message as a
// typed event, with its text in the manner of an IOS release and its explanation
// for learners. Anyone may import it; it imports nothing of the product.
//
// Events are plain values with public fields: isakmp_*.go for `debug crypto
// isakmp` (all embed At, which says where in a negotiation they are), ipsec*.go
// for `debug crypto ipsec`, syslog*.go for syslog messages. Texts known only from
// memory stand in unverified.go. The teacher's notes are in explain_*.go.
//
// Hub owns everything that changes: switches, stamps, levels, the log buffer and
// the terminals' queues. It is safe for concurrent use and waits for nobody.
//
// The text of an event in each Manner stands beside the other. Where one release
// prints a line that the other has not, or in another place, whoever emits the
// events decides: no event has an empty text.
package debug

// Flag names one `debug …` switch. FlagNone marks events that no switch governs
// (syslog messages).
type Flag uint32

const (
	FlagNone   Flag = 0
	FlagISAKMP Flag = 1 << iota
	FlagIPsec
	FlagPKI
	FlagNAT
	FlagEngine
	FlagNATDetailed
)

// Manner is the IOS release whose wording is kept.
type Manner uint8

const (
	IOS12 Manner = iota // 12.4, the default
	IOS15               // 15.x
)

// Language of the teacher's notes.
type Language uint8

const (
	ExplainOff Language = iota
	English
	Chinese
)

// Event is one debug line or syslog message. Text after a newline is a
// continuation line, which carries no time stamp.
type Event interface {
	// Flag is the switch that must be on for the line to be printed.
	Flag() Flag
	// AppendLine appends the text without time stamp and final newline.
	AppendLine(b []byte, m Manner) []byte
	// Explain returns what the line means in one language, "" when nothing is
	// to be said.
	Explain(l Language) string
}

// Severity is implemented by syslog messages (0 emergencies … 7 debugging);
// events without it are level 7, debugging.
type Severity interface {
	Severity() uint8
}
