package kernel

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// Pin is a neighbour whose MAC address is not asked for. It enters the kernel while a
// network of a link that is up has it.
type Pin struct {
	Addr netip.Addr
	MAC  [6]byte
}

// pinned is a Pin on the link that has its network.
type pinned struct {
	Pin
	link string
}

type (
	pinSet struct{ pinned }
	pinDel struct{ pinned }
)

func (p pinned) text() string {
	return fmt.Sprintf("%s lladdr %s dev %s nud permanent proto %d", p.Addr, net.HardwareAddr(p.MAC[:]), p.link, protocolConft)
}

func (c pinSet) String() string { return "ip neighbour replace " + c.text() }
func (c pinDel) String() string { return "ip neighbour del " + c.text() }

func (c pinSet) do(*Kernel) error {
	return changePin(unix.RTM_NEWNEIGH, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, c.pinned)
}
func (c pinDel) do(*Kernel) error { return changePin(unix.RTM_DELNEIGH, 0, c.pinned) }

// planPins compares the pinned neighbours. One that a link has under another MAC address is
// overwritten.
func planPins(s *state, d *Desired) (cs []change) {
	var want []pinned
	for _, p := range d.Pins {
		for i := range s.links {
			l := &s.links[i]
			if l.usable() && slices.ContainsFunc(l.Addrs, func(n netip.Prefix) bool { return n.Contains(p.Addr) && n.Addr() != p.Addr }) {
				want = append(want, pinned{p, l.Name})
			}
		}
	}
	for _, p := range s.pins {
		if !slices.ContainsFunc(want, func(o pinned) bool { return o.Addr == p.Addr && o.link == p.link }) {
			cs = append(cs, pinDel{p})
		}
	}
	for _, p := range want {
		if !slices.Contains(s.pins, p) {
			cs = append(cs, pinSet{p})
		}
	}
	return cs
}

// The netlink package does not know NDA_PROTOCOL for neighbours, hence messages of our own.

func changePin(kind, flags int, p pinned) error {
	return withLink(p.link, func(l netlink.Link) error {
		req := nl.NewNetlinkRequest(kind, flags|unix.NLM_F_ACK)
		req.AddData(&netlink.Ndmsg{Family: unix.AF_INET, Index: uint32(l.Attrs().Index), State: unix.NUD_PERMANENT})
		ip := p.Addr.As4()
		req.AddData(nl.NewRtAttr(unix.NDA_DST, ip[:]))
		req.AddData(nl.NewRtAttr(unix.NDA_LLADDR, p.MAC[:]))
		req.AddData(nl.NewRtAttr(netlink.NDA_PROTOCOL, []byte{protocolConft}))
		_, err := req.Execute(unix.NETLINK_ROUTE, 0)
		return err
	})
}

// ownPins lists the neighbours that carry our number.
func ownPins(s *state) ([]pinned, error) {
	req := nl.NewNetlinkRequest(unix.RTM_GETNEIGH, unix.NLM_F_DUMP)
	req.AddData(&netlink.Ndmsg{Family: unix.AF_INET})
	msgs, err := req.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWNEIGH)
	if err != nil {
		return nil, fmt.Errorf("kernel: ip neighbour show: %w", err)
	}
	var all []pinned
	for _, m := range msgs {
		const header = 12 // struct ndmsg: the index stands at offset 4
		if len(m) < header {
			continue
		}
		attrs, err := nl.ParseRouteAttr(m[header:])
		if err != nil {
			return nil, fmt.Errorf("kernel: ip neighbour show: %w", err)
		}
		var p pinned
		ours := false
		for _, a := range attrs {
			switch {
			case a.Attr.Type == unix.NDA_DST && len(a.Value) == 4:
				p.Addr = netip.AddrFrom4([4]byte(a.Value))
			case a.Attr.Type == unix.NDA_LLADDR && len(a.Value) == 6:
				p.MAC = [6]byte(a.Value)
			case a.Attr.Type == netlink.NDA_PROTOCOL && len(a.Value) == 1:
				ours = a.Value[0] == protocolConft
			}
		}
		for _, l := range s.links {
			if ours && uint32(l.Index) == nl.NativeEndian().Uint32(m[4:]) {
				p.link = l.Name
				all = append(all, p)
			}
		}
	}
	return all, nil
}
