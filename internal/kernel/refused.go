package kernel

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Refused is a packet that arrived in clear and should have been encrypted.
type Refused struct {
	Src, Dst netip.Addr
	Protocol uint8
}

// refusedGroup is the group of the kernel's packet log that samples of refused
// packets go to.
const refusedGroup = 0x6366

// refuse is where packets in clear end. One a minute is shown to WatchRefused, as
// often as IOS has a message about them: anybody on the path can send them.
func refuse() chain {
	return chain{name: "refuse", rules: []rule{
		{fmt.Sprintf("limit rate 1/minute burst 1 packets log group %d snaplen %d", refusedGroup, headerLen), []expr.Any{
			&expr.Limit{Type: expr.LimitTypePkts, Rate: 1, Unit: expr.LimitTimeMinute, Burst: 1},
			&expr.Log{Key: 1<<unix.NFTA_LOG_GROUP | 1<<unix.NFTA_LOG_SNAPLEN, Group: refusedGroup, Snaplen: headerLen},
		}},
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
