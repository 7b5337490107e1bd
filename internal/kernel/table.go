package kernel

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// RouteEntry is one way to one destination of the main IPv4 table.
type RouteEntry struct {
	Prefix    netip.Prefix
	Via       netip.Addr // zero: directly connected
	Link      string
	Metric    int
	Connected bool       // the network of an address
	Local     netip.Addr // that address
	Static    bool       // made by Apply
	Null      bool       // packets are answered with ICMP unreachable
	For       Route      // the wanted route that a static one stands for
}

// RouteTable returns the main IPv4 table: the networks of the links that are up, then the
// routes as the kernel has them.
func (k *Kernel) RouteTable() ([]RouteEntry, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	list, err := mainTable()
	if err != nil {
		return nil, err
	}
	ls, err := links()
	if err != nil {
		return nil, err
	}
	all := connectedEntries(ls)
	want := byText(rib(&state{links: ls}, &Desired{Routes: k.routes, Behind: k.behind}))
	name := linkNames(ls)
	for _, r := range list {
		if r.Protocol != unix.RTPROT_KERNEL && r.Flags&unix.RTNH_F_LINKDOWN == 0 {
			d := destinationOf(&r, name)
			all = append(all, d.entries(r.Protocol == protocolConft, want)...)
		}
	}
	return all, nil
}

func connectedEntries(ls []LinkState) (all []RouteEntry) {
	for _, l := range ls {
		for _, a := range l.Addrs {
			if l.usable() {
				all = append(all, RouteEntry{Prefix: a.Masked(), Link: l.Name, Connected: true, Local: a.Addr()})
			}
		}
	}
	return all
}

// entries are the ways of a destination of the kernel: of ours, those that were wanted.
func (r *destination) entries(ours bool, want map[string]*destination) (all []RouteEntry) {
	e := RouteEntry{Prefix: r.Prefix, Metric: r.Metric, Static: ours, Null: len(r.Hops) == 0}
	if of := want[r.text()]; ours && of != nil {
		for _, w := range of.For {
			e.Via, e.Link, e.Null, e.For = w.Via, w.over, w.Null, w.Route
			all = append(all, e)
		}
		return all
	}
	if e.Null {
		return []RouteEntry{e}
	}
	for _, h := range r.Hops {
		e.Via, e.Link = h.Via, h.Link
		all = append(all, e)
	}
	return all
}
