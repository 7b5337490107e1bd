package kernel

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"conft/internal/packet"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// Translated is a packet as it was and as it is now. What has no ports has 0 for them; ICMP
// has its identifier, or the ports of the packet that an error quotes.
type Translated struct {
	Inward         bool // to the inside
	First          bool // it has made its translation
	Protocol       uint8
	Src, NewSrc    netip.AddrPort
	Dst, NewDst    netip.AddrPort
	Identification uint16 // of the IPv4 header
}

// Unassigned is a packet that a dynamic translation, by its name, had no address for.
type Unassigned struct {
	By       string
	Src, Dst netip.Addr
}

// NATWatch is told what happens to translations.
type NATWatch struct {
	Translated func(Translated)
	Expired    func(Translation) // that has ended by itself
	Unassigned func(Unassigned)
}

const (
	// tracedLen has room for the longest IPv4 header, and ports or an identifier, once more
	// behind the header of an ICMP error.
	tracedLen = 60 + 8 + 60 + 8
	// firstPrefix is on the first packet of a connection, unassignedPrefix, before the name of
	// the translation, on one that gets no address.
	firstPrefix, unassignedPrefix = "first", "unassigned "
)

// logTranslated are the rules that show translated packets.
func logTranslated() []rule {
	return []rule{
		join(flowHas(markNAT), confirmed(false), logTo(translatedGroup, tracedLen, firstPrefix)),
		join(flowHas(markNAT), confirmed(true), logTo(translatedGroup, tracedLen, "")),
	}
}

// logUnassigned shows packets that a dynamic translation has no address for.
func (m *NATDynamic) logUnassigned() rule {
	const most = 112 // octets of a name; the kernel takes 127 with what is before it
	return logTo(translatedGroup, headerLen, unassignedPrefix+m.Name[:min(len(m.Name), most)])
}

// WatchNAT tells w what happens while NAT.Trace is on, until ctx ends. The log shows packets
// as they leave; as they came is what their connection says. It calls from two goroutines.
func (k *Kernel) WatchNAT(ctx context.Context, w NATWatch) error {
	c, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return fmt.Errorf("kernel: conntrack: %w", err)
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	gone := &ended{expired: w.Expired}
	stopped := make(chan error, 1)
	go func() { stopped <- gone.watch(ctx) }()
	err = watchLog(ctx, translatedGroup, tracedLen, func(l logRecord) {
		if by, ok := strings.CutPrefix(l.prefix, unassignedPrefix); ok && len(l.octets) >= headerLen {
			w.Unassigned(Unassigned{by, netip.AddrFrom4([4]byte(l.octets[12:])), netip.AddrFrom4([4]byte(l.octets[16:]))})
			return
		}
		back, kind, ok := backOf(l.octets)
		if !ok {
			return
		}
		f, ok := find(c, back, kind)
		// The connection is entered when its first packet has left, which is after it is logged,
		// and may have ended since.
		for tries := 0; !ok && tries < 5 && ctx.Err() == nil; tries++ {
			if f, ok = gone.find(back); ok {
				break
			}
			<-time.After(time.Millisecond)
			f, ok = find(c, back, kind)
		}
		if ok {
			t := f.translated(back)
			t.Protocol, t.First, t.Identification = l.octets[9], l.prefix == firstPrefix, uint16(number(l.octets[4:6]))
			if t.NewSrc.Addr() == t.Src.Addr() { // of an error, whoever is on the way
				src := netip.AddrFrom4([4]byte(l.octets[12:16]))
				t.Src, t.NewSrc = netip.AddrPortFrom(src, t.Src.Port()), netip.AddrPortFrom(src, t.NewSrc.Port())
			}
			w.Translated(t)
		}
	})
	cancel()
	return errors.Join(err, <-stopped)
}

// icmpAnswers are the ICMP messages that connection tracking knows as connections, each with
// its answer.
var icmpAnswers = map[byte]byte{0: 8, 8: 0, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17}

// backOf is the direction of the answer to a packet, of which b has the first octets, and
// its type if it is ICMP. What an ICMP error is an answer to is the packet that it quotes. A
// later fragment has no ports to ask by.
func backOf(b []byte) (back tuple, kind uint8, ok bool) {
	t, kind, rest, ok := directionOf(b)
	if !ok {
		return t, 0, false
	}
	if t.protocol == packet.ICMP {
		answer, echo := icmpAnswers[kind]
		if !echo {
			t, kind, _, ok = directionOf(rest)
			return t, kind, ok
		}
		kind = answer
	}
	t.src, t.dst = t.dst, t.src
	return t, kind, true
}

// directionOf is the direction of a packet. Rest are the octets behind eight of its transport
// header.
func directionOf(b []byte) (t tuple, kind uint8, rest []byte, ok bool) {
	if len(b) < headerLen {
		return t, 0, nil, false
	}
	hl := int(b[0]&0x0f) * 4
	if hl < headerLen || len(b) < hl+8 || number(b[6:8])&0x1fff != 0 {
		return t, 0, nil, false
	}
	transport := b[hl:]
	var sport, dport uint16
	switch t.protocol = b[9]; t.protocol {
	case packet.TCP, packet.UDP:
		sport, dport = uint16(number(transport[:2])), uint16(number(transport[2:4]))
	case packet.ICMP:
		kind = transport[0]
		sport = uint16(number(transport[4:6]))
		dport = sport
	}
	t.src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[12:])), sport)
	t.dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[16:])), dport)
	return t, kind, transport[8:], true
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
		Src:    from.src, NewSrc: to.dst, Dst: from.dst, NewDst: to.src,
	}
}

// find asks for the connection that has a direction; kind is the type of an ICMP message.
func find(c *netlink.Conn, t tuple, kind uint8) (f flow, ok bool) {
	src, dst := t.src.Addr().As4(), t.dst.Addr().As4()
	proto := []netlink.Attribute{{Type: ctaProtoNumber, Data: []byte{t.protocol}}}
	if t.protocol == packet.ICMP {
		proto = append(proto, netlink.Attribute{Type: ctaProtoICMPID, Data: be16(t.src.Port())},
			netlink.Attribute{Type: ctaProtoICMPType, Data: []byte{kind}}, netlink.Attribute{Type: ctaProtoICMPCode, Data: []byte{0}})
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
