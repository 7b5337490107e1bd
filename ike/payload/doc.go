// Package payload is the wire codec of IKE: the ISAKMP header, the chain of
// payloads and the body of each payload (RFC 2408, RFC 2407, RFC 3947, RFC 3706).
//
// A message is read in two steps: DecodeHeader and DecodeChain cut a datagram
// into Raw payloads without judging their contents; the Decode function of a
// payload then reads one body. Every result refers to the octets it was read
// from, so HASH_I, HASH_R and HASH(1) to HASH(3) cover what was received, and
// the receiver must not reuse the buffer while it holds a decoded value.
//
// Decoders are strict: what they accept, AppendBody writes again octet for
// octet. Values are plain data; they are safe to share once nobody writes them.
package payload
