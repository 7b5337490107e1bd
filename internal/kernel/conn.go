package kernel

import "net/netip"

// Packet is one received or sent datagram. Its owner is the caller.
type Packet struct {
	Buf  []byte // received into; not used for sending
	Data []byte // the payload: a part of Buf after receiving, or what to send

	// Segment, when not zero, says that Data is a row of datagrams of that
	// size each, the last one possibly shorter (UDP_GRO, UDP_SEGMENT).
	Segment int

	Local, Remote netip.AddrPort // ports are zero on protocol 50
	TOS           uint8          // of the outer header
}

// Conn is a wildcard-bound socket of the engine: UDP, or protocol 50. What it
// sends carries the engine's mark, so it is never protected again, and leaves
// from Packet.Local. One goroutine may receive and one may send at a time.
type Conn struct{}

// ListenUDP binds the port on all addresses.
func (k *Kernel) ListenUDP(port uint16) (*Conn, error) { return nil, errSkeleton }

// ListenESP receives all packets of protocol 50.
func (k *Kernel) ListenESP() (*Conn, error) { return nil, errSkeleton }

// ReadBatch waits for packets and receives at most len(pkts), without
// allocation. Data, Segment, Local, Remote and TOS of the first n are set.
func (c *Conn) ReadBatch(pkts []Packet) (n int, err error) { return 0, errSkeleton }

// WriteBatch sends pkts in order. It returns the number of packets that the
// kernel took; err tells why the next one was refused.
func (c *Conn) WriteBatch(pkts []Packet) (n int, err error) { return 0, errSkeleton }

// Close ends pending reads with os.ErrClosed. Safe to call twice.
func (c *Conn) Close() error { return nil }
