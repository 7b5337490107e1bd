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
	Options string // octets of the IP header behind its fixed part, whole words
}

// ProbeOutcome is what became of a probe: the ICMP error that came, from whom and when;
// without one From is zero.
type ProbeOutcome struct {
	From       netip.Addr
	RTT        time.Duration
	Type, Code uint8  // of the ICMP message
	Options    []byte // of its IP header
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
	answers, err := openAnswers(errs, o.Options)
	if err != nil {
		return out, err
	}
	defer answers.Close()
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) (err error) {
		control := c.Control(func(fd uintptr) {
			err = errors.Join(unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, o.TTL), setOptions(int(fd), o.Options))
		})
		return errors.Join(control, err)
	}}
	conn, err := lc.ListenPacket(ctx, "udp4", net.JoinHostPort(src, "0"))
	if err != nil {
		return out, fmt.Errorf("kernel: traceroute: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { answers.SetReadDeadline(time.Unix(1, 0)) })()
	start := time.Now()
	answers.SetReadDeadline(start.Add(o.Timeout))
	var data [12]byte
	if _, err := conn.WriteTo(data[:], net.UDPAddrFromAddrPort(netip.AddrPortFrom(o.Dst, o.Port))); err != nil {
		return out, notSent(ctx, "traceroute", o.Timeout, err)
	}
	local := uint16(conn.LocalAddr().(*net.UDPAddr).Port)
	buf := make([]byte, 1<<16)
	for {
		d, err := answers.read(buf)
		switch {
		case ctx.Err() != nil:
			return out, ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return out, nil
		case err != nil:
			return out, fmt.Errorf("kernel: traceroute: %w", err)
		}
		if o.about(d, local) {
			return ProbeOutcome{From: d.from, RTT: time.Since(start), Type: d.msg[0], Code: d.msg[1], Options: d.options}, nil
		}
	}
}

// about reports whether an ICMP message is an error about the probe from a port. By a source
// route it has the addresses of others before that of its destination.
func (o ProbeOptions) about(d icmpAnswer, local uint16) bool {
	if len(d.msg) < icmpLen {
		return false
	}
	dst, udp, ok := quoted(d.msg, d.from)
	return ok && (dst == o.Dst || routed(o.Options)) && binary.BigEndian.Uint16(udp[:]) == local && binary.BigEndian.Uint16(udp[2:]) == o.Port
}
