package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// PingOptions describe one ICMP echo request.
type PingOptions struct {
	Dst     netip.Addr
	Src     netip.Addr // zero: by the routing table
	Size    int        // octets of the whole IP datagram, as IOS counts; at least 28
	Timeout time.Duration
	DF      bool
	TOS     uint8
}

// PingResult is the fate of an echo request.
type PingResult uint8

const (
	PingTimeout     PingResult = iota // .
	PingReply                         // !
	PingUnreachable                   // U
	PingTooBig                        // M
	PingQuench                        // Q
	PingExpired                       // &
)

const (
	ipHeaderLen = 20
	icmpLen     = 8
)

// ICMP types, RFC 792.
const (
	icmpEchoReply    = 0
	icmpUnreachable  = 3
	icmpSourceQuench = 4
	icmpEcho         = 8
	icmpTimeExceeded = 11

	codeFragNeeded = 4
)

// Ping sends one echo request and waits for its fate. The packet takes the
// way of every packet of the router itself, through the crypto ACLs too. err
// is set when the request could not be sent for a reason that is ours, or when
// ctx ended.
func (k *Kernel) Ping(ctx context.Context, o PingOptions) (PingResult, time.Duration, error) {
	src := ""
	if o.Src.IsValid() {
		src = o.Src.String()
	}
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return o.setOptions(c) }}
	conn, err := lc.ListenPacket(ctx, "ip4:icmp", src)
	if err != nil {
		return PingTimeout, 0, privilege("ping", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
	start := time.Now()
	conn.SetReadDeadline(start.Add(o.Timeout))
	request := o.request(rand.Uint32())
	if _, err := conn.WriteTo(request, &net.IPAddr{IP: o.Dst.AsSlice()}); err != nil {
		return o.unsent(ctx, err)
	}
	buf := make([]byte, 1<<16)
	for {
		n, from, err := conn.ReadFrom(buf)
		switch {
		case ctx.Err() != nil:
			return PingTimeout, 0, ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return PingTimeout, 0, nil
		case err != nil:
			return PingTimeout, 0, fmt.Errorf("kernel: ping: %w", err)
		}
		addr, _ := netip.AddrFromSlice(from.(*net.IPAddr).IP)
		if result, ok := o.fate(buf[:n], request, addr.Unmap()); ok {
			return result, time.Since(start), nil
		}
	}
}

func (o PingOptions) setOptions(c syscall.RawConn) error {
	discover := unix.IP_PMTUDISC_DONT
	if o.DF {
		discover = unix.IP_PMTUDISC_DO
	}
	var errs error
	err := c.Control(func(fd uintptr) {
		errs = errors.Join(
			unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, discover),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, int(o.TOS)),
			unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, 255))
	})
	return errors.Join(err, errs)
}

// request is the ICMP message; id, identifier and sequence number in one,
// tells its answer from those to others.
func (o PingOptions) request(id uint32) []byte {
	b := make([]byte, max(o.Size-ipHeaderLen, icmpLen))
	b[0] = icmpEcho
	binary.BigEndian.PutUint32(b[4:], id)
	for i := icmpLen; i < len(b); i++ {
		b[i] = 0xab + 0x22*byte(i&1) // IOS's pattern 0xABCD
	}
	binary.BigEndian.PutUint16(b[2:], checksum(b))
	return b
}

// unsent judges an error of sending.
func (o PingOptions) unsent(ctx context.Context, err error) (PingResult, time.Duration, error) {
	switch {
	case errors.Is(err, unix.EMSGSIZE):
		return PingTooBig, 0, nil
	case errors.Is(err, unix.EHOSTUNREACH), errors.Is(err, unix.ENETUNREACH), errors.Is(err, unix.ENETDOWN), errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		// No route, or the packet filter threw it away: to IOS it was lost, and
		// it takes as long to find that out.
		t := time.NewTimer(o.Timeout)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		return PingTimeout, 0, ctx.Err()
	}
	return PingTimeout, 0, fmt.Errorf("kernel: ping: %w", err)
}

// fate reads an ICMP message; ok is false when it is not about the request.
func (o PingOptions) fate(msg, request []byte, from netip.Addr) (result PingResult, ok bool) {
	if len(msg) < icmpLen {
		return 0, false
	}
	if msg[0] == icmpEchoReply {
		return PingReply, from == o.Dst && [4]byte(msg[4:8]) == [4]byte(request[4:8])
	}
	// Errors quote the header of what they are about and 8 octets more.
	quoted := msg[icmpLen:]
	if len(quoted) < ipHeaderLen || len(quoted) < int(quoted[0]&15)*4+icmpLen {
		return 0, false
	}
	if dst := netip.AddrFrom4([4]byte(quoted[16:20])); dst != o.Dst || [8]byte(quoted[int(quoted[0]&15)*4:]) != [8]byte(request[:8]) {
		return 0, false
	}
	switch {
	case msg[0] == icmpUnreachable && msg[1] == codeFragNeeded:
		return PingTooBig, true
	case msg[0] == icmpUnreachable:
		return PingUnreachable, true
	case msg[0] == icmpSourceQuench:
		return PingQuench, true
	case msg[0] == icmpTimeExceeded:
		return PingExpired, true
	}
	return 0, false
}

// checksum is the Internet checksum, RFC 1071.
func checksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
