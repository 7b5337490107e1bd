package kernel

import (
	"net/netip"

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// groReader receives joined datagrams and hands them out one by one. It is
// exclusively owned by Receive.
type groReader struct {
	memory []byte // of bufs; not of the Go heap, for most of it is seldom touched
	bufs   [groBuffers][]byte
	got    int // messages in bufs
	next   int // the one being taken apart

	rest    []byte // of message next, not handed out yet
	segment int
	tos     uint8
	ttl     uint8
	local   netip.AddrPort
	remote  netip.AddrPort
}

// newGROReader returns nil when there is no memory.
func newGROReader() *groReader {
	const size = 1 << 16
	m, err := unix.Mmap(-1, 0, groBuffers*size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil
	}
	g := &groReader{memory: m}
	for i := range g.bufs {
		g.bufs[i] = m[i*size : (i+1)*size : (i+1)*size]
	}
	return g
}

// release gives the memory back once the socket is closed; nil has none.
func (g *groReader) release() {
	if g != nil && g.memory != nil {
		_ = unix.Munmap(g.memory) // can only fail for a range that is not mapped
		g.memory, g.bufs, g.rest, g.got, g.next = nil, [groBuffers][]byte{}, nil, 0, 0
	}
}

// receive fills d from what is at hand, and reads more only when that is nothing.
func (g *groReader) receive(c *Conn, d []packet.Datagram) (n int, err error) {
	for {
		for len(g.rest) > 0 && n < len(d) {
			part := g.rest[:min(g.segment, len(g.rest))]
			g.rest = g.rest[len(part):]
			if len(part) > len(d[n].Buf) {
				continue // longer than any packet of the path: nobody could open it
			}
			d[n].N = copy(d[n].Buf, part)
			d[n].Local, d[n].Remote, d[n].TOS, d[n].TTL = g.local, g.remote, g.tos, g.ttl
			n++
		}
		switch {
		case n == len(d):
			return n, nil
		case g.next < g.got:
			g.open(c)
		case n > 0:
			return n, nil
		default:
			if err := g.read(c); err != nil {
				return 0, err
			}
		}
	}
}

// open begins with the next message.
func (g *groReader) open(c *Conn) {
	i := g.next
	g.next++
	if c.rx.truncated(i) {
		return
	}
	g.rest = g.bufs[i][:c.rx.msgs[i].n]
	info := c.rx.control(i)
	if g.segment = info.segment; g.segment == 0 {
		g.segment = max(1, len(g.rest))
	}
	g.tos, g.ttl, g.local, g.remote = info.tos, info.ttl, netip.AddrPortFrom(info.dst, c.local), c.rx.remote(i, c.local)
}

func (g *groReader) read(c *Conn) error {
	for i := range g.bufs {
		c.rx.reset(i)
		c.rx.add(i, g.bufs[i])
		c.rx.wantControl(i)
	}
	got, err := c.rx.run(c.raw, len(g.bufs))
	if err != nil {
		return survivable(err)
	}
	g.got, g.next = got, 0
	return nil
}
