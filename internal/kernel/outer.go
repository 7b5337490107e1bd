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
func sameWay(d []packet.Datagram) int {
	n := 1
	for n < len(d) && d[n].DF == d[0].DF && d[n].Long == d[0].Long {
		n++
	}
	return n
}

// prepare makes the socket ready for datagrams like d: of UDP it knows DF for all that
// it sends, not for one datagram. Conn.txMu is held.
func (c *Conn) prepare(d *packet.Datagram) error {
	if c.direct != nil || c.df == d.DF {
		return nil
	}
	var err error
	if e := c.raw.Control(func(fd uintptr) { err = setDF(int(fd), d.DF) }); e != nil {
		return e
	}
	c.df = d.DF && err == nil
	return err
}
