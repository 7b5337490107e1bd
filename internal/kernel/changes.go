package kernel

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// changes hears from the kernel what changes in its tables: routes, rules, links,
// addresses and neighbours from one socket, netfilter from the other. What changed
// before a call of routes or rules that call finds.
type changes struct {
	route, filter int
	buf           [16 << 10]byte
}

func newChanges() (*changes, error) {
	c := &changes{route: -1, filter: -1}
	var err error
	if c.route, err = listen(unix.NETLINK_ROUTE, unix.RTNLGRP_LINK, unix.RTNLGRP_NEIGH, unix.RTNLGRP_IPV4_IFADDR,
		unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_IPV4_RULE); err == nil {
		// Kernels before 5.3 have no nexthop objects.
		_ = unix.SetsockoptInt(c.route, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, unix.RTNLGRP_NEXTHOP)
		c.filter, err = listen(unix.NETLINK_NETFILTER, unix.NFNLGRP_NFTABLES)
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func listen(protocol int, groups ...int) (int, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		unix.Close(fd)
		return -1, os.NewSyscallError("bind", err)
	}
	for _, g := range groups {
		if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, g); err != nil {
			unix.Close(fd)
			return -1, os.NewSyscallError("setsockopt", err)
		}
	}
	return fd, nil
}

func (c *changes) close() {
	for _, fd := range []int{c.route, c.filter} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// routes makes s forget the hops that may have changed.
func (c *changes) routes(s *straight) {
	for {
		n, more := c.read(c.route)
		switch {
		case !more:
			return
		case n == 0: // messages were lost
			clear(s.hops)
		}
		for b := c.buf[:n]; len(b) >= unix.SizeofNlMsghdr; {
			size := int(binary.NativeEndian.Uint32(b))
			if size < unix.SizeofNlMsghdr || size > len(b) {
				clear(s.hops)
				break
			}
			s.hear(binary.NativeEndian.Uint16(b[4:]), b[unix.SizeofNlMsghdr:size])
			b = b[min(len(b), (size+3)&^3):]
		}
	}
}

// rules makes s forget whether rules look at what leaves.
func (c *changes) rules(s *straight) {
	for {
		if _, more := c.read(c.filter); !more {
			return
		}
		s.asked = false
	}
}

// read returns false when there is nothing more to hear, and 0 when something has been
// missed.
func (c *changes) read(fd int) (n int, more bool) {
	for {
		r, _, e := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&c.buf[0])), uintptr(len(c.buf)), unix.MSG_DONTWAIT, 0, 0)
		switch e {
		case 0:
			return int(r), true
		case unix.EINTR:
		case unix.EAGAIN:
			return 0, false
		case unix.ENOBUFS:
			return 0, true
		default: // closed
			return 0, false
		}
	}
}

// hear takes one message. A neighbour concerns the hops by it, and only when it is no
// longer where it was; anything else may concern all.
func (s *straight) hear(kind uint16, b []byte) {
	if kind != unix.RTM_NEWNEIGH && kind != unix.RTM_DELNEIGH {
		clear(s.hops)
		return
	}
	// struct ndmsg: family, three octets, index, state, flags, type
	if len(b) < unix.SizeofNdMsg || b[0] != unix.AF_INET {
		return
	}
	link, state := int(int32(binary.NativeEndian.Uint32(b[4:]))), binary.NativeEndian.Uint16(b[8:])
	var at netip.Addr
	var mac []byte
	for b = b[unix.SizeofNdMsg:]; len(b) >= unix.SizeofRtAttr; {
		size := int(binary.NativeEndian.Uint16(b))
		if size < unix.SizeofRtAttr || size > len(b) {
			break
		}
		switch data := b[unix.SizeofRtAttr:size]; binary.NativeEndian.Uint16(b[2:]) {
		case unix.NDA_DST:
			at, _ = netip.AddrFromSlice(data)
		case unix.NDA_LLADDR:
			mac = data
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	for e, h := range s.hops {
		if h.link != 0 && (h.link != link || h.via != at) {
			continue
		}
		if h.link == 0 || kind == unix.RTM_DELNEIGH || state&neighbourKnown == 0 || !bytes.Equal(mac, h.ether[:6]) {
			delete(s.hops, e)
		}
	}
}

// legacyTables reports whether rules of iptables before nftables may be there.
func legacyTables() bool {
	b, err := os.ReadFile("/proc/thread-self/net/ip_tables_names")
	return err == nil && len(bytes.TrimSpace(b)) > 0
}
