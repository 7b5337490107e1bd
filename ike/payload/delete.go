package payload

import "encoding/binary"

const maxDeletes = 1024 // SPIs in one payload

// Delete is a Delete payload (RFC 2408, section 3.15). Its SPIs are of one length:
// four octets for AH and ESP, the pair of cookies for ISAKMP.
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!              Domain of Interpretation  (DOI)                  !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	!  Protocol-Id  !   SPI Size    !           # of SPIs           !
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	~               Security Parameter Index(es) (SPI)              ~
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Delete struct {
	DOI      uint32
	Protocol Protocol
	SPIs     [][]byte // at least one
}

// AppendBody appends the payload without its generic header.
func (d *Delete) AppendBody(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, d.DOI)
	b = append(b, byte(d.Protocol), byte(len(d.SPIs[0])))
	b = binary.BigEndian.AppendUint16(b, uint16(len(d.SPIs)))
	for _, spi := range d.SPIs {
		b = append(b, spi...)
	}
	return b
}

// DecodeDelete decodes the body of a Delete payload. The result refers to b.
func DecodeDelete(b []byte) (Delete, error) {
	if len(b) < 8 {
		return Delete{}, malformed(TypeDelete, len(b), "shorter than its header")
	}
	d := Delete{DOI: binary.BigEndian.Uint32(b), Protocol: Protocol(b[4])}
	size, count := int(b[5]), int(binary.BigEndian.Uint16(b[6:]))
	switch {
	case d.DOI > DOIIPsec:
		return Delete{}, &DecodeError{TypeDelete, 0, DOINotSupported, "domain of interpretation is not IPsec"}
	case !validDeleteSize(d.Protocol, size):
		return Delete{}, &DecodeError{TypeDelete, 5, InvalidSPI, "SPI size does not suit the protocol"}
	case count == 0 || count > maxDeletes:
		return Delete{}, malformed(TypeDelete, 6, "number of SPIs out of range")
	case size*count != len(b)-8:
		return Delete{}, malformed(TypeDelete, 6, "length is not that of the SPIs")
	}
	d.SPIs = make([][]byte, count)
	for i := range d.SPIs {
		off := 8 + i*size
		d.SPIs[i] = b[off : off+size : off+size]
	}
	return d, nil
}

// validDeleteSize is stricter than validSPISize: an SA that is to be deleted
// must be named.
func validDeleteSize(p Protocol, n int) bool {
	if p == ProtocolISAKMP {
		return n == 16
	}
	return n > 0 && validSPISize(p, n)
}
