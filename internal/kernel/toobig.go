package kernel

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// WatchTooBig calls tooBig with each ICMP message "fragmentation needed and DF set" that
// arrives, until ctx ends. They are as anybody may have sent them; what a message quotes
// is valid until tooBig returns.
func (k *Kernel) WatchTooBig(ctx context.Context, tooBig func(packet.TooBig)) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
	if err != nil {
		return privilege("raw socket", err)
	}
	f := os.NewFile(uintptr(fd), "icmp")
	defer f.Close()
	const (
		icmpFilter  = 1 // ICMP_FILTER of linux/icmp.h
		unreachable = 3
	)
	if err := unix.SetsockoptInt(fd, unix.SOL_RAW, icmpFilter, ^(1 << unreachable)); err != nil {
		return fmt.Errorf("kernel: ICMP filter: %w", err)
	}
	defer context.AfterFunc(ctx, func() { f.Close() })()
	buf := make([]byte, 1<<16)
	for {
		n, err := f.Read(buf)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, os.ErrClosed):
			return fmt.Errorf("kernel: ICMP socket: %w", err)
		case err != nil || n < ipHeaderLen:
			continue // no memory for the moment, say
		}
		// A raw socket delivers the IP header, too.
		head := int(buf[0]&15) * 4
		if head < ipHeaderLen || head > n {
			continue
		}
		if m, err := packet.DecodeTooBig(netip.AddrFrom4([4]byte(buf[12:])), buf[head:n]); err == nil {
			tooBig(m)
		}
	}
}
