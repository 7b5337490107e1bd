package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Of linux/netfilter/nfnetlink_log.h, which x/sys has not got.
const (
	nfulnlMsgPacket, nfulnlMsgConfig = 0, 1
	nfulaCfgCmd, nfulaCfgMode        = 1, 2
	nfulnlCfgCmdBind                 = 1
	nfulnlCopyPacket                 = 2

	nfulaInDev, nfulaHWAddr, nfulaPayload, nfulaPrefix = 4, 8, 9, 10
)

// headerLen is all of an IPv4 packet that matters here.
const headerLen = 20

// The groups of the packet log.
const (
	refusedGroup    = 0x6366 + iota // WatchRefused
	accessGroup                     // WatchAccess
	translatedGroup                 // WatchNAT
	poolGroup                       // WatchExhausted
)

// logTo copies size octets of a packet to a group of the packet log, at once.
func logTo(group uint16, size uint32, prefix string) rule {
	e := &expr.Log{Key: 1<<unix.NFTA_LOG_GROUP | 1<<unix.NFTA_LOG_SNAPLEN | 1<<unix.NFTA_LOG_QTHRESHOLD, Group: group, Snaplen: size, QThreshold: 1}
	text := "log"
	if prefix != "" {
		text += fmt.Sprintf(" prefix %q", prefix)
		e.Key, e.Data = e.Key|1<<unix.NFTA_LOG_PREFIX, []byte(prefix)
	}
	return rule{fmt.Sprintf("%s group %d snaplen %d queue-threshold 1", text, group, size), []expr.Any{e}}
}

// limit matches so many packets in a unit of time.
func limit(rate uint64, unit expr.LimitTime, burst uint32) rule {
	word := map[expr.LimitTime]string{expr.LimitTimeSecond: "second", expr.LimitTimeMinute: "minute"}[unit]
	return rule{fmt.Sprintf("limit rate %d/%s burst %d packets", rate, word, burst), []expr.Any{
		&expr.Limit{Type: expr.LimitTypePkts, Rate: rate, Unit: unit, Burst: burst},
	}}
}

// logRecord is a packet of the packet log, as far as that tells.
type logRecord struct {
	prefix string
	in     int    // index of the link that it arrived on
	mac    []byte // address on that link that it came from
	octets []byte
}

// watchLog calls each for the packets that rules send to a group of the packet log,
// until ctx ends. Of each at most size octets are copied.
func watchLog(ctx context.Context, group uint16, size uint32, each func(logRecord)) error {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return fmt.Errorf("kernel: packet log: %w", err)
	}
	defer context.AfterFunc(ctx, func() { c.Close() })()
	defer c.Close()
	// Bind to the group; have the headers copied. Packets may come before the answer to
	// this, which is therefore one of the messages below: its error ends them.
	b, err := netlink.MarshalAttributes([]netlink.Attribute{
		{Type: nfulaCfgCmd, Data: []byte{nfulnlCfgCmdBind}},
		{Type: nfulaCfgMode, Data: append(binary.BigEndian.AppendUint32(nil, size), nfulnlCopyPacket, 0)},
	})
	if err == nil {
		_, err = c.Send(netlink.Message{
			Header: netlink.Header{Type: unix.NFNL_SUBSYS_ULOG<<8 | nfulnlMsgConfig, Flags: netlink.Request | netlink.Acknowledge},
			Data:   append([]byte{unix.AF_INET, 0, byte(group >> 8), byte(group)}, b...),
		})
	}
	if err != nil {
		return fmt.Errorf("kernel: packet log: %w", err)
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
			if l, ok := decodeLogged(m); ok {
				each(l)
			}
		}
	}
}

// decodeLogged reads a message of the packet log.
func decodeLogged(m netlink.Message) (l logRecord, ok bool) {
	const family = 4 // struct nfgenmsg
	if m.Header.Type != unix.NFNL_SUBSYS_ULOG<<8|nfulnlMsgPacket || len(m.Data) < family {
		return l, false
	}
	attrs, err := netlink.UnmarshalAttributes(m.Data[family:])
	if err != nil {
		return l, false
	}
	for _, a := range attrs {
		switch b := a.Data; {
		case a.Type == nfulaPayload:
			l.octets = b
		case a.Type == nfulaPrefix && len(b) > 0:
			l.prefix = string(b[:len(b)-1]) // ends with a zero
		case a.Type == nfulaInDev && len(b) == 4:
			l.in = int(binary.BigEndian.Uint32(b))
		case a.Type == nfulaHWAddr && len(b) == 12 && binary.BigEndian.Uint16(b) == 6:
			l.mac = b[4:10]
		}
	}
	return l, true
}
