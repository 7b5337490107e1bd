package kernel

import (
	"unsafe"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Overflowed returns how many datagrams the kernel had no room for in the socket's
// buffer, because nobody read fast enough; 0 where it does not tell.
func (c *Conn) Overflowed() (dropped uint64) {
	// Of linux/sock_diag.h, which x/sys has not got: the array that SO_MEMINFO returns.
	const drops, vars = 8, 9
	_ = c.raw.Control(func(fd uintptr) {
		var info [vars]uint32
		size := uint32(unsafe.Sizeof(info))
		_, _, err := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
		if err == 0 && size == uint32(unsafe.Sizeof(info)) {
			dropped = uint64(info[drops])
		}
	})
	return dropped
}

// tunOverflow likewise returns how many packets found the queue of a TUN full, since it
// was made.
func tunOverflow(name string) uint64 {
	l, err := netlink.LinkByName(name)
	if err != nil || l.Attrs().Statistics == nil {
		return 0
	}
	return l.Attrs().Statistics.TxDropped
}
