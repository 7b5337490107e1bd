package kernel

import (
	"encoding/binary"
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is struct mmsghdr.
type mmsghdr struct {
	hdr unix.Msghdr
	n   uint32
}

// batch is the argument of one recvmmsg or sendmmsg: made once, used for every
// call, so that nothing is allocated per packet.
type batch struct {
	msgs   []mmsghdr
	iovs   [][]unix.Iovec
	names  []unix.RawSockaddrInet4
	ctl    [][128]byte
	header [][ipHeaderLen]byte // IP headers of a raw socket
	count  []int               // datagrams in each message, kept by Send

	trap uintptr
	call func(fd uintptr) // kept here: a closure per call would escape
	want int
	got  int
	err  error
}

func (b *batch) init(trap uintptr) {
	b.trap = trap
	b.msgs = make([]mmsghdr, batchSize)
	b.iovs = make([][]unix.Iovec, batchSize)
	b.names = make([]unix.RawSockaddrInet4, batchSize)
	b.ctl = make([][128]byte, batchSize)
	b.header = make([][ipHeaderLen]byte, batchSize)
	b.count = make([]int, batchSize)
	for i := range b.iovs {
		b.iovs[i] = make([]unix.Iovec, 0, maxGRO)
	}
	b.call = b.syscall
}

// reset makes message i empty, with room for an address.
func (b *batch) reset(i int) {
	b.iovs[i] = b.iovs[i][:0]
	m := &b.msgs[i]
	m.n = 0
	m.hdr = unix.Msghdr{Name: (*byte)(unsafe.Pointer(&b.names[i])), Namelen: unix.SizeofSockaddrInet4}
}

// add appends buf to the memory of message i.
func (b *batch) add(i int, buf []byte) {
	v := unix.Iovec{Base: unsafe.SliceData(buf)}
	v.SetLen(len(buf))
	b.iovs[i] = append(b.iovs[i], v)
	b.msgs[i].hdr.Iov = &b.iovs[i][0]
	b.msgs[i].hdr.SetIovlen(len(b.iovs[i]))
}

// wantControl gives message i room for control messages.
func (b *batch) wantControl(i int) {
	b.msgs[i].hdr.Control = &b.ctl[i][0]
	b.msgs[i].hdr.SetControllen(len(b.ctl[i]))
}

// address says from where to where message i goes; a segment of 0 means that
// it is a single datagram.
func (b *batch) address(i int, local netip.Addr, remote netip.AddrPort, tos uint8, segment int) {
	b.names[i] = unix.RawSockaddrInet4{Family: unix.AF_INET, Port: swap(remote.Port()), Addr: remote.Addr().As4()}
	c := b.ctl[i][:0]
	if local.IsValid() {
		c = control(c, unix.IPPROTO_IP, unix.IP_PKTINFO, unix.SizeofInet4Pktinfo)
		info := (*unix.Inet4Pktinfo)(unsafe.Pointer(&c[len(c)-unix.CmsgSpace(unix.SizeofInet4Pktinfo)+unix.CmsgLen(0)]))
		*info = unix.Inet4Pktinfo{Spec_dst: local.As4()}
	}
	if tos != 0 {
		c = control(c, unix.IPPROTO_IP, unix.IP_TOS, 4)
		binary.NativeEndian.PutUint32(c[len(c)-unix.CmsgSpace(4)+unix.CmsgLen(0):], uint32(tos))
	}
	if segment != 0 {
		c = control(c, unix.SOL_UDP, unix.UDP_SEGMENT, 2)
		binary.NativeEndian.PutUint16(c[len(c)-unix.CmsgSpace(2)+unix.CmsgLen(0):], uint16(segment))
	}
	if len(c) > 0 {
		b.msgs[i].hdr.Control = &c[0]
		b.msgs[i].hdr.SetControllen(len(c))
	}
}

// control appends the header of a control message and cleared room for its data.
func control(c []byte, level, kind int32, size int) []byte {
	start := len(c)
	c = c[:start+unix.CmsgSpace(size)]
	clear(c[start:])
	h := (*unix.Cmsghdr)(unsafe.Pointer(&c[start]))
	h.Level, h.Type = level, kind
	h.SetLen(unix.CmsgLen(size))
	return c
}

// run makes the call for the first n messages, waiting until the socket is
// ready, and returns for how many of them it was done. With an error it was
// done for those before the one in error.
func (b *batch) run(raw syscall.RawConn, n int) (int, error) {
	b.want, b.got, b.err = n, 0, nil
	if raw.Control(b.call) != nil {
		return 0, os.ErrClosed
	}
	return b.got, b.err
}

// syscall does not tell the scheduler of the call while it cannot block: what it does
// takes a core however long it takes. Told, the scheduler would give that core's share
// of goroutines to another thread and back for every batch.
func (b *batch) syscall(fd uintptr) {
	for b.got < b.want {
		n, _, e := unix.RawSyscall6(b.trap, fd, uintptr(unsafe.Pointer(&b.msgs[b.got])), uintptr(b.want-b.got),
			unix.MSG_DONTWAIT, 0, 0)
		if e == unix.EAGAIN {
			n, e = b.wait(fd)
		}
		switch e {
		case 0:
			b.got += int(n)
			if b.trap == unix.SYS_RECVMMSG {
				return // as many as there were
			}
		case unix.EINTR:
		default:
			b.err = e
			return
		}
	}
}

// wait receives what comes first, and what has come by then; or waits until there is room
// to send. The thread waits in the call itself: a lone packet wakes it and is there, with
// no poller between.
func (b *batch) wait(fd uintptr) (n uintptr, e syscall.Errno) {
	if b.trap == unix.SYS_RECVMMSG {
		n, _, e = unix.Syscall6(b.trap, fd, uintptr(unsafe.Pointer(&b.msgs[0])), uintptr(b.want), unix.MSG_WAITFORONE, 0, 0)
		return n, e
	}
	room := unix.PollFd{Fd: int32(fd), Events: unix.POLLOUT}
	_, _, e = unix.Syscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&room)), 1, 0, 0, 0, 0)
	return 0, e
}

