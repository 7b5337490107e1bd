package kernel

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"conft/internal/packet"

	"github.com/mdlayher/netlink"
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

const (
	// tracedLen has room for the longest IPv4 header, and ports or an identifier.
	tracedLen = 60 + 8
	// firstPrefix is on the first packet of a connection.
	firstPrefix = "first"
)

// logTranslated are the rules that show translated packets.
func logTranslated() []rule {
	return []rule{
		join(flowHas(markNAT), confirmed(false), logTo(translatedGroup, tracedLen, firstPrefix)),
		join(flowHas(markNAT), confirmed(true), logTo(translatedGroup, tracedLen, "")),
	}
}

// WatchTranslated calls translated with every translated packet while NAT.Trace is
// on, until ctx ends. The log shows packets as they leave; as they came is what their
// connection says.
func (k *Kernel) WatchTranslated(ctx context.Context, translated func(Translated)) error {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return fmt.Errorf("kernel: conntrack: %w", err)
	}
	defer c.Close()
	return watchLog(ctx, translatedGroup, tracedLen, func(l logRecord) {
		back, transport, ok := backOf(l.octets)
		if !ok {
			return
		}
		f, ok := find(c, back, transport)
		// The connection is entered when its first packet has left, which is after it is logged.
		for tries := 0; !ok && l.prefix == firstPrefix && tries < 5 && ctx.Err() == nil; tries++ {
			<-time.After(time.Millisecond)
			f, ok = find(c, back, transport)
		}
		if ok {
			t := f.translated(back)
			t.First, t.Identification = l.prefix == firstPrefix, uint16(number(l.octets[4:6]))
			translated(t)
		}
	})
}

// backOf is the direction of the answer to a packet, of which b has the first octets,
// and the octets behind the IPv4 header. A later fragment has no ports to ask by.
func backOf(b []byte) (back tuple, transport []byte, ok bool) {
	if len(b) < headerLen {
		return back, nil, false
	}
	hl := int(b[0]&0x0f) * 4
	if hl < headerLen || len(b) < hl+4 || number(b[6:8])&0x1fff != 0 {
		return back, nil, false
	}
	var sport, dport uint16
	if transport = b[hl:]; b[9] == packet.TCP || b[9] == packet.UDP {
		sport, dport = uint16(number(transport[:2])), uint16(number(transport[2:4]))
	}
	back.protocol = b[9]
	back.src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[16:])), dport)
	back.dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[12:])), sport)
	return back, transport, true
}

// translated is a packet of the connection; back is the direction of its answer.
func (f *flow) translated(back tuple) Translated {
	from, to := f.orig, f.reply
	answer := f.reply.src.Addr() != back.src.Addr() || f.reply.dst.Addr() != back.dst.Addr()
	if answer {
		from, to = f.reply, f.orig
	}
	return Translated{
		Inward: f.mark&markInward != 0 != answer,
		Src:    from.src.Addr(), NewSrc: to.dst.Addr(), Dst: from.dst.Addr(), NewDst: to.src.Addr(),
	}
}

// find asks for the connection that has a direction; transport are the octets behind
// the IPv4 header.
func find(c *netlink.Conn, t tuple, transport []byte) (f flow, ok bool) {
	src, dst := t.src.Addr().As4(), t.dst.Addr().As4()
	proto := []netlink.Attribute{{Type: ctaProtoNumber, Data: []byte{t.protocol}}}
	if t.protocol == packet.ICMP {
		if len(transport) < 8 {
			return f, false
		}
		answers := map[byte]byte{0: 8, 8: 0, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17}
		answer, echo := answers[transport[0]]
		if !echo {
			return f, false // an error about a packet of another connection
		}
		proto = append(proto, netlink.Attribute{Type: ctaProtoICMPID, Data: transport[4:6]},
			netlink.Attribute{Type: ctaProtoICMPType, Data: []byte{answer}}, netlink.Attribute{Type: ctaProtoICMPCode, Data: []byte{0}})
	} else {
		proto = append(proto, netlink.Attribute{Type: ctaProtoSrc, Data: be16(t.src.Port())}, netlink.Attribute{Type: ctaProtoDst, Data: be16(t.dst.Port())})
	}
	ip, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: ctaIPSource, Data: src[:]}, {Type: ctaIPDestination, Data: dst[:]}})
	if err != nil {
		return f, false
	}
	ports, err := netlink.MarshalAttributes(proto)
	if err != nil {
		return f, false
	}
	b, err := netlink.MarshalAttributes([]netlink.Attribute{{Type: ctaTupleIP | nestedAttribute, Data: ip}, {Type: ctaTupleProto | nestedAttribute, Data: ports}})
	if err != nil {
		return f, false
	}
	b, err = netlink.MarshalAttributes([]netlink.Attribute{{Type: ctaTupleOrig | nestedAttribute, Data: b}})
	if err != nil {
		return f, false
	}
	list, err := c.Execute(netlink.Message{
		Header: netlink.Header{Type: conntrackMessage | ctMsgGet, Flags: netlink.Request | netlink.Acknowledge},
		Data:   append([]byte{unix.AF_INET, 0, 0, 0}, b...),
	})
	if err != nil || len(list) == 0 || len(list[0].Data) < nfgenHeader {
		return f, false
	}
	f, err = decodeFlow(list[0].Data[nfgenHeader:])
	return f, err == nil
}
