package packet

import (
	"encoding/binary"
	"iter"
	"net/netip"
)

// Types of IP options, RFC 791, section 3.1.
const (
	OptionEnd       = 0
	OptionNop       = 1
	OptionRecord    = 7
	OptionTimestamp = 68
	OptionLoose     = 131
	OptionStrict    = 137
)

const (
	// MaxOptions is how many octets of options an IPv4 header has room for.
	MaxOptions = 40
	// RouteHeaderLen is the length of a route option without its addresses.
	RouteHeaderLen = 3
	// StampHeaderLen is the length of the timestamp option without its timestamps.
	StampHeaderLen = 4
)

// Option is one option of an IPv4 header, RFC 791, section 3.1: a record of the route, a
// route to take, or timestamps,
//
//	+--------+--------+--------+---------//--------+
//	|  type  | length | pointer|     route data    |
//	+--------+--------+--------+---------//--------+
//	+--------+--------+--------+----+----+---------//--------+
//	|01000100| length | pointer|oflw|flag|     timestamps    |
//	+--------+--------+--------+----+----+---------//--------+
//
// or any other, whose data begins behind its length.
type Option struct {
	Type    uint8
	Len     int // octets, of the whole option
	Pointer int // octet of the option, from 1, that is written next
	Flags   uint8
	Data    []byte // addresses or timestamps
}

// Options yields the options of a header up to the end of the list, which is one of them.
// Behind one of impossible length there are no more. They refer to b.
func Options(b []byte) iter.Seq[Option] {
	return func(yield func(Option) bool) {
		for len(b) > 0 {
			o, ok := decodeOption(b)
			if !ok || !yield(o) || o.Type == OptionEnd {
				return
			}
			b = b[o.Len:]
		}
	}
}

// decodeOption decodes the option that b begins with.
func decodeOption(b []byte) (o Option, ok bool) {
	o = Option{Type: b[0], Len: 1}
	if o.Type == OptionEnd || o.Type == OptionNop {
		return o, true
	}
	if len(b) < 2 || int(b[1]) < 2 || int(b[1]) > len(b) {
		return o, false
	}
	o.Len = int(b[1])
	head := 2
	switch o.Type {
	case OptionRecord, OptionLoose, OptionStrict:
		head = RouteHeaderLen
	case OptionTimestamp:
		head = StampHeaderLen
	}
	if o.Len < head {
		return o, false
	}
	if head > 2 {
		o.Pointer = int(b[2])
	}
	if head == StampHeaderLen {
		o.Flags = b[3]
	}
	o.Data = b[head:o.Len]
	return o, true
}

// Used is how many octets of the data are written already.
func (o *Option) Used() int {
	return min(max(o.Pointer-1-(o.Len-len(o.Data)), 0), len(o.Data))
}

// SourceRouted reports whether options name routers to go through.
func SourceRouted(options []byte) bool {
	for o := range Options(options) {
		if o.Type == OptionLoose || o.Type == OptionStrict {
			return true
		}
	}
	return false
}

// AppendRoute appends an option of a type that names routers to go through.
func AppendRoute(b []byte, kind uint8, hops []netip.Addr) []byte {
	b = append(b, kind, byte(RouteHeaderLen+4*len(hops)), RouteHeaderLen+1)
	for _, h := range hops {
		b = append(b, h.AsSlice()...)
	}
	return b
}

// AppendRecord appends an option with room for a route of n addresses.
func AppendRecord(b []byte, n int) []byte {
	b = append(b, OptionRecord, byte(RouteHeaderLen+4*n), RouteHeaderLen+1)
	return append(b, make([]byte, 4*n)...)
}

// AppendTimestamps appends an option with room for n timestamps without addresses.
func AppendTimestamps(b []byte, n int) []byte {
	b = append(b, OptionTimestamp, byte(StampHeaderLen+4*n), StampHeaderLen+1, 0)
	return append(b, make([]byte, 4*n)...)
}

// PadOptions fills up to whole words, as the length of a header is counted in.
func PadOptions(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

// Words returns the data as numbers of 32 bits, host byte order.
func (o *Option) Words() (words []uint32) {
	for d := o.Data; len(d) >= 4; d = d[4:] {
		words = append(words, binary.BigEndian.Uint32(d))
	}
	return words
}
