package payload

import "encoding/binary"

const (
	maxProposals  = 64
	maxTransforms = 255 // what the octet that counts them can say
	maxSPI        = 16  // RFC 2408, section 3.5, for ISAKMP
)

// SA is a Security Association payload (RFC 2408, section 3.4; RFC 2407, section
// 4.6.1). Proposals and transforms keep the order they had.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!              Domain of Interpretation  (DOI)                  !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                           Situation                           !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type SA struct {
	DOI       uint32
	Situation uint32
	Proposals []Proposal
}

// Proposal is a Proposal payload (RFC 2408, section 3.5). Proposals of the same
// number belong together: all of them or none.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  !   RESERVED    !         Payload Length        !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Proposal #   !  Protocol-Id  !    SPI Size   !# of Transforms!
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                        SPI (variable)                         !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Proposal struct {
	Number     uint8
	Protocol   Protocol
	SPI        []byte // empty in phase 1; four octets for AH and ESP
	Transforms []Transform
}

// Transform is a Transform payload (RFC 2408, section 3.6). Appending what was
// decoded gives the octets received, so that a choice can be echoed.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  !   RESERVED    !         Payload Length        !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Transform #  !  Transform-Id !           RESERVED2           !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!                        SA Attributes                          !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Transform struct {
	Number     uint8
	ID         uint8 // KeyIKE, or an AH or ESP transform (RFC 2407, section 4.4)
	Attributes []Attribute
}

// Attribute returns the first attribute of type t.
func (t *Transform) Attribute(kind AttributeType) (Attribute, bool) {
	for _, a := range t.Attributes {
		if a.Type == kind {
			return a, true
		}
	}
	return Attribute{}, false
}

// Uint returns the value of the first attribute of type kind as a number.
func (t *Transform) Uint(kind AttributeType) (uint64, bool) {
	a, ok := t.Attribute(kind)
	if !ok {
		return 0, false
	}
	return a.Uint()
}

// Equal reports whether t and u have the same ID and the same attributes in the
// same order; the number may differ.
func (t *Transform) Equal(u *Transform) bool {
	if t.ID != u.ID || len(t.Attributes) != len(u.Attributes) {
		return false
	}
	for i, a := range t.Attributes {
		if !a.Equal(u.Attributes[i]) {
			return false
		}
	}
	return true
}

// AppendBody appends the payload without its generic header.
func (s *SA) AppendBody(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, s.DOI)
	b = binary.BigEndian.AppendUint32(b, s.Situation)
	for i := range s.Proposals {
		b = s.Proposals[i].append(b, i == len(s.Proposals)-1)
	}
	return b
}

func (p *Proposal) append(b []byte, last bool) []byte {
	start := len(b)
	b = append(b, nested(TypeProposal, last), 0, 0, 0)
	b = append(b, p.Number, byte(p.Protocol), byte(len(p.SPI)), byte(len(p.Transforms)))
	b = append(b, p.SPI...)
	for i := range p.Transforms {
		b = p.Transforms[i].append(b, i == len(p.Transforms)-1)
	}
	binary.BigEndian.PutUint16(b[start+2:], uint16(len(b)-start))
	return b
}

func (t *Transform) append(b []byte, last bool) []byte {
	start := len(b)
	b = append(b, nested(TypeTransform, last), 0, 0, 0, t.Number, t.ID, 0, 0)
	for _, a := range t.Attributes {
		b = a.Append(b)
	}
	binary.BigEndian.PutUint16(b[start+2:], uint16(len(b)-start))
	return b
}

// nested is the next-payload octet within a list of t.
func nested(t Type, last bool) byte {
	if last {
		return byte(TypeNone)
	}
	return byte(t)
}

// DecodeSA decodes the body of a Security Association payload. The result refers to b.
func DecodeSA(b []byte) (SA, error) {
	if len(b) < 8 {
		return SA{}, malformed(TypeSA, len(b), "shorter than DOI and situation")
	}
	s := SA{DOI: binary.BigEndian.Uint32(b), Situation: binary.BigEndian.Uint32(b[4:])}
	if s.DOI != DOIIPsec {
		return SA{}, &DecodeError{TypeSA, 0, DOINotSupported, "domain of interpretation is not IPsec"}
	}
	// Labelled situations would put more fields before the proposals.
	if s.Situation != SituationIdentityOnly {
		return SA{}, &DecodeError{TypeSA, 4, SituationNotSupported, "situation is not identity-only"}
	}
	var err error
	s.Proposals, err = decodeProposals(b, 8)
	return s, err
}

