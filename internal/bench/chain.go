package bench

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"

	"conft/internal/netns"
	"conft/internal/strongswan"
)

// chain is the network of every measurement:
//
//	hostA 10.1.1.2-5 -- 10.1.1.1 R1 12.12.12.1 -- 12.12.12.3 R3 20.1.1.1 -- 20.1.1.2 hostB
//
// What R1 and R3 are is the candidate's.
type chain struct {
	a, r1, r3, b *netns.NS
}

// sources are host A's addresses, one for each of several SAs.
var sources = []string{"10.1.1.2", "10.1.1.3", "10.1.1.4", "10.1.1.5"}

const hostB = "20.1.1.2"

// newChain makes the network with hosts complete, and R1 and R3 without addresses.
// offload lets segments of many packets cross the link between the routers in one
// piece.
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
	}{{&c.a, "hostA"}, {&c.r1, "R1"}, {&c.r3, "R3"}, {&c.b, "hostB"}} {
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
	}{{c.a, "eth0", c.r1, "eth1"}, {c.r1, "eth0", c.r3, "eth0"}, {c.r3, "eth1", c.b, "eth0"}} {
		if err := netns.Connect(cable.x, cable.xLink, cable.y, cable.yLink); err != nil {
			return c, err
		}
	}
	if !offload {
		if err := errorOf(c.r1.Unsegmented("eth0"), c.r3.Unsegmented("eth0")); err != nil {
			return c, err
		}
	}
	for _, s := range sources {
		if err := addresses(end{c.a, "eth0", s + "/24"}); err != nil {
			return c, err
		}
	}
	return c, errorOf(
		addresses(end{c.b, "eth0", hostB + "/24"}),
		c.a.Default(netip.MustParseAddr("10.1.1.1")),
		c.b.Default(netip.MustParseAddr("20.1.1.1")))
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
		end{c.r3, "eth0", "12.12.12.3/24"}, end{c.r3, "eth1", "20.1.1.1/24"})
	return errorOf(err,
		c.r1.Default(netip.MustParseAddr("12.12.12.3")), c.r1.Sysctl("net/ipv4/ip_forward", "1"),
		c.r3.Default(netip.MustParseAddr("12.12.12.1")), c.r3.Sysctl("net/ipv4/ip_forward", "1"))
}

// translatedR1 is where R3 sees R1 once translate has put a NAT between them.
const translatedR1 = "13.13.13.1"

// translate rewrites R1's address on the wire, at the end of R1: one for one, without
// state.
func (c *chain) translate() error {
	out, err := c.r1.Output(strongswan.Find("nft"), `add table netdev bench
add chain netdev bench out { type filter hook egress device "eth0" priority 0; }
add chain netdev bench in { type filter hook ingress device "eth0" priority 0; }
add rule netdev bench out ip saddr 12.12.12.1 ip saddr set `+translatedR1+`
add rule netdev bench in ip daddr `+translatedR1+` ip daddr set 12.12.12.1`)
	if err != nil {
		return fmt.Errorf("bench: %w\n%s", err, out)
	}
	return nil
}

// taken counts what R3 has taken so far from the wire, or from the TUN of conft. Without
// such a link it is nothing.
func (c *chain) taken(link string) (octets, packets uint64, err error) {
	err = c.r3.Do(func() error {
		l, err := netlink.LinkByName(link)
		if errors.As(err, &netlink.LinkNotFoundError{}) {
			return nil
		}
		if err == nil {
			octets, packets = l.Attrs().Statistics.RxBytes, l.Attrs().Statistics.RxPackets
		}
		return err
	})
	return octets, packets, err
}

func (c *chain) close() {
	for _, ns := range []*netns.NS{c.a, c.r1, c.r3, c.b} {
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
