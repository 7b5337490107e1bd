package kernel

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Of linux/netfilter/nfnetlink_log.h, which x/sys has not got.
const (
	nfulnlMsgPacket, nfulnlMsgConfig = 0, 1

	nfulaCfgCmd, nfulaCfgMode, nfulaCfgThreshold = 1, 2, 5

	nfulnlCfgCmdBind = 1
	nfulnlCopyPacket = 2

	nfulaPayload, nfulaPrefix = 9, 10
)

// headerLen is all of an IPv4 packet that matters here.
const headerLen = 20

// logged is a packet that a rule has handed to the packet log.
type logged struct {
	header []byte // IPv4, and what was copied behind it
	prefix string // of the rule
}

// watchLog calls each with the packets that rules log to a group, as many octets of
// them, until ctx ends.
func watchLog(ctx context.Context, group uint16, octets uint32, each func(logged)) error {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return fmt.Errorf("kernel: packet log: %w", err)
	}
	defer context.AfterFunc(ctx, func() { c.Close() })()
	defer c.Close()
	// Bind to the group; have the headers copied, and each packet sent at once.
	for _, a := range []netlink.Attribute{
		{Type: nfulaCfgCmd, Data: []byte{nfulnlCfgCmdBind}},
		{Type: nfulaCfgMode, Data: append(binary.BigEndian.AppendUint32(nil, octets), nfulnlCopyPacket, 0)},
		{Type: nfulaCfgThreshold, Data: be32(1)},
	} {
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
		switch a.Type {
		case nfulaPayload:
			l.header = a.Data
		case nfulaPrefix:
			l.prefix = strings.TrimRight(string(a.Data), "\x00")
		}
	}
	return l, len(l.header) >= headerLen
}
