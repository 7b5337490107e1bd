package kernel

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"

	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
)

// Translated is a packet as it was and as it is now, by its addresses.
type Translated struct {
	Inward         bool // to the inside
	First          bool // it has made its translation
	Src, NewSrc    netip.Addr
	Dst, NewDst    netip.Addr
	Identification uint16 // of the IPv4 header
}

// translatedGroup is the group of the packet log that translated packets go to while
// NAT.Trace is on.
const translatedGroup = 0x6367

func logPacket() rule {
	return rule{fmt.Sprintf("log group %d snaplen %d", translatedGroup, headerLen), []expr.Any{
		&expr.Log{Key: 1<<unix.NFTA_LOG_GROUP | 1<<unix.NFTA_LOG_SNAPLEN, Group: translatedGroup, Snaplen: headerLen},
	}}
}

// WatchTranslated calls translated with every translated packet while NAT.Trace is
// on, until ctx ends.
func (k *Kernel) WatchTranslated(ctx context.Context, translated func(Translated)) error {
	return watchLog(ctx, translatedGroup, true, func(l logged) {
		if t, ok := l.translated(); ok {
			translated(t)
		}
	})
}

// translated reads the addresses out of the connection: it has them as they are at
// the end where the packet comes from, and where it goes to.
func (l *logged) translated() (t Translated, ok bool) {
	f, err := decodeFlow(l.flow)
	if err != nil {
		return t, false
	}
	const stateNew, reply = 2, 3 // IP_CT_NEW, IP_CT_IS_REPLY
	from, to := f.orig, f.reply
	if l.state >= reply {
		from, to = f.reply, f.orig
	}
	return Translated{
		Inward: f.mark&markInward != 0 != (l.state >= reply), First: l.state == stateNew && f.status&statusConfirmed == 0,
		Src: from.src.Addr(), NewSrc: to.dst.Addr(), Dst: from.dst.Addr(), NewDst: to.src.Addr(),
		Identification: binary.BigEndian.Uint16(l.header[4:]),
	}, true
}