// remote is the sender of message i. A raw socket gives no port.
func (b *batch) remote(i int, local uint16) netip.AddrPort {
	port := swap(b.names[i].Port)
	if local == 0 {
		port = 0
	}
	return netip.AddrPortFrom(netip.AddrFrom4(b.names[i].Addr), port)
}

func (b *batch) truncated(i int) bool { return b.msgs[i].hdr.Flags&unix.MSG_TRUNC != 0 }

// received is what the control messages of a message say.
type received struct {
	dst     netip.Addr // it was sent to
	tos     uint8
	ttl     uint8
	segment int // length of each of joined datagrams, 0 of a single one
}

// control reads the control messages of message i.
func (b *batch) control(i int) (r received) {
	c := b.ctl[i][:b.msgs[i].hdr.Controllen]
	for len(c) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&c[0]))
		size := int(h.Len) - unix.CmsgLen(0)
		if size < 0 || int(h.Len) > len(c) {
			break
		}
		data := c[unix.CmsgLen(0):h.Len]
		switch {
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_PKTINFO && size >= unix.SizeofInet4Pktinfo:
			r.dst = netip.AddrFrom4((*unix.Inet4Pktinfo)(unsafe.Pointer(&data[0])).Addr)
		case h.Level == unix.SOL_UDP && h.Type == unix.UDP_GRO && size >= 4:
			r.segment = int(binary.NativeEndian.Uint32(data))
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_TOS && size >= 1:
			r.tos = data[0]
		case h.Level == unix.IPPROTO_IP && h.Type == unix.IP_TTL && size >= 4:
			r.ttl = uint8(binary.NativeEndian.Uint32(data))
		}
		c = c[min(len(c), unix.CmsgSpace(size)):]
	}
	return r
}

// swap turns a port between host and network order.
func swap(p uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], p)
	return binary.BigEndian.Uint16(b[:])
}
