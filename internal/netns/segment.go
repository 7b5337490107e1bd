package netns

import (
	"fmt"

	"github.com/vishvananda/netlink"
)

// Unsegmented makes a link carry nothing but packets. A virtual cable takes segments
// of 64 kB in one piece, which on a real one are many packets.
func (n *NS) Unsegmented(link string) error {
	return n.Do(func() error {
		l, err := netlink.LinkByName(link)
		if err == nil {
			// A limit of one packet holds for TCP and UDP; ethtool has a switch for each.
			err = netlink.LinkSetGSOMaxSegs(l, 1)
		}
		if err != nil {
			return fmt.Errorf("netns: %s: %s: %w", n.Name, link, err)
		}
		return nil
	})
}
