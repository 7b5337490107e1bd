package kernel

import (
	"bytes"
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

	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// PingOptions describe one ICMP echo request.
type PingOptions struct {
	Dst     netip.Addr
	Src     netip.Addr // zero: by the routing table
	Size    int        // octets of the whole IP datagram with its options, as IOS counts; at least 28
	Timeout time.Duration
	DF      bool
	TOS     uint8
	Pattern uint16 // repeated as the data
	Check   bool   // a reply with other data than was sent is PingUnknown
	Options string // octets of the IP header behind its fixed part, whole words; a source route names all routers
}

// PingOutcome is what became of an echo request.
type PingOutcome struct {
	Result PingResult
	RTT    time.Duration
	From   netip.Addr // who answered
	MTU    int        // that PingTooBig names, in octets; 0 for none

	Options []byte // of the reply's IP header
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
	PingUnknown                       // ?
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
	icmpParameter    = 12

	codeHost       = 1
	codeFragNeeded = 4
)

// Ping sends one echo request and waits for its fate. The packet takes the
// way of every packet of the router itself, through the crypto ACLs too. err
// is set when the request could not be sent for a reason that is ours, or when
// ctx ended.
func (k *Kernel) Ping(ctx context.Context, o PingOptions) (PingOutcome, error) {
	src := ""
	if o.Src.IsValid() {
		src = o.Src.String()
	}
	lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error { return o.setOptions(c) }}
	conn, err := lc.ListenPacket(ctx, "ip4:icmp", src)
	if err != nil {
		return PingOutcome{}, privilege("ping", err)
	}
	defer conn.Close()
	from, err := openAnswers(conn, o.Options)
	if err != nil {
		return PingOutcome{}, err
	}
	defer from.Close()
	defer context.AfterFunc(ctx, func() { from.SetReadDeadline(time.Unix(1, 0)) })()
	start := time.Now()
	from.SetReadDeadline(start.Add(o.Timeout))
	request := o.request(rand.Uint32())
	if _, err := conn.WriteTo(request, &net.IPAddr{IP: o.Dst.AsSlice()}); err != nil {
		return o.unsent(ctx, err)
	}
	buf := make([]byte, 1<<16)
	for {
		d, err := from.read(buf)
		switch {
		case ctx.Err() != nil:
			return PingOutcome{}, ctx.Err()
		case errors.Is(err, os.ErrDeadlineExceeded):
			return PingOutcome{}, nil
		case err != nil:
			return PingOutcome{}, fmt.Errorf("kernel: ping: %w", err)
		}
		if out, ok := o.fate(d, request); ok {
			out.RTT = time.Since(start)
			return out, nil
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
			unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TTL, 255),
			setOptions(int(fd), o.Options))
	})
	return errors.Join(err, errs)
}

// request is the ICMP message; id, identifier and sequence number in one,
// tells its answer from those to others.
func (o PingOptions) request(id uint32) []byte {
	b := make([]byte, max(o.Size-ipHeaderLen-len(o.Options), icmpLen))
	b[0] = icmpEcho
	binary.BigEndian.PutUint32(b[4:], id)
	for i := icmpLen; i < len(b); i++ {
		b[i] = byte(o.Pattern >> (8 * (1 - i&1)))
	}
	binary.BigEndian.PutUint16(b[2:], packet.Checksum(b))
	return b
}

// unsent judges an error of sending.
func (o PingOptions) unsent(ctx context.Context, err error) (PingOutcome, error) {
	if errors.Is(err, unix.EMSGSIZE) {
		return PingOutcome{Result: PingTooBig}, nil
	}
	return PingOutcome{}, notSent(ctx, "ping", o.Timeout, err)
}

// notSent judges an error of sending: without a route, or when the packet filter threw it
// away, a packet was lost to IOS, and it takes as long to find that out.
func notSent(ctx context.Context, what string, timeout time.Duration, err error) error {
	for _, e := range []error{unix.EHOSTUNREACH, unix.ENETUNREACH, unix.ENETDOWN, unix.EPERM, unix.EACCES} {
		if errors.Is(err, e) {
			t := time.NewTimer(timeout)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
			}
			return ctx.Err()
		}
	}
	return fmt.Errorf("kernel: %s: %w", what, err)
}

// fate reads an ICMP message; ok is false when it is not about the request. By a source
// route a datagram has the addresses of others before that of its destination.
func (o PingOptions) fate(d icmpAnswer, request []byte) (out PingOutcome, ok bool) {
	msg := d.msg
	if len(msg) < icmpLen {
		return out, false
	}
	out.From, out.Options = d.from, d.options
	if msg[0] == icmpEchoReply {
		out.Result = PingReply
		if o.Check && (!bytes.HasPrefix(request[icmpLen:], msg[icmpLen:]) || !d.cut && len(msg) != len(request)) {
			out.Result = PingUnknown
		}
		return out, d.from == o.Dst && [4]byte(msg[4:8]) == [4]byte(request[4:8])
	}
	dst, head, ok := quoted(msg, d.from)
	if !ok || dst != o.Dst && !routed(o.Options) || head != [8]byte(request[:8]) {
		return out, false
	}
	switch {
	case msg[0] == icmpUnreachable && msg[1] == codeFragNeeded:
		out.Result, out.MTU = PingTooBig, int(binary.BigEndian.Uint16(msg[6:]))
	case msg[0] == icmpUnreachable:
		out.Result = PingUnreachable
	case msg[0] == icmpSourceQuench:
		out.Result = PingQuench
	case msg[0] == icmpTimeExceeded:
		out.Result = PingExpired
	default:
		out.Result = PingUnknown
	}
	return out, true
}

// quoted reads what an ICMP error is about: errors quote the header of the packet and 8
// octets more. That the sender itself has found no neighbour is no error: IOS sends itself
// none, and the packet is lost.
func quoted(msg []byte, from netip.Addr) (dst netip.Addr, head [8]byte, ok bool) {
	switch msg[0] {
	case icmpUnreachable, icmpSourceQuench, icmpTimeExceeded, icmpParameter:
	default:
		return dst, head, false
	}
	b := msg[icmpLen:]
	if len(b) < ipHeaderLen || len(b) < int(b[0]&15)*4+icmpLen {
		return dst, head, false
	}
	if msg[0] == icmpUnreachable && msg[1] == codeHost && from == netip.AddrFrom4([4]byte(b[12:16])) {
		return dst, head, false
	}
	return netip.AddrFrom4([4]byte(b[16:20])), [8]byte(b[int(b[0]&15)*4:]), true
}
