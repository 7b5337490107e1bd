package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ProbeOptions describe one UDP datagram of traceroute.
type ProbeOptions struct {
	Dst     netip.Addr
	Src     netip.Addr // zero: by the routing table
	Port    uint16
	TTL     int
	Timeout time.Duration
}

// ProbeOutcome is what became of a probe: the ICMP error that came, from whom and when;
// without one From is zero.
type ProbeOutcome struct {
	From       netip.Addr
	RTT        time.Duration
	Type, Code uint8 // of the ICMP message
}

// Probe sends one datagram to a port that nobody is expected to listen on, and waits for
// the ICMP error about it. The packet takes the way of every packet of the router itself,
// through the crypto ACLs too. err is set when it could not be sent for a reason that is
// ours, or when ctx ended.
func (k *Kernel) Probe(ctx context.Context, o ProbeOptions) (out ProbeOutcome, err error) {
	src := ""
	if o.Src.IsValid() {
		src = o.Src.String()
	}
	errs, err := net.ListenPacket("ip4:icmp", src)
	if err != nil {
		return out, privilege("traceroute", err)
	}
	defer errs.Close()
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		control := c.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, o.TTL) })
		return errors.Join(control, err)
	}}
	conn, err := lc.ListenPacket(ctx, "udp4", net.JoinHostPort(src, "0"))
	if err != nil {
		return out, fmt.Errorf("kernel: traceroute: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { errs.SetReadDeadline(time.Unix(1, 0)) })()
	start := time.Now()
	errs.SetReadDeadline(start.Add(o.Timeout))
	var data [12]byte
	if _, err := conn.WriteTo(data[:], net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.Dst, o.Port))); err != nil {
		return out, notSent(ctx, "traceroute", o.Timeout, err)
	}
	local := uint16(conn.LocalAddr().(*net.UDPAddr).Port)
	buf := make([]byte, 1<<16)
	for {
		n, from, err := errs.ReadFrom(buf)
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return out, nil
		case err != nil:
			return out, fmt.Errorf("kernel: traceroute: %w", err)
		}
		addr, _ := netip.AddrFromSlice(from.(*net.IPAddr).IP)
		if addr = addr.Unmap(); o.about(buf[:n], addr, local) {
			return ProbeOutcome{From: addr, RTT: time.Since(start), Type: buf[0], Code: buf[1]}, nil
		}
	}
}

// about reports whether an ICMP message is an error about the probe from a port.
func (o ProbeOptions) about(msg []byte, from netip.Addr, local uint16) bool {
	if len(msg) < icmpLen {
		return false
	}
	dst, udp, ok := quoted(msg, from)
	return ok && dst == o.Dst && binary.BigEndian.Uint16(udp[:]) == local && binary.BigEndian.Uint16(udp[2:]) == o.Port
}
