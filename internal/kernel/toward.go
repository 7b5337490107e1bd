package kernel

import (
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Toward returns the router's address on the link by which a host is reached, the zero value
// when there is no way to it or it is the router itself.
func (k *Kernel) Toward(host netip.Addr) (a netip.Addr) {
	list, err := netlink.RouteGet(host.AsSlice())
	if err == nil && len(list) > 0 && list[0].Type == unix.RTN_UNICAST {
		a, _ = netip.AddrFromSlice(list[0].Src.To4())
	}
	return a
}
