package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Links returns all links but lo and our TUNs, in order of their index.
func (k *Kernel) Links() ([]LinkState, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, err := links()
	return slices.DeleteFunc(all, func(l LinkState) bool { return k.tuns[l.Name] != nil }), err
}

// Medium returns what the driver of a link says of it; much of it is unknown of virtual
// links.
func (k *Kernel) Medium(link string) Medium { return medium(link) }

// ARPTimeout returns after how many seconds an unconfirmed neighbour on a link may be
// forgotten, 0 when that is not known.
func (k *Kernel) ARPTimeout(link string) int {
	b, _ := os.ReadFile(procSys + "net/ipv4/neigh/" + link + "/gc_stale_time")
	n, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return n
}

// Watch calls changed whenever links, IPv4 addresses, filters or rules changed, or
// routes of ours went, until ctx ends: by Apply itself, or by someone who undoes it. It is called from
// two goroutines and may call the Kernel; what changes meanwhile is reported
// afterwards, and what changed before anybody listened at once.
func (k *Kernel) Watch(ctx context.Context, changed func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rules := make(chan error, 1)
	go func() { rules <- watch(ctx, unix.NETLINK_NETFILTER, changed, unix.NFNLGRP_NFTABLES) }()
	err := watch(ctx, unix.NETLINK_ROUTE, changed, unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_IPV4_ROUTE, unix.RTNLGRP_TC)
	cancel()
	return errors.Join(err, <-rules)
}

// watch listens to the multicast groups of one netlink protocol.
func watch(ctx context.Context, protocol int, changed func(), groups ...int) error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, protocol)
	if err != nil {
		return fmt.Errorf("kernel: netlink socket: %w", err)
	}
	f := os.NewFile(uintptr(fd), "netlink")
	defer f.Close()
	mask := uint32(0)
	for _, g := range groups {
		mask |= 1 << (g - 1)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: mask}); err != nil {
		return fmt.Errorf("kernel: netlink socket: %w", err)
	}
	defer context.AfterFunc(ctx, func() { f.Close() })()
	changed()
	buf := make([]byte, 1<<16)
	for {
		// What is in the messages hardly matters: whoever is told reads anew.
		// ENOBUFS says that some were lost, which is a change too.
		n, err := f.Read(buf)
		if err != nil && !errors.Is(err, unix.ENOBUFS) {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("kernel: netlink: %w", err)
		}
		if err != nil || protocol != unix.NETLINK_ROUTE || concerning(buf[:n]) {
			changed()
		}
	}
}

// concerning reports whether messages of rtnetlink tell of more than routes that are others'
// or new: a routing daemon changes thousands of those.
func concerning(b []byte) bool {
	for len(b) >= unix.SizeofNlMsghdr {
		size := int(binary.NativeEndian.Uint32(b))
		if size < unix.SizeofNlMsghdr+unix.SizeofRtMsg || size > len(b) {
			return true
		}
		const protocolAt = unix.SizeofNlMsghdr + 5 // struct rtmsg: family, two lengths, TOS, table, protocol
		switch binary.NativeEndian.Uint16(b[4:]) {
		case unix.RTM_NEWROUTE:
		case unix.RTM_DELROUTE:
			if b[protocolAt] == protocolConft {
				return true
			}
		default:
			return true
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	return false
}