func decodeProposals(b []byte, off int) ([]Proposal, error) {
	var list []Proposal
	for more := true; more; {
		if len(list) == maxProposals {
			return nil, badProposal(TypeProposal, off, "too many proposals")
		}
		size, err := nestedHeader(TypeProposal, b, off)
		if err != nil {
			return nil, err
		}
		p, err := decodeProposal(b[:off+size], off)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
		more = Type(b[off]) == TypeProposal
		off += size
	}
	if off != len(b) {
		return nil, badProposal(TypeSA, off, "octets behind the last proposal")
	}
	return list, nil
}

// decodeProposal decodes the proposal that fills b[off:]; its generic header is
// checked already.
func decodeProposal(b []byte, off int) (Proposal, error) {
	if len(b)-off < 8 {
		return Proposal{}, badProposal(TypeProposal, off, "shorter than its header")
	}
	p := Proposal{Number: b[off+4], Protocol: Protocol(b[off+5])}
	spi, count := int(b[off+6]), int(b[off+7])
	switch {
	case spi > len(b)-off-8:
		return Proposal{}, badProposal(TypeProposal, off+6, "SPI exceeds the proposal")
	case !validSPISize(p.Protocol, spi):
		return Proposal{}, &DecodeError{TypeProposal, off + 6, InvalidSPI, "SPI size does not suit the protocol"}
	case count == 0:
		return Proposal{}, badProposal(TypeProposal, off+7, "no transform")
	}
	off += 8
	p.SPI = b[off : off+spi : off+spi]
	off += spi
	if count*8 > len(b)-off {
		return Proposal{}, badProposal(TypeProposal, off, "more transforms counted than there is room for")
	}
	p.Transforms = make([]Transform, count)
	attributes := make([]Attribute, 0, min(8*count, (len(b)-off)/4))
	for i := range p.Transforms {
		size, err := nestedHeader(TypeTransform, b, off)
		if err != nil {
			return Proposal{}, err
		}
		if (Type(b[off]) == TypeNone) != (i == count-1) {
			return Proposal{}, badProposal(TypeTransform, off, "list of transforms and their count differ")
		}
		if p.Transforms[i], attributes, err = decodeTransform(attributes, b[:off+size], off); err != nil {
			return Proposal{}, err
		}
		off += size
	}
	if off != len(b) {
		return Proposal{}, badProposal(TypeProposal, off, "octets behind the last transform")
	}
	return p, nil
}

// decodeTransform decodes the transform that fills b[off:]. Its attributes are
// appended to list, which is returned.
func decodeTransform(list []Attribute, b []byte, off int) (Transform, []Attribute, error) {
	if len(b)-off < 8 {
		return Transform{}, nil, badProposal(TypeTransform, off, "shorter than its header")
	}
	if b[off+6] != 0 || b[off+7] != 0 {
		return Transform{}, nil, badProposal(TypeTransform, off+6, "reserved octets are not zero")
	}
	t := Transform{Number: b[off+4], ID: b[off+5]}
	start := len(list)
	list, err := appendAttributes(list, TypeTransform, b, off+8)
	t.Attributes = list[start:len(list):len(list)]
	return t, list, err
}

// nestedHeader checks the generic header of a proposal or transform, which only
// one of its own kind may follow.
func nestedHeader(t Type, b []byte, off int) (size int, err error) {
	size, err = genericHeader(t, b, off)
	if err != nil {
		return 0, err
	}
	if next := Type(b[off]); next != TypeNone && next != t {
		return 0, &DecodeError{t, off, InvalidPayloadType, "followed by another type of payload"}
	}
	return size, nil
}

// validSPISize accepts what RFC 2408, section 3.5, and RFC 2407, section 4.4, allow:
// the SPI of ISAKMP is its pair of cookies, which may be left out.
func validSPISize(p Protocol, n int) bool {
	switch p {
	case ProtocolAH, ProtocolESP:
		return n == 4
	case ProtocolIPComp:
		return n == 2 || n == 4 // RFC 3173, section 4.1
	}
	return n <= maxSPI
}

func badProposal(t Type, off int, reason string) *DecodeError {
	return &DecodeError{Payload: t, Offset: off, Notify: BadProposalSyntax, Reason: reason}
}
