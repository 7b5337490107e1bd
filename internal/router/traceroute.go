package router

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"conft/internal/kernel"
)

// TraceRequest is one `traceroute` command.
type TraceRequest struct {
	Target, Source netip.Addr // Source is zero when the kernel chooses
	Timeout        time.Duration
	Probes         int // for each TTL
	MinTTL, MaxTTL int
	Port           int    // of the first probe; each has its own
	Options        string // octets of the IP header's options, padded
}

// TraceReply is the outcome of one probe.
type TraceReply struct {
	TTL    int
	From   netip.Addr // zero when nothing came
	RTT    time.Duration
	Symbol string // "!H", "!N", …; "" for a hop on the way and for the target
	Last   bool   // of the probes of this TTL

	Options []byte // of the IP header of the answer
}

// ICMP types and codes, RFC 792 and RFC 1812.
const (
	icmpUnreachable  = 3
	icmpSourceQuench = 4
	icmpTimeExceeded = 11

	codeNet, codeHost, codeProtocol, codePort = 0, 1, 2, 3
	codeNetUnknown, codeHostUnknown           = 6, 7
	codeNetProhibited, codeHostProhibited     = 9, 10
	codeNetTOS, codeHostTOS, codeProhibited   = 11, 12, 13
)

// Traceroute sends probes one after the other, with a TTL that grows until the target or
// one that says it cannot be reached has answered.
func (r *Router) Traceroute(ctx context.Context, q TraceRequest, each func(TraceReply)) error {
	port := q.Port
	for ttl, over := q.MinTTL, false; ttl <= q.MaxTTL && !over; ttl++ {
		for n := range q.Probes {
			out, err := r.kernel.Probe(ctx, kernel.ProbeOptions{Dst: q.Target, Src: q.Source, Port: uint16(port), TTL: ttl, Timeout: q.Timeout, Options: q.Options})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return fmt.Errorf("traceroute: %w", err)
			}
			if port++; port > 65535 {
				port = q.Port
			}
			reply := TraceReply{TTL: ttl, From: out.From, RTT: out.RTT, Last: n == q.Probes-1, Options: out.Options}
			if out.From.IsValid() {
				var end bool
				reply.Symbol, end = traceSymbol(out.Type, out.Code)
				over = over || end
			}
			each(reply)
		}
	}
	return nil
}

// traceSymbol says what an ICMP message means to traceroute, and whether it ends there.
func traceSymbol(kind, code uint8) (symbol string, end bool) {
	switch {
	case kind == icmpTimeExceeded:
		return "", false
	case kind == icmpSourceQuench:
		return "!Q", false
	case kind != icmpUnreachable:
		return "!?", false
	}
	switch code {
	case codePort:
		return "", true
	case codeNet, codeNetUnknown, codeNetTOS:
		return "!N", true
	case codeHost, codeHostUnknown, codeHostTOS:
		return "!H", true
	case codeProtocol:
		return "!P", true
	case codeNetProhibited, codeHostProhibited, codeProhibited:
		return "!A", true
	}
	return "!?", true
}
