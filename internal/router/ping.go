package router

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"conft/internal/kernel"
)

// PingRequest is one `ping` command.
type PingRequest struct {
	Target, Source netip.Addr // Source is zero when the kernel chooses
	Count, Size    int        // Size is that of the whole IP datagram
	Sweep          Sweep      // instead of Size
	Timeout        time.Duration
	DF             bool
	TOS            uint8
	Pattern        uint16 // repeated as the data
	Validate       bool   // the data of the replies is compared
	Options        string // octets of the IP header's options, padded; a source route names the routers before Target
}

// Sweep are sizes from Min to Max, in steps of Step; the zero value is none.
type Sweep struct{ Min, Max, Step int }

// Sizes is how many there are.
func (s Sweep) Sizes() int {
	if s.Step == 0 {
		return 1
	}
	return (s.Max-s.Min)/s.Step + 1
}

// Total is how many requests are sent: Count for each size.
func (p *PingRequest) Total() int { return p.Count * p.Sweep.Sizes() }

// size is that of the nth request.
func (p *PingRequest) size(n int) int {
	if p.Sweep.Step == 0 {
		return p.Size
	}
	return p.Sweep.Min + n%p.Sweep.Sizes()*p.Sweep.Step
}

// PingReply is the outcome of one echo request.
type PingReply struct {
	Symbol byte // '!' reply, '.' time-out, 'U' unreachable, 'Q' source quench, 'M' could not fragment, '?' unknown, '&' TTL exceeded
	RTT    time.Duration
	Size   int        // of the request
	From   netip.Addr // who answered
	MTU    int        // that 'M' names, 0 for none

	Options []byte // of the IP header of what was answered
}

var pingSymbols = map[kernel.PingResult]byte{
	kernel.PingTimeout: '.', kernel.PingReply: '!', kernel.PingUnreachable: 'U', kernel.PingTooBig: 'M',
	kernel.PingQuench: 'Q', kernel.PingExpired: '&', kernel.PingUnknown: '?',
}

// Ping sends echo requests one after the other. One that is under way when ctx ends is lost, as on IOS.
func (r *Router) Ping(ctx context.Context, p PingRequest, each func(PingReply)) error {
	for n := range p.Total() {
		size := p.size(n)
		out, err := r.kernel.Ping(ctx, kernel.PingOptions{Dst: p.Target, Src: p.Source, Size: size, Timeout: p.Timeout,
			DF: p.DF, TOS: p.TOS, Pattern: p.Pattern, Check: p.Validate, Options: p.Options})
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("ping: %w", err)
		}
		each(PingReply{Symbol: pingSymbols[out.Result], RTT: out.RTT, Size: size, From: out.From, MTU: out.MTU, Options: out.Options})
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}
