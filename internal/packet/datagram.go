package packet

import "net/netip"

// Datagram is one packet on a socket of the engine: ESP on protocol 50, or
// what UDP 500 and 4500 carry. It belongs to who made it.
type Datagram struct {
	// Buf to Send is the payload without any outer header. For Receive it is
	// the room to fill; Buf[:N] is what arrived, likewise without outer headers.
	// Where AH is received, and IP headers are our own, Buf begins with the header.
	Buf []byte
	N   int
	// Local is our address, Remote the peer's. Ports are 0 on protocol 50.
	Local, Remote netip.AddrPort
	TOS           uint8 // of the outer IP header
	TTL           uint8 // of the outer IP header; Receive only
	DF            bool  // of the outer IP header; Send only
	// Long says to Send that the packet may be longer than the link carries at once, and
	// that the kernel is to fragment it then.
	Long bool
}
