package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Neighbour is one entry of the ARP cache.
type Neighbour struct {
	Link string
	Addr netip.Addr
	MAC  net.HardwareAddr // nil while nobody has answered
	Age  time.Duration    // since it was last heard of

	Permanent bool
}

// Neighbours returns the ARP cache of the links that have one.
func (k *Kernel) Neighbours() ([]Neighbour, error) {
	var all []Neighbour
	err := eachNeighbour(func(link string, n *netlink.Neigh) error {
		const ticks = 100 // per second, USER_HZ
		// One that asked for us has not been confirmed, but is taken for one that was long ago.
		age := time.Duration(min(n.Confirmed, n.Updated)) * time.Second / ticks
		e := Neighbour{Link: link, Permanent: n.State&unix.NUD_PERMANENT != 0, Age: age}
		e.Addr, _ = netip.AddrFromSlice(n.IP.To4())
		if n.State&(unix.NUD_INCOMPLETE|unix.NUD_FAILED) == 0 {
			e.MAC = n.HardwareAddr
		} else {
			e.Age = 0
		}
		all = append(all, e)
		return nil
	})
	return all, err
}

// FlushNeighbours empties the ARP cache, or takes one address out of it; what somebody made
// permanent stays.
func (k *Kernel) FlushNeighbours(only netip.Addr) error {
	return eachNeighbour(func(_ string, n *netlink.Neigh) error {
		if ip, _ := netip.AddrFromSlice(n.IP); n.State&unix.NUD_PERMANENT != 0 || only.IsValid() && ip.Unmap() != only {
			return nil
		}
		if err := netlink.NeighDel(n); !errors.Is(err, fs.ErrNotExist) { // timed out meanwhile
			return err
		}
		return nil
	})
}

func eachNeighbour(f func(link string, n *netlink.Neigh) error) error {
	ls, err := links()
	if err != nil {
		return err
	}
	for _, l := range ls {
		list, err := netlink.NeighList(l.Index, netlink.FAMILY_V4)
		if err != nil {
			return fmt.Errorf("kernel: ip neighbour show dev %s: %w", l.Name, err)
		}
		for _, n := range list {
			if n.State&unix.NUD_NOARP != 0 || n.State == unix.NUD_NONE {
				continue
			}
			if err := f(l.Name, &n); err != nil {
				return fmt.Errorf("kernel: ip neighbour del %s dev %s: %w", n.IP, l.Name, err)
			}
		}
	}
	return nil
}
