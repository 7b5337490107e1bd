package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

const (
	batchSize  = 128
	maxGRO     = 64 // datagrams in one UDP_SEGMENT message
	maxUDP     = 65507
	groBuffers = 32 // where the link joins nothing, each holds one datagram
	// Room for a burst of a few milliseconds while the receiver is not scheduled.
	socketBuffer = 8 << 20
)

// Conn is a wildcard-bound socket of the engine: UDP, or protocol 50. What it
// sends carries the engine's mark, so it is never protected again, and leaves
// from Datagram.Local. One goroutine receives; several may send at a time.
type Conn struct {
	file   *os.File
	raw    syscall.RawConn
	local  uint16 // port, 0 on protocols 50 and 51
	closed atomic.Bool
	whole  bool // packets have their IP headers, as on protocol 51

	// rx is exclusively owned by Receive.
	rx  batch
	gro *groReader // nil unless the socket joins datagrams

	txMu   sync.Mutex
	tx     batch
	gso    bool     // UDP_SEGMENT works; guarded by txMu
	df     dfSwitch // whether the kernel sets DF in UDP packets; guarded by txMu
	direct *direct  // on protocol 50; guarded by txMu

	straight *straight // on protocol 50 where the kernel can; guarded by txMu
}

// ListenUDP binds the port on all addresses. Port 4500, which carries ESP,
// joins and splits datagrams in the kernel where that is possible.
func (k *Kernel) ListenUDP(port uint16) (*Conn, error) {
	fd, err := engineSocket(unix.SOCK_DGRAM, unix.IPPROTO_UDP)
	if err != nil {
		return nil, err
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: int(port)}); err != nil {
		unix.Close(fd)
		return nil, bindError(port, err)
	}
	c, err := newConn(fd, port)
	if err == nil && port == 4500 {
		// Both are a matter of speed: Linux 5.0 has them, older ones do without.
		_, err := unix.GetsockoptInt(fd, unix.SOL_UDP, unix.UDP_SEGMENT)
		c.gso = err == nil
		if g := newGROReader(); g != nil {
			if unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_GRO, 1) == nil {
				c.gro = g
			} else {
				g.release()
			}
		}
	}
	return c, err
}

// ListenESP receives all packets of protocol 50. While it is open the kernel
// does not answer them with protocol unreachable.
func (k *Kernel) ListenESP() (*Conn, error) {
	fd, err := engineSocket(unix.SOCK_RAW, unix.IPPROTO_ESP)
	if err != nil {
		return nil, err
	}
	c, err := newConn(fd, 0)
	if err != nil {
		return nil, err
	}
	if c.direct, err = newDirect(); err != nil {
		c.file.Close()
		return nil, err
	}
	c.straight = newStraight(&k.out)
	return c, nil
}

// ListenAH receives all packets of protocol 51, with their IP headers, which AH protects;
// and it sends packets of any protocol that have one. Fragments arrive reassembled, but
// nothing is fragmented. While it is open the kernel does not answer AH with protocol
// unreachable.
func (k *Kernel) ListenAH() (*Conn, error) {
	fd, err := engineSocket(unix.SOCK_RAW, unix.IPPROTO_AH)
	if err != nil {
		return nil, err
	}
	c, err := newConn(fd, 0)
	if err != nil {
		return nil, err
	}
	c.whole = true
	if c.direct, err = newDirect(); err != nil {
		c.file.Close()
		return nil, err
	}
	return c, nil
}

func engineSocket(kind, proto int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, kind|unix.SOCK_CLOEXEC, proto)
	if err != nil {
		return -1, privilege("raw socket", err)
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_MARK, markEngine); err != nil {
		unix.Close(fd)
		return -1, privilege("socket mark", err)
	}
	for _, opt := range []int{unix.SO_RCVBUF, unix.SO_SNDBUF} {
		force := map[int]int{unix.SO_RCVBUF: unix.SO_RCVBUFFORCE, unix.SO_SNDBUF: unix.SO_SNDBUFFORCE}[opt]
		if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, socketBuffer) != nil {
			// In a user namespace the machine's limit holds.
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, opt, socketBuffer)
		}
	}
	err = errors.Join(
		setDF(fd, false),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVTOS, 1),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_PKTINFO, 1))
	if err != nil {
		unix.Close(fd)
		return -1, fmt.Errorf("kernel: socket options: %w", err)
	}
	return fd, nil
}

func newConn(fd int, port uint16) (*Conn, error) {
	c := &Conn{file: os.NewFile(uintptr(fd), "socket"), local: port}
	raw, err := c.file.SyscallConn()
	if err != nil {
		c.file.Close()
		return nil, err
	}
	c.raw = raw
	c.df.init()
	c.rx.init(unix.SYS_RECVMMSG)
	c.tx.init(unix.SYS_SENDMMSG)
	return c, nil
}

// BatchSize is the largest number of datagrams that one Receive returns.
func (c *Conn) BatchSize() int { return batchSize }

// Close makes a blocked Receive return an error. Safe to call twice.
func (c *Conn) Close() error {
	c.txMu.Lock()
	c.direct.close()
	c.straight.close()
	c.straight = nil
	c.txMu.Unlock()
	c.closed.Store(true)
	_ = c.raw.Control(func(fd uintptr) {
		_ = unix.Shutdown(int(fd), unix.SHUT_RD) // "not connected", but it wakes who waits
	})
	if err := c.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

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

// receive is one turn of Receive: one datagram of the socket is one of d.
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
		if c.rx.truncated(i) {
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
		d[i].N, d[i].Remote, d[i].TOS = size, c.rx.remote(i, c.local), info.tos
		d[i].Local = netip.AddrPortFrom(info.dst, c.local)
		if n != i {
			d[n].N = copy(d[n].Buf, d[i].Buf[:size])
			d[n].Local, d[n].Remote, d[n].TOS = d[i].Local, d[i].Remote, d[i].TOS
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

// survivable keeps only the error of a closed socket; what else a receive
// reports (no memory for the moment, an ICMP error) concerns no datagram of ours.
func survivable(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
