package kernel

import (
	"context"
	"net/netip"
	"time"
)

// PingOptions describe one ICMP echo request.
type PingOptions struct {
	Dst     netip.Addr
	Src     netip.Addr // zero: by the routing table
	Size    int        // octets of the whole IP datagram, as IOS counts
	Timeout time.Duration
	DF      bool
	TOS     uint8
	TTL     uint8 // zero: 255
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

// Ping sends one echo request and waits for its fate. The packet takes the
// way of every packet of the router itself, through the crypto ACLs too. err
// is set only when nothing could be sent at all.
func (k *Kernel) Ping(ctx context.Context, o PingOptions) (PingResult, time.Duration, error) {
	return PingTimeout, 0, errSkeleton
}
