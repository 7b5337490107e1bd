package kernel

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/google/nftables/binaryutil"
	"golang.org/x/sys/unix"
)

// transactor sends scripts. Nobody waits for an answer to each message: those for a long
// transaction would not fit in the socket's buffer. The kernel has done all when the call
// returns, and speaks only of what it could not do.
type transactor struct {
	fd   int
	most int    // octets of one transaction
	done uint32 // transactions that the kernel has carried out
}

func newTransactor(most int) (*transactor, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	t := &transactor{fd: fd, most: most}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		t.close()
		return nil, os.NewSyscallError("bind", err)
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1) // errors without the message
	const wanted = 64 << 20
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, wanted) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF, wanted) // as much as the machine allows
	}
	if size, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUF); err == nil && (most == 0 || size-32 < most) {
		t.most = size - 32 // netlink_sendmsg
	}
	return t, nil
}

func (t *transactor) close() { unix.Close(t.fd) }

// envelope is what begins and ends a transaction.
func envelope(kind uint16) []byte {
	b := make([]byte, unix.SizeofNlMsghdr, unix.SizeofNlMsghdr+4)
	binary.NativeEndian.PutUint32(b, unix.SizeofNlMsghdr+4)
	binary.NativeEndian.PutUint16(b[4:], kind)
	binary.NativeEndian.PutUint16(b[6:], unix.NLM_F_REQUEST)
	return append(b, 0, 0, 0, unix.NFNL_SUBSYS_NFTABLES) // the subsystem is in network order
}

const envelopes = 2 * (unix.SizeofNlMsghdr + 4)

// fits reports whether a script can be one transaction.
func (t *transactor) fits(s *script) bool { return s.size+envelopes <= t.most }

// errTooLong says that a transaction cannot be as long as it would have to.
var errTooLong = errors.New("kernel: too long for a transaction of nftables")

// once sends a script as one transaction: all of it is done or nothing.
func (t *transactor) once(s *script) error {
	switch {
	case s.err != nil:
		return s.err
	case len(s.messages) == 0:
		return nil
	case !t.fits(s):
		return fmt.Errorf("%w: %d octets; the machine allows %d (sysctl net.core.wmem_max)", errTooLong, s.size+envelopes, t.most)
	}
	b := append(make([]byte, 0, s.size+envelopes), envelope(unix.NFNL_MSG_BATCH_BEGIN)...)
	for i, m := range s.messages {
		if i == len(s.messages)-1 {
			binary.NativeEndian.PutUint16(m[6:], binary.NativeEndian.Uint16(m[6:])|unix.NLM_F_ACK)
		}
		b = append(b, m...)
	}
	b = append(b, envelope(unix.NFNL_MSG_BATCH_END)...)
	if err := unix.Sendto(t.fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return os.NewSyscallError("sendto", err)
	}
	if err := t.answer(); err != nil {
		return err
	}
	t.done++
	return nil
}

// inParts sends a script as transactions that are as long as they may be. Packets must not
// meet what it makes, or removes. It returns how many messages were done.
func (t *transactor) inParts(s *script) (n int, err error) {
	var part script
	for _, m := range s.messages {
		if part.size+len(m)+envelopes > t.most {
			if err := t.once(&part); err != nil {
				return n, err
			}
			n += len(part.messages)
			part = script{}
		}
		part.take(m)
	}
	part.err = s.err
	if err := t.once(&part); err != nil {
		return n, err
	}
	return len(s.messages), nil
}

// answer reads what the kernel says of the transaction: the first error, or that the last
// message was done.
func (t *transactor) answer() (err error) {
	buf := make([]byte, 1<<15)
	for flags := 0; ; flags = unix.MSG_DONTWAIT {
		n, _, e := unix.Recvfrom(t.fd, buf, flags)
		switch {
		case e == unix.EINTR:
			continue
		case e == unix.EAGAIN:
			return err
		case e != nil: // ENOBUFS: there were errors that it had no room for
			return cmp.Or(err, os.NewSyscallError("recvfrom", e))
		}
		for b := buf[:n]; len(b) >= unix.SizeofNlMsghdr+4; {
			size := int(binary.NativeEndian.Uint32(b))
			if size < unix.SizeofNlMsghdr+4 || size > len(b) {
				return cmp.Or(err, errors.New("kernel: nftables: answer cut short"))
			}
			if binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_ERROR {
				if errno := int32(binary.NativeEndian.Uint32(b[unix.SizeofNlMsghdr:])); errno != 0 {
					err = cmp.Or[error](err, unix.Errno(-errno))
				}
			}
			b = b[min(len(b), (size+3)&^3):]
		}
	}
}

// generation is the number of the state that all rules of the namespace are in: each
// transaction, of whomever, makes a new one.
func generation() (uint32, error) {
	t, err := newTransactor(0)
	if err != nil {
		return 0, err
	}
	defer t.close()
	s := script{}
	s.done(put(unix.NFT_MSG_GETGEN, 0))
	if err := unix.Sendto(t.fd, s.messages[0], 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, os.NewSyscallError("sendto", err)
	}
	buf := make([]byte, 1<<12)
	n, _, err := unix.Recvfrom(t.fd, buf, 0)
	if err != nil {
		return 0, os.NewSyscallError("recvfrom", err)
	}
	const head = unix.SizeofNlMsghdr + 4
	if n < head+8 || binary.NativeEndian.Uint16(buf[4:]) != unix.NFNL_SUBSYS_NFTABLES<<8|unix.NFT_MSG_NEWGEN ||
		binary.NativeEndian.Uint16(buf[head+2:]) != unix.NFTA_GEN_ID {
		return 0, errors.New("kernel: nftables: no generation")
	}
	return binaryutil.BigEndian.Uint32(buf[head+4 : head+8]), nil
}
