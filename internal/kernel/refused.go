package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
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

// Of linux/netfilter/nfnetlink_log.h, which x/sys has not got.
const (
	nfulnlMsgPacket, nfulnlMsgConfig = 0, 1
	nfulaCfgCmd, nfulaCfgMode        = 1, 2
	nfulnlCfgCmdBind                 = 1
	nfulnlCopyPacket                 = 2
	nfulaPayload                     = 9
)

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

// headerLen is all of an IPv4 packet that matters here.
const headerLen = 20

// WatchRefused calls refused with a sample of the packets that arrive in clear and
// should have been encrypted, until ctx ends. Counters has the number of all.
func (k *Kernel) WatchRefused(ctx context.Context, refused func(Refused)) error {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return fmt.Errorf("kernel: packet log: %w", err)
	}
	defer context.AfterFunc(ctx, func() { c.Close() })()
	defer c.Close()
	// Bind to the group; have the headers copied.
	mode := append(binary.BigEndian.AppendUint32(nil, headerLen), nfulnlCopyPacket, 0)
	for _, a := range []netlink.Attribute{
		{Type: nfulaCfgCmd, Data: []byte{nfulnlCfgCmdBind}},
		{Type: nfulaCfgMode, Data: mode},
	} {
		b, err := netlink.MarshalAttributes([]netlink.Attribute{a})
		if err != nil {
			return err
		}
		_, err = c.Execute(netlink.Message{
			Header: netlink.Header{Type: unix.NFNL_SUBSYS_ULOG<<8 | nfulnlMsgConfig, Flags: netlink.Request | netlink.Acknowledge},
			Data:   append([]byte{unix.AF_INET, 0, refusedGroup >> 8, refusedGroup & 0xff}, b...),
		})
		if err != nil {
			return fmt.Errorf("kernel: packet log: %w", err)
		}
	}
	for {
		ms, err := c.Receive()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !errors.Is(err, unix.ENOBUFS) { // that one is a lost sample
			return fmt.Errorf("kernel: packet log: %w", err)
		}
		for _, m := range ms {
			if r, ok := decodeRefused(m); ok {
				refused(r)
			}
		}
	}
}

// decodeRefused reads the headers out of a message of the packet log.
func decodeRefused(m netlink.Message) (r Refused, ok bool) {
	const family = 4 // struct nfgenmsg
	if m.Header.Type != unix.NFNL_SUBSYS_ULOG<<8|nfulnlMsgPacket || len(m.Data) < family {
		return r, false
	}
	attrs, err := netlink.UnmarshalAttributes(m.Data[family:])
	if err != nil {
		return r, false
	}
	for _, a := range attrs {
		if p := a.Data; a.Type == nfulaPayload && len(p) >= headerLen {
			return Refused{Src: netip.AddrFrom4([4]byte(p[12:])), Dst: netip.AddrFrom4([4]byte(p[16:])), Protocol: p[9]}, true
		}
	}
	return r, false
}
