package payload

import "encoding/binary"

const (
	genericLen  = 4   // generic payload header
	maxPayloads = 64  // in one message; a real one has about fifteen
	maxPadding  = 255 // octets behind the last payload of a decrypted message
)

// Raw is one payload of a message, its body not yet decoded.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	! Next Payload  !   RESERVED    !         Payload Length        !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Raw struct {
	Type     Type
	Next     Type
	Body     []byte // without the generic header, as HASH_I covers it
	Original []byte // with the generic header, as HASH(1) covers it
}

// DecodeChain cuts the payloads of a message, the octets behind its header, of
// which the first is of type first. Which types a message may carry is the
// exchange's affair.
func DecodeChain(first Type, b []byte) ([]Raw, error) {
	chain, end, err := decodeChain(first, b)
	if err == nil && end != len(b) {
		return nil, &DecodeError{TypeNone, end, UnequalPayloadLengths, "octets behind the last payload"}
	}
	return chain, err
}

// DecodePadded is DecodeChain for decrypted octets, which padding may follow
// (RFC 2409, appendix B). Padding is not authenticated by anything and ignored.
func DecodePadded(first Type, b []byte) ([]Raw, error) {
	chain, end, err := decodeChain(first, b)
	if err == nil && len(b)-end > maxPadding {
		return nil, &DecodeError{TypeNone, end, UnequalPayloadLengths, "too many octets behind the last payload"}
	}
	return chain, err
}

func decodeChain(first Type, b []byte) (chain []Raw, end int, err error) {
	n, err := countChain(first, b)
	if err != nil {
		return nil, 0, err
	}
	chain = make([]Raw, n)
	t := first
	for i := range chain {
		size := int(binary.BigEndian.Uint16(b[end+2:]))
		original := b[end : end+size : end+size]
		chain[i] = Raw{Type: t, Next: Type(original[0]), Body: original[genericLen:], Original: original}
		t = Type(original[0])
		end += size
	}
	return chain, end, nil
}

// countChain checks every generic header and counts the payloads.
func countChain(first Type, b []byte) (n int, err error) {
	off := 0
	for t := first; t != TypeNone; n++ {
		if n == maxPayloads {
			return 0, malformed(t, off, "too many payloads")
		}
		size, err := genericHeader(t, b, off)
		if err != nil {
			return 0, err
		}
		t = Type(b[off])
		off += size
	}
	return n, nil
}

// genericHeader checks the generic header at b[off:] and returns the length it
// gives, header included.
func genericHeader(t Type, b []byte, off int) (size int, err error) {
	if len(b)-off < genericLen {
		return 0, malformed(t, off, "no room for the payload header")
	}
	// "Verify the RESERVED field contains the value zero." RFC 2408, section 5.3.
	if b[off+1] != 0 {
		return 0, malformed(t, off+1, "reserved octet is not zero")
	}
	size = int(binary.BigEndian.Uint16(b[off+2:]))
	if size < genericLen {
		return 0, malformed(t, off+2, "length shorter than the payload header")
	}
	if size > len(b)-off {
		return 0, &DecodeError{t, off + 2, UnequalPayloadLengths, "length exceeds the message"}
	}
	return size, nil
}
