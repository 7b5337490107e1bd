package kernel

import (
	"context"
	"net/netip"

	"github.com/google/nftables/expr"
)

// Refused is a packet that arrived in clear and should have been encrypted.
type Refused struct {
	Src, Dst netip.Addr
	Protocol uint8
}

// refuse is where packets in clear end. One a minute is shown to WatchRefused, as
// often as IOS has a message about them: anybody on the path can send them.
func refuse() chain {
	return chain{name: "refuse", rules: []rule{
		join(limit(1, expr.LimitTimeMinute, 1), logTo(refusedGroup, headerLen, "")),
		verdict(expr.VerdictDrop),
	}}
}

// WatchRefused calls refused with a sample of the packets that arrive in clear and
// should have been encrypted, until ctx ends. Counters has the number of all.
func (k *Kernel) WatchRefused(ctx context.Context, refused func(Refused)) error {
	return watchLog(ctx, refusedGroup, headerLen, func(l logRecord) {
		if p := l.octets; len(p) >= headerLen {
			refused(Refused{Src: netip.AddrFrom4([4]byte(p[12:])), Dst: netip.AddrFrom4([4]byte(p[16:])), Protocol: p[9]})
		}
	})
}
