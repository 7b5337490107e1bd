package kernel

import (
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// outgoing is how the kernel treats the length of a datagram. The engine knows what the path
// carries; what the kernel believes of it is whatever ICMP said, that nobody has checked. So it
// goes by that only where it is to fragment, for then the MTU of IPv4 packets is in the same
// place, that of the route.
func outgoing(d *packet.Datagram) int {
	switch {
	case d.DF:
		return unix.IP_PMTUDISC_PROBE
	case d.Long:
		return unix.IP_PMTUDISC_DONT
	}
	return unix.IP_PMTUDISC_OMIT
}

func setOutgoing(fd, mode int) error {
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

// prepare makes the socket ready for datagrams like d: of UDP it knows how for all that
// it sends, not for one datagram. Conn.txMu is held.
func (c *Conn) prepare(d *packet.Datagram) error {
	mode := outgoing(d)
	if c.direct != nil || c.mode.set == mode {
		return nil
	}
	was := c.mode.set
	c.mode.set = mode
	err := c.raw.Control(c.mode.call)
	if err == nil {
		err = c.mode.err
	}
	if err != nil {
		c.mode.set = was
	}
	return err
}

// outgoingSwitch is the argument of one setOutgoing, kept so that a change allocates nothing.
type outgoingSwitch struct {
	set  int
	err  error
	call func(fd uintptr)
}

func (s *outgoingSwitch) init() {
	s.set = unix.IP_PMTUDISC_DONT
	s.call = func(fd uintptr) { s.err = setOutgoing(int(fd), s.set) }
}
