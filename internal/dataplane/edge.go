package dataplane

import "conft/internal/packet"

// Headroom is the number of octets that Path leaves free in front of every
// packet that it hands to a TUN, and wants in front of every packet that it
// reads: an ESP header with its IV goes there, and a virtio header on the way
// back; or an IP header, AH and ESP: 20 + 44 + 24 octets.
const Headroom = 96

// TUN is the device of one crypto link; golang.zx2c4.com/wireguard/tun's Device
// reads and writes in this manner. Read is called by one goroutine, Write by
// several at a time.
type TUN interface {
	// Read blocks for at least one packet and fills bufs[i][offset:offset+sizes[i]].
	// Super-packets (GSO) arrive split into segments with complete checksums. An
	// error means that the device is closed; what can be survived is not returned.
	Read(bufs [][]byte, sizes []int, offset int) (n int, err error)
	// Write writes the packets bufs[i][offset:]. It may coalesce them, using the
	// Headroom octets before offset and the spare capacity of each bufs[i]. It
	// returns how many packets (not octets) were written.
	Write(bufs [][]byte, offset int) (n int, err error)
	// BatchSize is the largest number of packets that one Read returns.
	BatchSize() int
	// Close makes a blocked Read return an error. It is idempotent.
	Close() error
}

// Datagram is one ESP packet on a socket. A UDP 4500 socket also delivers IKE and
// keepalives.
type Datagram = packet.Datagram

// Socket carries ESP: raw protocol 50 or UDP 4500; or whole IPv4 packets. One goroutine receives;
// several may Send at a time.
type Socket interface {
	// Send sends the datagrams in order, coalescing neighbours of one flow where
	// the kernel can (UDP GSO). One that the kernel refuses does not keep back
	// those behind it. It returns how many were accepted, and the first error.
	Send(d []Datagram) (n int, err error)
	// Receive blocks for at least one datagram and fills the first n of d. An
	// error means that the socket is closed; what can be survived is not returned.
	Receive(d []Datagram) (n int, err error)
	// BatchSize is the largest number of datagrams that one Receive returns.
	BatchSize() int
	// Close makes a blocked Receive return an error. It is idempotent.
	Close() error
}
