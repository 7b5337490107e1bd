package kernel

import (
	"errors"
	"net/netip"
	"os"

	"conft/internal/packet"
)

// Receive blocks for at least one datagram and fills the first n of d. An
// error means that the socket is closed.
func (c *Conn) Receive(d []packet.Datagram) (n int, err error) {
	for n == 0 && err == nil {
		if c.gro != nil {
			n, err = c.gro.receive(c, d)
		} else {
			n, err = c.receive(d)
		}
	}
	if c.closed.Load() { // what came last may be the end itself, an empty datagram
		c.gro.release()
		return 0, os.ErrClosed
	}
	return n, err
}

// receive is one turn of Receive: one datagram of the socket is one of d. Of UDP one that is
// too long is cut, so that IKE can count it; on a raw socket it is no packet of ours.
func (c *Conn) receive(d []packet.Datagram) (int, error) {
	d = d[:min(len(d), batchSize)]
	for i := range d {
		c.rx.reset(i)
		if c.local == 0 && !c.whole {
			c.rx.add(i, c.rx.header[i][:]) // a raw socket delivers the IP header too
		}
		c.rx.add(i, d[i].Buf)
		c.rx.wantControl(i)
	}
	got, err := c.rx.run(c.raw, len(d))
	if err != nil {
		return 0, survivable(err)
	}
	n := 0
	for i := range got {
		size := int(c.rx.msgs[i].n)
		if c.rx.truncated(i) && c.local == 0 {
			continue
		}
		info := c.rx.control(i)
		switch {
		case c.whole:
			if size < ipHeaderLen {
				continue
			}
			info.dst, info.tos = netip.AddrFrom4([4]byte(d[i].Buf[16:20])), d[i].Buf[1]
		case c.local == 0:
			if size = c.stripIP(i, d[i].Buf, size); size < 0 {
				continue
			}
			info.dst, info.tos = netip.AddrFrom4([4]byte(c.rx.header[i][16:20])), c.rx.header[i][1]
		}
		d[i].N, d[i].Remote, d[i].TOS, d[i].TTL = size, c.rx.remote(i, c.local), info.tos, info.ttl
		d[i].Local = netip.AddrPortFrom(info.dst, c.local)
		if n != i {
			d[n].N = copy(d[n].Buf, d[i].Buf[:size])
			d[n].Local, d[n].Remote, d[n].TOS, d[n].TTL = d[i].Local, d[i].Remote, d[i].TOS, d[i].TTL
		}
		n++
	}
	return n, nil
}

// stripIP takes the IP header off message i and returns the length of what is
// in buf then, or -1. The fixed header is beside buf already; options are not.
func (c *Conn) stripIP(i int, buf []byte, size int) int {
	options := int(c.rx.header[i][0]&15)*4 - ipHeaderLen
	size -= ipHeaderLen
	switch {
	case options < 0 || size < options:
		return -1
	case options == 0:
		return size
	}
	return copy(buf, buf[options:size])
}

// survivable keeps only the error of a closed socket; what else a receive
// reports (no memory for the moment, an ICMP error) concerns no datagram of ours.
func survivable(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
