package kernel

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Links returns all links but lo and our TUNs, in order of their index.
func (k *Kernel) Links() ([]LinkState, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	all, err := links()
	return slices.DeleteFunc(all, func(l LinkState) bool { return k.tuns[l.Name] != nil }), err
}

// RouteEntry is one row of the main IPv4 table.
type RouteEntry struct {
	Prefix    netip.Prefix
	Via       netip.Addr // zero: directly connected
	Link      string
	Metric    int
	Connected bool // made by the kernel for an address
	Static    bool // made by Apply
	Null      bool // packets are answered with ICMP unreachable
}

// RouteTable returns the main IPv4 table.
func (k *Kernel) RouteTable() ([]RouteEntry, error) {
	list, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: unix.RT_TABLE_MAIN}, netlink.RT_FILTER_TABLE)
	if err != nil {
		return nil, fmt.Errorf("kernel: ip route show: %w", err)
	}
	links, err := netlink.LinkList()
	if err != nil {
		return nil, fmt.Errorf("kernel: ip link show: %w", err)
	}
	name := map[int]string{}
	for _, l := range links {
		name[l.Attrs().Index] = l.Attrs().Name
	}
	var all []RouteEntry
	for _, r := range list {
		e := RouteEntry{
			Prefix: prefix(r.Dst), Link: name[r.LinkIndex], Metric: r.Priority,
			Connected: r.Protocol == unix.RTPROT_KERNEL, Static: r.Protocol == protocolConft,
			Null: r.Type == unix.RTN_UNREACHABLE,
		}
		e.Via, _ = netip.AddrFromSlice(r.Gw.To4())
		all = append(all, e)
	}
	return all, nil
}

// Watch calls changed whenever links, IPv4 addresses, filters or rules changed,
// until ctx ends: by Apply itself, or by someone who undoes it. It is called from
// two goroutines and may call the Kernel; what changes meanwhile is reported
// afterwards.
func (k *Kernel) Watch(ctx context.Context, changed func()) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	rules := make(chan error, 1)
	go func() { rules <- watch(ctx, unix.NETLINK_NETFILTER, changed, unix.NFNLGRP_NFTABLES) }()
	err := watch(ctx, unix.NETLINK_ROUTE, changed, unix.RTNLGRP_LINK, unix.RTNLGRP_IPV4_IFADDR, unix.RTNLGRP_TC)
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
	buf := make([]byte, 1<<16)
	for {
		// What is in the messages does not matter: whoever is told reads anew.
		// ENOBUFS says that some were lost, which is a change too.
		if _, err := f.Read(buf); err != nil && !errors.Is(err, unix.ENOBUFS) {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("kernel: netlink: %w", err)
		}
		changed()
	}
}
