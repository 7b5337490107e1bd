package kernel

import (
	"os"
	"syscall"

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// direct is a second socket of protocol 50, for sending with our own IP headers. The
// kernel does less for each packet than on the one that receives; and nobody polls it,
// where the poller would be woken by every packet that has left.
type direct struct {
	fd int // -1 when closed
}

func newDirect() (*direct, error) {
	fd, err := engineSocket(unix.SOCK_RAW, unix.IPPROTO_RAW)
	if err != nil {
		return nil, err
	}
	// What the kernel believes of the path, or was made to believe, does not keep
	// packets back here; the headers say what may be fragmented.
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE); err != nil {
		unix.Close(fd)
		return nil, err
	}
	// What arrives with its protocol number is nobody's: keep as little as can be.
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 0)
	return &direct{fd}, nil
}

func (s *direct) close() {
	if s != nil && s.fd >= 0 {
		unix.Close(s.fd)
		s.fd = -1
	}
}

// send is b.run on this socket; nil is the usual one.
func (s *direct) send(b *batch, usual syscall.RawConn, n int) (int, error) {
	if s == nil {
		return b.run(usual, n)
	}
	if s.fd < 0 {
		return 0, os.ErrClosed
	}
	b.want, b.got, b.err = n, 0, nil
	b.syscall(uintptr(s.fd))
	return b.got, b.err
}

// addHeader appends the IP header of an ESP packet to the memory of message i. The
// kernel fills in lengths, identification and checksum.
func (b *batch) addHeader(i int, d *packet.Datagram) {
	h := &b.header[i]
	putHeader(h, d)
	b.add(i, h[:])
}

// putHeader is the IP header of an ESP packet but for lengths, identification and
// checksum.
func putHeader(h *[ipHeaderLen]byte, d *packet.Datagram) {
	const ttl = 64
	*h = [ipHeaderLen]byte{0: 0x45, 1: d.TOS, 8: ttl, 9: unix.IPPROTO_ESP}
	if d.DF {
		h[6] = 0x40
	}
	if local := d.Local.Addr(); local.Is4() {
		a := local.As4()
		copy(h[12:], a[:])
	}
	a := d.Remote.Addr().As4()
	copy(h[16:], a[:])
}
