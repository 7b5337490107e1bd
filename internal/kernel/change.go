package kernel

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// change is one step from what is to what is wanted. Its text is the command
// that would do the same by hand.
type change interface {
	fmt.Stringer
	do(*Kernel) error
}

type (
	linkAdd   struct{ name string }
	linkDel   struct{ names []string }
	linkAlias struct{ name, alias string }
	linkSet   struct {
		name string
		up   bool
	}
	linkMTU struct {
		name string
		mtu  int
	}
	hostMTU struct { // of a link that is not ours
		linkMTU
		was int
	}
	routeMTU struct {
		ipLimit
		want int
	}
	addrAdd struct {
		link   string
		prefix netip.Prefix
	}
	addrDel struct {
		link   string
		prefix netip.Prefix
	}
	routeAdd  struct{ destination }
	routeDel  struct{ destination }
	tunAdd    struct{ name string }
	tunDel    struct{ name string }
	filterSet struct{ link, tun string }
	filterDel struct{ link string }
	tableSet  struct {
		rules ruleset
		text  string // of them; "" when there are none
		lists []Filter
	}
	sysctlSet struct{ key, value string }
)

func (c linkAdd) String() string {
	return fmt.Sprintf("ip link add %s group %d type dummy|ifb|bridge", c.name, linkGroup)
}
func (c linkDel) String() string   { return "ip link del " + strings.Join(c.names, "\nip link del ") }
func (c linkAlias) String() string { return fmt.Sprintf("ip link set %s alias %q", c.name, c.alias) }
func (c linkMTU) String() string   { return fmt.Sprintf("ip link set %s mtu %d", c.name, c.mtu) }
func (c routeMTU) String() string {
	return fmt.Sprintf("ip route append %s mtu %d\nip route del %[1]s mtu %d", c.route, c.want, c.mtu)
}
func (c linkSet) String() string {
	return "ip link set " + c.name + map[bool]string{true: " up", false: " down"}[c.up]
}
func (c addrAdd) String() string {
	return fmt.Sprintf("ip addr add %s brd + dev %s proto %d", c.prefix, c.link, protocolConft)
}
func (c addrDel) String() string  { return fmt.Sprintf("ip addr del %s dev %s", c.prefix, c.link) }
func (c routeAdd) String() string { return "ip route append " + c.text() }
func (c routeDel) String() string { return "ip route del " + c.text() }
func (c tunAdd) String() string   { return fmt.Sprintf("ip tuntap add %s mode tun vnet_hdr", c.name) }
func (c tunDel) String() string   { return fmt.Sprintf("ip tuntap del %s mode tun", c.name) }
func (c filterSet) String() string {
	return fmt.Sprintf("tc qdisc add dev %s clsact\n"+
		"tc filter replace dev %s egress pref %d handle %#x bpf bytecode 'mark & %#x' action mirred egress redirect dev %s",
		c.link, c.link, filterPriority, filterHandle, marksDivert, c.tun)
}
func (c filterDel) String() string {
	return fmt.Sprintf("tc filter del dev %s egress pref %d handle %#x bpf", c.link, filterPriority, filterHandle)
}
func (c tableSet) String() string  { return c.rules.String() }
func (c sysctlSet) String() string { return fmt.Sprintf("sysctl -w %s=%s", c.key, c.value) }

// do tries the kinds of link that hold addresses and send nothing: which of
// them a kernel has differs.
func (c linkAdd) do(*Kernel) error {
	attrs := netlink.LinkAttrs{Name: c.name, Group: linkGroup}
	var err error
	for _, l := range []netlink.Link{&netlink.Dummy{LinkAttrs: attrs}, &netlink.Ifb{LinkAttrs: attrs}, &netlink.Bridge{LinkAttrs: attrs}} {
		if err = netlink.LinkAdd(l); !errors.Is(err, unix.EOPNOTSUPP) {
			return err
		}
	}
	return err
}

// do deletes the links as a group: the kernel waits for each deletion, some 20 ms, until
// nobody looks at the link any more, and for a group once.
func (c linkDel) do(*Kernel) error {
	for _, name := range c.names {
		err := withLink(name, func(l netlink.Link) error { return netlink.LinkSetGroup(l, leavingGroup) })
		if err != nil && !errors.As(err, &netlink.LinkNotFoundError{}) {
			return err
		}
	}
	req := nl.NewNetlinkRequest(unix.RTM_DELLINK, unix.NLM_F_ACK)
	req.AddData(nl.NewIfInfomsg(unix.AF_UNSPEC))
	req.AddData(nl.NewRtAttr(unix.IFLA_GROUP, nl.Uint32Attr(leavingGroup)))
	if _, err := req.Execute(unix.NETLINK_ROUTE, 0); !errors.Is(err, unix.ENODEV) {
		return err
	}
	return nil // all had gone already
}

func (c linkAlias) do(*Kernel) error {
	return withLink(c.name, func(l netlink.Link) error { return netlink.LinkSetAlias(l, c.alias) })
}

func (c linkMTU) do(*Kernel) error {
	return withLink(c.name, func(l netlink.Link) error { return netlink.LinkSetMTU(l, c.mtu) })
}

func (c hostMTU) do(k *Kernel) error {
	if err := c.linkMTU.do(k); err != nil {
		return err
	}
	if k.mtus[c.name] == c.mtu { // as it was found
		delete(k.mtus, c.name)
		k.keep()
	}
	return nil
}

func (c linkSet) do(*Kernel) error {
	if c.up {
		return withLink(c.name, netlink.LinkSetUp)
	}
	return withLink(c.name, netlink.LinkSetDown)
}

func (c addrAdd) do(*Kernel) error {
	return withLink(c.link, func(l netlink.Link) error {
		return changeAddress(unix.RTM_NEWADDR, unix.NLM_F_CREATE|unix.NLM_F_EXCL, l.Attrs().Index, c.prefix)
	})
}

func (c addrDel) do(k *Kernel) error {
	delete(k.named, linkAddr{c.link, c.prefix})
	return withLink(c.link, func(l netlink.Link) error {
		return changeAddress(unix.RTM_DELADDR, 0, l.Attrs().Index, c.prefix)
	})
}

func (c tunAdd) do(k *Kernel) error {
	t, err := openTUN(c.name)
	if err == nil {
		k.tuns[c.name] = t
	}
	return err
}

func (c tunDel) do(k *Kernel) error {
	t := k.tuns[c.name]
	delete(k.tuns, c.name)
	return t.Close()
}

func (c filterSet) do(k *Kernel) error {
	return withLink(c.link, func(l netlink.Link) error {
		return withLink(c.tun, func(t netlink.Link) error {
			k.filters[c.link] = filterNow{tun: c.tun, index: t.Attrs().Index, link: l.Attrs().Index}
			return setFilter(l.Attrs().Index, t.Attrs().Index)
		})
	})
}

func (c filterDel) do(k *Kernel) error {
	delete(k.filters, c.link)
	return withLink(c.link, func(l netlink.Link) error { return delFilter(l.Attrs().Index) })
}

// do keeps packets from going past the rules while these change.
func (c tableSet) do(k *Kernel) error {
	before := k.out.Swap(&outFilters{changing: true})
	err := k.setRules(c.rules, c.text)
	switch {
	case err == nil:
		k.out.Store(newOutFilters(c.lists, before))
	case k.rules != nil: // they stay as they were
		k.out.Store(before)
	}
	return err
}

func (c sysctlSet) do(*Kernel) error { return os.WriteFile(procSys+c.key, []byte(c.value), 0) }

func withLink(name string, do func(netlink.Link) error) error {
	l, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	return do(l)
}
