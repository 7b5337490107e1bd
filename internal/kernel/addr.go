package kernel

import (
	"encoding/binary"
	"net/netip"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// protocolConft marks routes and addresses of ours (RTPROT_*, IFAPROT_*; nobody
// else is known to use this number). Kernels before 5.18 do not keep it for addresses; there
// an address that a killed process left is taken for a foreign one.
const (
	protocolConft = 207
	ifaProto      = 11 // IFA_PROTO, not in x/sys/unix
)

// address is one IPv4 address of a link.
type address struct {
	index  int
	prefix netip.Prefix
	ours   bool
}

// The netlink package does not know IFA_PROTO, hence messages of our own.

func changeAddress(kind, flags int, index int, p netip.Prefix) error {
	req := nl.NewNetlinkRequest(kind, flags|unix.NLM_F_ACK)
	msg := nl.NewIfAddrmsg(unix.AF_INET)
	msg.Index = uint32(index)
	msg.Prefixlen = uint8(p.Bits())
	req.AddData(msg)
	ip := p.Addr().As4()
	req.AddData(nl.NewRtAttr(unix.IFA_LOCAL, ip[:]))
	req.AddData(nl.NewRtAttr(unix.IFA_ADDRESS, ip[:]))
	if kind == unix.RTM_NEWADDR {
		req.AddData(nl.NewRtAttr(ifaProto, []byte{protocolConft}))
		if p.Bits() < 31 { // RFC 3021: a /31 has no broadcast address
			bcast := binary.BigEndian.Uint32(ip[:]) | ^uint32(0)>>p.Bits()
			req.AddData(nl.NewRtAttr(unix.IFA_BROADCAST, be32(bcast)))
		}
	}
	_, err := req.Execute(unix.NETLINK_ROUTE, 0)
	return err
}

func addresses() ([]address, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETADDR, unix.NLM_F_DUMP)
	req.AddData(nl.NewIfAddrmsg(unix.AF_INET))
	msgs, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWADDR)
	if err != nil {
		return nil, err
	}
	var all []address
	for _, m := range msgs {
		msg := nl.DeserializeIfAddrmsg(m)
		attrs, err := nl.ParseRouteAttr(m[msg.Len():])
		if err != nil {
			return nil, err
		}
		a := address{index: int(msg.Index)}
		for _, attr := range attrs {
			switch attr.Attr.Type {
			case unix.IFA_LOCAL:
				ip, _ := netip.AddrFromSlice(attr.Value)
				a.prefix = netip.PrefixFrom(ip, int(msg.Prefixlen))
			case ifaProto:
				a.ours = attr.Value[0] == protocolConft
			}
		}
		all = append(all, a)
	}
	return all, nil
}
