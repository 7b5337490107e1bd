package kernel

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"unsafe"

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// ring is a packet socket with memory that the kernel sends from: a whole batch goes to
// a link in one call, past routing and netfilter. It copies each packet, so that a
// frame is ours again when the call returns, or soon after; the queueing discipline and
// tc see the packets as ever. A ring belongs to who holds Conn.txMu.
type ring struct {
	fd     int
	memory []byte // nil until first used
	next   int    // the frame that the kernel looks at next
	id     uint16 // of the last IP header
	to     unix.RawSockaddrLinklayer
}

// Each frame is a tpacket2_hdr, a virtio header, an Ethernet header and an IP packet.
const (
	ringFrames  = 512
	frameSize   = 2048
	frameHeader = 32 // TPACKET2_HDRLEN less a sockaddr_ll
	virtioLen   = 10
	etherLen    = 14
	frameIP     = frameHeader + virtioLen + etherLen
)

// newRing opens the socket; whether the kernel can do the rest open says later.
func newRing() (*ring, error) {
	// Without a protocol it receives nothing.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	r := &ring{fd: fd, id: uint16(rand.Uint32())}
	for _, o := range []struct{ level, name, value int }{
		{unix.SOL_SOCKET, unix.SO_MARK, markEngine},
		{unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V2},
		// With a virtio header a frame's octets are copied and not lent: a virtual cable
		// says that a packet has left while its receiver has yet to read it.
		{unix.SOL_PACKET, unix.PACKET_VNET_HDR, 1},
	} {
		if err := unix.SetsockoptInt(fd, o.level, o.name, o.value); err != nil {
			r.close()
			return nil, os.NewSyscallError("setsockopt", err)
		}
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, socketBuffer) // else the machine's limit holds
	return r, nil
}

// open makes the memory.
func (r *ring) open() error {
	const block = 1 << 16
	req := unix.TpacketReq{Block_size: block, Block_nr: ringFrames * frameSize / block, Frame_size: frameSize, Frame_nr: ringFrames}
	err := unix.SetsockoptTpacketReq(r.fd, unix.SOL_PACKET, unix.PACKET_TX_RING, &req)
	if err == nil {
		r.memory, err = unix.Mmap(r.fd, 0, ringFrames*frameSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	}
	return err
}

func (r *ring) close() {
	if r.memory != nil {
		unix.Munmap(r.memory)
		r.memory = nil
	}
	unix.Close(r.fd)
}

// fits reports whether a packet of that length has room in a frame.
func (r *ring) fits(length int) bool { return frameIP+length <= frameSize }

// status is that of a frame: 0 while it is ours.
func (r *ring) status(i int) *uint32 {
	return (*uint32)(unsafe.Pointer(&r.memory[i%ringFrames*frameSize]))
}

// send sends the datagrams, which fit, to the same hop, and returns how many of the
// first have left.
func (r *ring) send(h *nextHop, d []packet.Datagram) int {
	n := 0
	for n < len(d) && atomic.LoadUint32(r.status(r.next+n)) == unix.TP_STATUS_AVAILABLE {
		r.fill(r.next+n, h, &d[n])
		n++
	}
	if n == 0 {
		return 0 // the link is slower than we are
	}
	r.to = unix.RawSockaddrLinklayer{Family: unix.AF_PACKET, Protocol: swap(unix.ETH_P_IP), Ifindex: int32(h.link), Halen: 6}
	copy(r.to.Addr[:], h.ether[:6])
	for {
		_, _, e := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(r.fd), 0, 0, unix.MSG_DONTWAIT,
			uintptr(unsafe.Pointer(&r.to)), unix.SizeofSockaddrLinklayer)
		if e != unix.EINTR {
			break
		}
	}
	// Which have left the frames say, not the call. Where the kernel stopped it goes on,
	// so the others are taken back.
	sent := 0
	for sent < n {
		if s := atomic.LoadUint32(r.status(r.next + sent)); s == unix.TP_STATUS_SEND_REQUEST || s == unix.TP_STATUS_WRONG_FORMAT {
			break
		}
		sent++
	}
	for i := sent; i < n; i++ {
		atomic.StoreUint32(r.status(r.next+i), unix.TP_STATUS_AVAILABLE)
	}
	r.next = (r.next + sent) % ringFrames
	return sent
}

// fill makes frame i the datagram, ready to be sent.
func (r *ring) fill(i int, h *nextHop, d *packet.Datagram) {
	i %= ringFrames
	f := r.memory[i*frameSize : (i+1)*frameSize]
	length := ipHeaderLen + len(d.Buf)
	binary.NativeEndian.PutUint32(f[4:], uint32(virtioLen+etherLen+length)) // tp_len
	virtio := f[frameHeader : frameHeader+virtioLen]
	clear(virtio)
	binary.NativeEndian.PutUint16(virtio[2:], uint16(etherLen+length)) // all of it is header: copied
	copy(f[frameHeader+virtioLen:], h.ether[:])
	ip := (*[ipHeaderLen]byte)(f[frameIP:])
	putHeader(ip, d)
	r.id++
	binary.BigEndian.PutUint16(ip[2:], uint16(length))
	binary.BigEndian.PutUint16(ip[4:], r.id)
	binary.BigEndian.PutUint16(ip[10:], packet.Checksum(ip[:]))
	copy(f[frameIP+ipHeaderLen:], d.Buf)
	atomic.StoreUint32(r.status(i), unix.TP_STATUS_SEND_REQUEST)
}
