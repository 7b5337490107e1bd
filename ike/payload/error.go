package payload

import "fmt"

// DecodeError says what is wrong with a received message, where, and which
// notification answers it. It never quotes octets of the message.
type DecodeError struct {
	Payload Type       // the payload at fault, TypeNone for the header
	Offset  int        // octets from the start of what the decoder was given
	Notify  NotifyType // RFC 2408, sections 5.1 to 5.15, name it for each check
	Reason  string
}

func (e *DecodeError) Error() string {
	if e.Payload == TypeNone {
		return fmt.Sprintf("isakmp: header at offset %d: %s", e.Offset, e.Reason)
	}
	return fmt.Sprintf("isakmp: payload %s at offset %d: %s", e.Payload, e.Offset, e.Reason)
}

func malformed(t Type, off int, reason string) *DecodeError {
	return &DecodeError{Payload: t, Offset: off, Notify: PayloadMalformed, Reason: reason}
}
