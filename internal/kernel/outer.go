package kernel

import (
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// setDF makes the kernel set DF in what leaves by a socket, or fragment what is too
// long for the path. With DF it does not go by what it believes of the path: that is
// whatever ICMP said that nobody has checked.
func setDF(fd int, df bool) error {
	mode := unix.IP_PMTUDISC_DONT
	if df {
		mode = unix.IP_PMTUDISC_PROBE
	}
	return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, mode)
}

// sameWay returns how many datagrams at the start of d leave in the same manner.
func (c *Conn) sameWay(d []packet.Datagram) int {
	n := 1
	for n < len(d) && d[n].Long == d[0].Long && (c.direct != nil || d[n].DF == d[0].DF) {
		n++
	}
	return n
}

// prepare makes the socket ready for datagrams like d: of UDP it knows DF for all that
// it sends, not for one datagram. Conn.txMu is held.
func (c *Conn) prepare(d *packet.Datagram) error {
	if c.direct != nil || c.df.set == d.DF {
		return nil
	}
	c.df.set = d.DF
	err := c.raw.Control(c.df.call)
	if err == nil {
		err = c.df.err
	}
	if err != nil {
		c.df.set = !d.DF
	}
	return err
}

// dfSwitch is the argument of one setDF, kept so that a change allocates nothing.
type dfSwitch struct {
	set  bool
	err  error
	call func(fd uintptr)
}

func (s *dfSwitch) init() { s.call = func(fd uintptr) { s.err = setDF(int(fd), s.set) } }
