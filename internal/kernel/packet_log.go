package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Of linux/netfilter/nfnetlink_log.h, which x/sys has not got.
const (
	nfulnlMsgPacket, nfulnlMsgConfig = 0, 1

	nfulaCfgCmd, nfulaCfgMode, nfulaCfgThreshold, nfulaCfgFlags = 1, 2, 5, 6

	nfulnlCfgCmdBind    = 1
	nfulnlCopyPacket    = 2
	nfulnlFlagConntrack = 4

	nfulaPayload, nfulaConntrack, nfulaConntrackInfo = 9, 18, 19
)

// headerLen is all of an IPv4 packet that matters here.
const headerLen = 20

// logged is a packet that a rule has handed to the packet log.
type logged struct {
	header []byte // IPv4
	flow   []byte // attributes of its connection, where they were asked for
	state  uint32 // enum ip_conntrack_info, likewise
}

// watchLog calls each with the packets that rules log to a group, until ctx ends.
// With connections, each packet comes with its own, and at once.
func watchLog(ctx context.Context, group uint16, connections bool, each func(logged)) error {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return fmt.Errorf("kernel: packet log: %w", err)
	}
	defer context.AfterFunc(ctx, func() { c.Close() })()
	defer c.Close()
	// Bind to the group; have the headers copied.
	settings := []netlink.Attribute{
		{Type: nfulaCfgCmd, Data: []byte{nfulnlCfgCmdBind}},
		{Type: nfulaCfgMode, Data: append(binary.BigEndian.AppendUint32(nil, headerLen), nfulnlCopyPacket, 0)},
	}
	if connections {
		settings = append(settings,
			netlink.Attribute{Type: nfulaCfgThreshold, Data: be32(1)},
			netlink.Attribute{Type: nfulaCfgFlags, Data: be16(nfulnlFlagConntrack)})
	}
	for _, a := range settings {
		b, err := netlink.MarshalAttributes([]netlink.Attribute{a})
		if err != nil {
			return err
		}
		_, err = c.Execute(netlink.Message{
			Header: netlink.Header{Type: unix.NFNL_SUBSYS_ULOG<<8 | nfulnlMsgConfig, Flags: netlink.Request | netlink.Acknowledge},
			Data:   append([]byte{unix.AF_INET, 0, byte(group >> 8), byte(group)}, b...),
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
		if err != nil && !errors.Is(err, unix.ENOBUFS) { // that one is a lost packet
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
func decodeLogged(m netlink.Message) (l logged, ok bool) {
	if m.Header.Type != unix.NFNL_SUBSYS_ULOG<<8|nfulnlMsgPacket || len(m.Data) < nfgenHeader {
		return l, false
	}
	attrs, err := netlink.UnmarshalAttributes(m.Data[nfgenHeader:])
	if err != nil {
		return l, false
	}
	for _, a := range attrs {
		switch a.Type &^ nestedAttribute {
		case nfulaPayload:
			l.header = a.Data
		case nfulaConntrack:
			l.flow = a.Data
		case nfulaConntrackInfo:
			l.state = number(a.Data)
		}
	}
	return l, len(l.header) >= headerLen
}
