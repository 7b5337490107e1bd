package bench

import (
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"

	"conft/internal/netns"
)

// chain is the network of every measurement:
//
//	hostA 10.1.1.2 -- 10.1.1.1 R1 12.12.12.1 -- 12.12.12.2 R2 23.23.23.2 -- 23.23.23.3 R3 20.1.1.1 -- 20.1.1.2 hostB
//
// R2 only forwards. What R1 and R3 are is the candidate's.
type chain struct {
	a, r1, r2, r3, b *netns.NS
}

// newChain makes the network with hosts and R2 complete, and R1 and R3 without
// addresses. offload lets segments of many packets cross the links between the routers
// in one piece.
func newChain(offload bool) (c *chain, err error) {
	c = &chain{}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	for _, n := range []struct {
		ns   **netns.NS
		name string
	}{{&c.a, "hostA"}, {&c.r1, "R1"}, {&c.r2, "R2"}, {&c.r3, "R3"}, {&c.b, "hostB"}} {
		if *n.ns, err = netns.New(n.name); err != nil {
			return c, err
		}
		for _, key := range []string{"all", "default"} {
			if err := (*n.ns).Sysctl("net/ipv6/conf/"+key+"/disable_ipv6", "1"); err != nil {
				return c, err
			}
		}
	}
	// A router's eth0 is outside, as in the lab.
	for _, cable := range []struct {
		x     *netns.NS
		xLink string
		y     *netns.NS
		yLink string
	}{{c.a, "eth0", c.r1, "eth1"}, {c.r1, "eth0", c.r2, "eth0"}, {c.r2, "eth1", c.r3, "eth0"}, {c.r3, "eth1", c.b, "eth0"}} {
		if err := netns.Connect(cable.x, cable.xLink, cable.y, cable.yLink); err != nil {
			return c, err
		}
	}
	if !offload {
		for _, e := range []end{{c.r1, "eth0", ""}, {c.r2, "eth0", ""}, {c.r2, "eth1", ""}, {c.r3, "eth0", ""}} {
			if err := e.ns.Unsegmented(e.link); err != nil {
				return c, err
			}
		}
	}
	return c, errorOf(
		addresses(end{c.a, "eth0", "10.1.1.2/24"}, end{c.b, "eth0", "20.1.1.2/24"},
			end{c.r2, "eth0", "12.12.12.2/24"}, end{c.r2, "eth1", "23.23.23.2/24"}),
		c.a.Default(netip.MustParseAddr("10.1.1.1")),
		c.b.Default(netip.MustParseAddr("20.1.1.1")),
		c.r2.Sysctl("net/ipv4/ip_forward", "1"))
}

// end is one end of a cable.
type end struct {
	ns            *netns.NS
	link, address string
}

func addresses(ends ...end) error {
	for _, e := range ends {
		if err := e.ns.Address(e.link, netip.MustParsePrefix(e.address)); err != nil {
			return err
		}
	}
	return nil
}

// linuxRouters gives R1 and R3 to the kernel, for the controls.
func (c *chain) linuxRouters() error {
	err := addresses(end{c.r1, "eth1", "10.1.1.1/24"}, end{c.r1, "eth0", "12.12.12.1/24"},
		end{c.r3, "eth0", "23.23.23.3/24"}, end{c.r3, "eth1", "20.1.1.1/24"})
	return errorOf(err,
		c.r1.Default(netip.MustParseAddr("12.12.12.2")), c.r1.Sysctl("net/ipv4/ip_forward", "1"),
		c.r3.Default(netip.MustParseAddr("23.23.23.2")), c.r3.Sysctl("net/ipv4/ip_forward", "1"))
}

// route tells R2 of a network behind a router.
func (c *chain) route(network, via string) error {
	dst, err := netlink.ParseIPNet(network)
	if err != nil {
		return err
	}
	return c.r2.Do(func() error {
		return netlink.RouteAdd(&netlink.Route{Dst: dst, Gw: netip.MustParseAddr(via).AsSlice()})
	})
}

// wire counts what the link from R2 to R3 has carried so far.
func (c *chain) wire() (octets, packets uint64, err error) {
	err = c.r2.Do(func() error {
		l, err := netlink.LinkByName("eth1")
		if err == nil {
			octets, packets = l.Attrs().Statistics.TxBytes, l.Attrs().Statistics.TxPackets
		}
		return err
	})
	return octets, packets, err
}

func (c *chain) close() {
	for _, ns := range []*netns.NS{c.a, c.r1, c.r2, c.r3, c.b} {
		if ns != nil {
			ns.Close()
		}
	}
}

// errorOf returns the first error.
func errorOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return fmt.Errorf("bench: %w", err)
		}
	}
	return nil
}
