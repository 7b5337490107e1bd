package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// request is a change that is one message to rtnetlink. There may be thousands in a row,
// of which many go to the kernel at once: index gives the number of a link.
type request interface {
	change
	message(index func(link string) (int, error)) (*nl.NetlinkRequest, error)
}

// maxBatch is how many messages go at once, so that a socket has room for what the kernel
// says of them, should it refuse them all.
const maxBatch = 100

// rtnetlink is a socket for messages in batches.
type rtnetlink struct {
	fd  int
	seq uint32
	buf [32 << 10]byte
}

func openRTNetlink() (*rtnetlink, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	// What was refused need not be sent back in full. Kernels before 4.3 do so anyway.
	_ = unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1)
	return &rtnetlink{fd: fd}, nil
}

func (s *rtnetlink) close() { unix.Close(s.fd) }

// perform carries out a batch, in its order. The index is that of the first message that
// was refused; those behind it have been tried, too.
func (s *rtnetlink) perform(reqs []*nl.NetlinkRequest) (refused int, failed error) {
	first := s.seq + 1
	var b []byte
	for i, r := range reqs {
		s.seq++
		r.Seq = s.seq
		r.Flags &^= unix.NLM_F_ACK
		if i == len(reqs)-1 {
			r.Flags |= unix.NLM_F_ACK // errors are said anyway
		}
		b = append(b, r.Serialize()...)
		b = append(b, make([]byte, -len(b)&3)...)
	}
	if err := unix.Sendto(s.fd, b, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return 0, os.NewSyscallError("sendto", err)
	}
	for {
		n, _, err := unix.Recvfrom(s.fd, s.buf[:], 0)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return 0, os.NewSyscallError("recvfrom", err)
		}
		for b := s.buf[:n]; len(b) >= unix.SizeofNlMsghdr; {
			size := int(binary.NativeEndian.Uint32(b))
			if size < unix.SizeofNlMsghdr+4 || size > len(b) {
				return 0, fmt.Errorf("netlink: %w", unix.EBADMSG)
			}
			// struct nlmsgerr: the negative error, then the header it is about
			seq, code := binary.NativeEndian.Uint32(b[8:]), int32(binary.NativeEndian.Uint32(b[unix.SizeofNlMsghdr:]))
			if at := int(seq - first); code != 0 && failed == nil && at < len(reqs) {
				refused, failed = at, unix.Errno(-code)
			}
			if seq == s.seq {
				return refused, failed
			}
			b = b[min(len(b), (size+3)&^3):]
		}
	}
}

// send carries out one message.
func (k *Kernel) send(m request) error {
	_, err := k.sendAll([]request{m})
	return err
}

// sendAll carries out at most maxBatch messages; the index is that of the first that failed.
func (k *Kernel) sendAll(batch []request) (at int, err error) {
	if k.socket == nil {
		if k.socket, err = openRTNetlink(); err != nil {
			return 0, err
		}
	}
	known := map[string]int{}
	index := func(link string) (int, error) {
		if i, ok := known[link]; ok {
			return i, nil
		}
		err := withLink(link, func(l netlink.Link) error {
			known[link] = l.Attrs().Index
			return nil
		})
		return known[link], err
	}
	reqs := make([]*nl.NetlinkRequest, len(batch))
	for i, m := range batch {
		if reqs[i], err = m.message(index); err != nil {
			return i, err
		}
	}
	return k.socket.perform(reqs)
}
