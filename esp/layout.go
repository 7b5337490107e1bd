package esp

import "conft/internal/suite"

// headerLen is the length of SPI and sequence number.
const headerLen = 8

// trailerLen is the length of Pad Length and Next Header.
const trailerLen = 2

// layout holds the lengths that the algorithms give an ESP packet:
//
//	 0                   1                   2                   3
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|               Security Parameters Index (SPI)                 |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                      Sequence Number                          |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                       IV (iv octets)                          |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                       Inner packet                            |
//	+               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|               |     Padding   |   Pad Length  | Next Header   |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                       ICV (icv octets)                        |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type layout struct {
	iv    int
	align int // inner packet, padding and trailer are a multiple of it
	icv   int
}

// gcmTagLen is the length of the ICV of suite.ESPGCM16.
const gcmTagLen = 16

func newLayout(t suite.Transform, a suite.Auth) layout {
	l := layout{iv: t.IVLen(), align: 4, icv: a.ICVLen()} // RFC 4303, section 2.4
	switch {
	case t.Combined():
		l.icv = gcmTagLen
	case l.iv > 0: // a CBC cipher, whose IV is a block
		l.align = l.iv
	}
	return l
}

// body is where the inner packet begins.
func (l layout) body() int { return headerLen + l.iv }

// pad is the number of octets of padding after an inner packet of n octets.
func (l layout) pad(n int) int { return (l.align - (n+trailerLen)%l.align) % l.align }

// Overhead is the number of octets that ESP adds to an inner packet of n octets under
// algorithms that KeyLens accepts: header, IV, padding, trailer and ICV.
func Overhead(k Keys, n int) int {
	l := newLayout(k.Transform, k.Auth)
	return l.body() + l.pad(n) + trailerLen + l.icv
}

// MaxPlain is the length of the biggest inner packet whose ESP packet has at most room
// octets, 0 if there is none.
func MaxPlain(k Keys, room int) int {
	l := newLayout(k.Transform, k.Auth)
	return max(0, (room-l.body()-l.icv)/l.align*l.align-trailerLen)
}
