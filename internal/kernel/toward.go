package kernel

import (
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Toward returns the link by which a host is reached and the router's address there, zero
// values when there is no way to it or it is the router itself. It waits for nobody.
func (k *Kernel) Toward(host netip.Addr) (link string, a netip.Addr) {
	list, err := netlink.RouteGet(host.AsSlice())
	if err != nil || len(list) == 0 || list[0].Type != unix.RTN_UNICAST {
		return "", a
	}
	if l, err := netlink.LinkByIndex(list[0].LinkIndex); err == nil {
		link = l.Attrs().Name
	}
	a, _ = netip.AddrFromSlice(list[0].Src.To4())
	return link, a
}
