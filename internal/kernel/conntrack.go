package kernel

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Of linux/netfilter/nfnetlink_conntrack.h, which x/sys has not got.
const (
	ctMsgGet, ctMsgDelete = 1, 2

	ctaTupleOrig, ctaTupleReply, ctaStatus, ctaProtoInfo, ctaTimeout, ctaMark = 1, 2, 3, 4, 7, 8
	ctaProtoInfoTCP, ctaProtoInfoTCPState                                     = 1, 1
	ctaID, ctaZone, ctaTimestamp, ctaMarkMask                                 = 12, 18, 20, 21
	ctaTimestampStart                                                         = 1

	ctaTupleIP, ctaTupleProto                              = 1, 2
	ctaIPSource, ctaIPDestination                          = 1, 2
	ctaProtoNumber, ctaProtoSrc, ctaProtoDst               = 1, 2, 3
	ctaProtoICMPID, ctaProtoICMPType, ctaProtoICMPCode     = 4, 5, 6
	statusConfirmed, statusSourceNAT, statusDestinationNAT = 1 << 3, 1 << 4, 1 << 5
	nestedAttribute                                        = unix.NLA_F_NESTED
	conntrackMessage                                       = unix.NFNL_SUBSYS_CTNETLINK << 8
	nfgenHeader                                            = 4 // octets of struct nfgenmsg
)

// tuple is one direction of a connection. ICMP has its identifier for both ports.
type tuple struct {
	protocol uint8
	src, dst netip.AddrPort
}

// flow is a connection as connection tracking has it.
type flow struct {
	orig, reply tuple
	mark        uint32
	status      uint32
	left        time.Duration
	begun       time.Time // zero where the kernel does not keep it
	tcp         uint8     // enum tcp_conntrack
	name        []netlink.Attribute
}

// conntrack sends one request to connection tracking, which answers with any number
// of connections.
func conntrack(kind netlink.HeaderType, flags netlink.HeaderFlags, attrs []netlink.Attribute) ([]netlink.Message, error) {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	b, err := netlink.MarshalAttributes(attrs)
	if err != nil {
		return nil, err
	}
	return c.Execute(netlink.Message{
		Header: netlink.Header{Type: conntrackMessage | kind, Flags: netlink.Request | flags},
		Data:   append([]byte{unix.AF_INET, 0, 0, 0}, b...),
	})
}

// byMark selects the connections that are translated here.
var byMark = []netlink.Attribute{{Type: ctaMark, Data: be32(markNAT)}, {Type: ctaMarkMask, Data: be32(markNAT)}}

// flows lists connections: those translated here, or all.
func flows(translated bool) (all []flow, err error) {
	var filter []netlink.Attribute
	if translated {
		filter = byMark
	}
	list, err := conntrack(ctMsgGet, netlink.Dump, filter)
	if err != nil {
		return nil, fmt.Errorf("kernel: conntrack -L: %w", err)
	}
	for _, m := range list {
		if len(m.Data) < nfgenHeader || m.Data[0] != unix.AF_INET {
			continue
		}
		if f, err := decodeFlow(m.Data[nfgenHeader:]); err == nil && (!translated || f.mark&markNAT != 0) {
			all = append(all, f)
		}
	}
	return all, nil
}

// forget ends a connection. One that has ended by itself is no error.
func (f *flow) forget() error {
	_, err := conntrack(ctMsgDelete, netlink.Acknowledge, f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// forgetAll ends all connections that are translated here.
func forgetAll() error {
	if _, err := conntrack(ctMsgDelete, netlink.Acknowledge, byMark); err != nil {
		return fmt.Errorf("kernel: conntrack -D: %w", err)
	}
	return nil
}

var errFlow = errors.New("kernel: connection without both its directions")

// decodeFlow decodes the attributes of a connection.
func decodeFlow(b []byte) (f flow, err error) {
	attrs, err := netlink.UnmarshalAttributes(b)
	if err != nil {
		return f, err
	}
	for _, a := range attrs {
		switch d := a.Data; a.Type &^ (nestedAttribute | unix.NLA_F_NET_BYTEORDER) {
		case ctaTupleOrig:
			f.orig, err = decodeTuple(d)
			f.name = append(f.name, netlink.Attribute{Type: ctaTupleOrig | nestedAttribute, Data: d})
		case ctaTupleReply:
			f.reply, err = decodeTuple(d)
		case ctaID, ctaZone:
			f.name = append(f.name, netlink.Attribute{Type: a.Type, Data: d})
		case ctaMark:
			f.mark = number(d)
		case ctaStatus:
			f.status = number(d)
		case ctaTimeout:
			f.left = time.Duration(number(d)) * time.Second
		case ctaProtoInfo:
			err = eachNested(d, func(group, kind uint16, d []byte) {
				if group == ctaProtoInfoTCP && kind == ctaProtoInfoTCPState {
					f.tcp = uint8(number(d))
				}
			})
		case ctaTimestamp:
			f.begun = decodeBegun(d)
		}
		if err != nil {
			return f, err
		}
	}
	if !f.orig.src.IsValid() || !f.reply.src.IsValid() {
		return f, errFlow
	}
	return f, nil
}

func decodeBegun(b []byte) time.Time {
	attrs, err := netlink.UnmarshalAttributes(b)
	for _, a := range attrs {
		if a.Type == ctaTimestampStart && len(a.Data) == 8 && err == nil {
			return time.Unix(0, int64(binary.BigEndian.Uint64(a.Data)))
		}
	}
	return time.Time{}
}

// decodeTuple decodes the attributes of a direction.
func decodeTuple(b []byte) (t tuple, err error) {
	var src, dst netip.Addr
	var sport, dport uint16
	err = eachNested(b, func(group, kind uint16, d []byte) {
		switch {
		case group == ctaTupleIP && kind == ctaIPSource:
			src, _ = netip.AddrFromSlice(d)
		case group == ctaTupleIP && kind == ctaIPDestination:
			dst, _ = netip.AddrFromSlice(d)
		case group == ctaTupleProto && kind == ctaProtoNumber:
			t.protocol = uint8(number(d))
		case group == ctaTupleProto && kind == ctaProtoSrc:
			sport = uint16(number(d))
		case group == ctaTupleProto && kind == ctaProtoDst:
			dport = uint16(number(d))
		case group == ctaTupleProto && kind == ctaProtoICMPID:
			sport, dport = uint16(number(d)), uint16(number(d))
		}
	})
	if err == nil && src.Is4() && dst.Is4() {
		t.src, t.dst = netip.AddrPortFrom(src, sport), netip.AddrPortFrom(dst, dport)
	}
	return t, err
}

// eachNested calls f for each attribute within the attributes of b.
func eachNested(b []byte, f func(group, kind uint16, data []byte)) error {
	const kinds = ^uint16(unix.NLA_F_NESTED | unix.NLA_F_NET_BYTEORDER)
	groups, err := netlink.UnmarshalAttributes(b)
	if err != nil {
		return err
	}
	for _, g := range groups {
		attrs, err := netlink.UnmarshalAttributes(g.Data)
		if err != nil {
			return err
		}
		for _, a := range attrs {
			f(g.Type&kinds, a.Type&kinds, a.Data)
		}
	}
	return nil
}

// number reads an attribute of one, two or four octets.
func number(b []byte) (n uint32) {
	for _, o := range b {
		n = n<<8 | uint32(o)
	}
	return n
}
