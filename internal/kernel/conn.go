package kernel

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"

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
	gso    bool           // UDP_SEGMENT works; guarded by txMu
	mode   outgoingSwitch // of UDP; guarded by txMu
	direct *direct        // on protocol 50; guarded by txMu

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
		setOutgoing(fd, unix.IP_PMTUDISC_DONT),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVTOS, 1),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVTTL, 1),
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
	c.mode.init()
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
