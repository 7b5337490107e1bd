// Package esp protects and opens ESP (RFC 4303) and AH packets (RFC 4302) on byte slices.
//
// An SA is one direction: Outbound seals, Inbound opens and keeps the anti-replay
// window of RFC 6479. Both work in place, in a buffer that leaves Headroom before the
// inner packet and Tailroom after it, and allocate nothing per packet.
//
//	NextSeq -> Seal                  one goroutine numbers, any number seal
//	Check -> Open -> Accept          any number open, one goroutine checks and accepts
//
// AHOutbound and AHInbound are the same for AH, on whole IPv4 packets: what of the IP header
// counts, immutable in ah.go says.
//
// Keys says which algorithms an SA uses and with which keys; KeyLens tells IKE how many
// octets of keying material they take. What depends on the algorithms alone (lengths,
// padding) is in layout, what needs a key in the two kinds of protection: gcm for
// AES-GCM (RFC 4106) and cbc for a CBC cipher or none with an HMAC. A protection is the
// state of one packet's computation; each SA keeps a free list of them, so that several
// workers can seal on one SA.
//
// The package knows no clock, no socket, no policy and no SPI table. The caller checks
// the inner packet against the SA's selectors.
package esp
