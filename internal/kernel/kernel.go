package kernel

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
)

var errSkeleton = errors.New("kernel: not built yet")

// Kernel holds the router's part of one network namespace.
type Kernel struct {
	mu sync.Mutex
}

// Open checks that this process may do what a router does: TUN devices,
// CAP_NET_ADMIN, nftables. The text of an error names the remedy. It changes
// nothing.
func Open() (*Kernel, error) { return nil, errSkeleton }

// Recover removes what an earlier, killed process left and d no longer wants.
// Apply does so as well; Recover alone is for a start without configuration.
func (k *Kernel) Recover() error { return errSkeleton }

// Apply makes the namespace as d says. Protection comes first: TUN, filter,
// marks, and only then addresses, routes and forwarding.
func (k *Kernel) Apply(d Desired) error { return errSkeleton }

// Close removes everything that conft put into the kernel and closes the TUNs.
func (k *Kernel) Close() error { return errSkeleton }

// LinkState is one link as it is now.
type LinkState struct {
	Name    string
	Alias   string
	Index   int
	MAC     net.HardwareAddr
	Kind    string // "", "veth", "dummy", …: the link's type where it is virtual
	Up      bool   // administrative state
	Carrier bool
	MTU     int
	Addrs   []netip.Prefix
}

// Links returns all links but lo and the TUNs, in order of their index.
func (k *Kernel) Links() ([]LinkState, error) { return nil, errSkeleton }

// RouteEntry is one row of the main IPv4 table.
type RouteEntry struct {
	Prefix    netip.Prefix
	Via       netip.Addr // zero: directly connected
	Link      string
	Metric    int
	Connected bool // made by the kernel for an address
	Static    bool // made by Apply
}

// RouteTable returns the main IPv4 table.
func (k *Kernel) RouteTable() ([]RouteEntry, error) { return nil, errSkeleton }

// Watch calls changed after links or addresses changed, until ctx ends.
func (k *Kernel) Watch(ctx context.Context, changed func()) error { return errSkeleton }

// Counters returns the counters of each crypto link by the link's name.
func (k *Kernel) Counters() (map[string]Counters, error) { return nil, errSkeleton }
