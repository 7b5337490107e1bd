package v1

import (
	"crypto/sha256"
	"iter"
	"slices"

	"conft/ike/exchange"
	"conft/ike/payload"
)

// message is a message received, decrypted where that was needed.
type message struct {
	exchange.Message
	header payload.Header
	digest digest
	chain  []payload.Raw
	after  ivChain // where the exchange's chain stands if the message is accepted
}

func newMessage(in exchange.Message) (*message, error) {
	h, err := payload.DecodeHeader(in.Data)
	if err != nil {
		return nil, err
	}
	return &message{Message: in, header: h, digest: sha256.Sum256(in.Data)}, nil
}

// decode cuts the payloads of a message in clear.
func (m *message) decode() (err error) {
	m.chain, err = payload.DecodeChain(m.header.Next, m.Data[payload.HeaderLen:])
	return err
}

// open decrypts the message with the chain of its exchange and cuts its payloads.
func (m *message) open(c ivChain) error {
	plain, after, err := c.open(m.Data)
	if err != nil {
		return err
	}
	m.after = after
	m.chain, err = payload.DecodePadded(m.header.Next, plain)
	return err
}

// first returns the body of the first payload of type t, nil if there is none.
func (m *message) first(t payload.Type) []byte {
	for r := range m.all(t) {
		return r.Body
	}
	return nil
}

// all yields the payloads of the given types, in their order.
func (m *message) all(types ...payload.Type) iter.Seq[payload.Raw] {
	return func(yield func(payload.Raw) bool) {
		for _, r := range m.chain {
			if slices.Contains(types, r.Type) && !yield(r) {
				return
			}
		}
	}
}

// rest returns the octets behind the HASH payload, which must be the first: what
// HASH(1) and HASH(2) cover.
func (m *message) rest() []byte {
	var b []byte
	for _, r := range m.chain[1:] {
		b = append(b, r.Original...)
	}
	return b
}

// anywhere are payloads that may ride in any message of phase 1.
var anywhere = []payload.Type{
	payload.TypeVendor, payload.TypeNATD, payload.TypeNATDDraft, payload.TypeNotify, payload.TypeCertReq,
}

// check refuses a message whose payloads are not exactly one of each type in need,
// besides any number of those in may.
func (m *message) check(need, may []payload.Type) error {
	for _, r := range m.chain {
		if !slices.Contains(need, r.Type) && !slices.Contains(may, r.Type) {
			return &payload.DecodeError{Payload: r.Type, Notify: payload.InvalidPayloadType, Reason: "not expected in this message"}
		}
	}
	for _, t := range need {
		count := 0
		for range m.all(t) {
			count++
		}
		if count != 1 {
			return &payload.DecodeError{Payload: t, Notify: payload.PayloadMalformed, Reason: "not exactly once in this message"}
		}
	}
	return nil
}
