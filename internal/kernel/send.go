package kernel

import (
	"errors"
	"os"

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// Send sends the datagrams in order, joining neighbours of one flow where the
// kernel can take them apart again. One that the kernel refuses does not keep
// back those behind it. It returns how many were accepted, and the first error.
func (c *Conn) Send(d []packet.Datagram) (n int, err error) {
	c.txMu.Lock()
	defer c.txMu.Unlock()
	for len(d) > 0 && !errors.Is(err, os.ErrClosed) {
		same := c.sameWay(d)
		sent, e := c.sendAlike(d[:same])
		if n += sent; err == nil || errors.Is(e, os.ErrClosed) {
			err = e
		}
		d = d[same:]
	}
	return n, err
}

// sendAlike is Send for datagrams that leave in the same manner. Conn.txMu is held.
func (c *Conn) sendAlike(d []packet.Datagram) (n int, err error) {
	if err := c.prepare(&d[0]); err != nil {
		return 0, err
	}
	join, direct, straight := c.gso, c.direct, c.straight
	if d[0].Long { // only the usual socket fragments
		join, direct, straight = false, nil, nil
	}
	for len(d) > 0 {
		if sent := straight.send(d); sent > 0 {
			n, d = n+sent, d[sent:]
			continue
		}
		msgs := c.fill(d, join, direct != nil && !c.whole)
		sent, e := direct.send(&c.tx, c.raw, msgs)
		done := 0
		for i := range sent {
			done += c.tx.count[i]
		}
		n += done
		switch {
		case errors.Is(e, os.ErrClosed):
			return n, e
		case e == unix.EMSGSIZE && direct != nil && !c.whole:
			direct = nil // longer than the link takes by now: the kernel has to fragment it
		case e != nil && c.tx.count[sent] > 1:
			// The same datagrams go again one by one. EIO is a device without
			// checksum offload on older kernels and will not get better.
			join = false
			c.gso = c.gso && e != unix.EIO
		case e != nil:
			if err == nil {
				err = os.NewSyscallError("sendmmsg", e)
			}
			done += c.tx.count[sent]
		}
		d = d[done:]
	}
	return n, err
}

// fill makes messages of the first datagrams of d, with IP headers if wanted, and
// returns how many.
func (c *Conn) fill(d []packet.Datagram, join, headers bool) (msgs int) {
	for taken := 0; taken < len(d) && msgs < batchSize; msgs++ {
		run := 1
		if join {
			run = sameFlow(d[taken:])
		}
		c.tx.reset(msgs)
		if headers {
			c.tx.addHeader(msgs, &d[taken])
		}
		for _, p := range d[taken : taken+run] {
			c.tx.add(msgs, p.Buf)
		}
		first := &d[taken]
		segment := 0
		if run > 1 {
			segment = len(first.Buf)
		}
		c.tx.address(msgs, first.Local.Addr(), first.Remote, first.TOS, segment)
		c.tx.count[msgs] = run
		taken += run
	}
	return msgs
}

// sameFlow returns how many datagrams at the start of d can go as one: same
// ends and TOS, same length but for the last, which may be shorter.
func sameFlow(d []packet.Datagram) int {
	first, total := &d[0], len(d[0].Buf)
	n := 1
	for n < min(len(d), maxGRO) {
		p := &d[n]
		total += len(p.Buf)
		if total > maxUDP || len(p.Buf) > len(first.Buf) || len(p.Buf) == 0 ||
			p.Remote != first.Remote || p.Local != first.Local || p.TOS != first.TOS {
			break
		}
		n++
		if len(p.Buf) < len(first.Buf) {
			break
		}
	}
	return n
}
