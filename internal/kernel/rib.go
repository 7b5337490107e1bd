package kernel

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// MaxPaths is how many ways of one distance share the packets to a destination.
const MaxPaths = 16

// destination is a prefix as it stands in the kernel: the ways of the best distance.
type destination struct {
	Prefix netip.Prefix
	Metric int
	Hops   []hop // none: packets are answered with ICMP unreachable
	For    []way // the wanted routes that it stands for; not read from the kernel
}

// way is a wanted route with the link that it leads over, "" for none.
type way struct {
	Route
	over string
}

// hop is one way: a neighbour on a link, or the link itself.
type hop struct {
	Via    netip.Addr
	Link   string
	Onlink bool // Via is on no network of the link
}

func (h hop) text() string {
	var b strings.Builder
	if h.Via.IsValid() {
		fmt.Fprintf(&b, " via %s", h.Via)
	}
	fmt.Fprintf(&b, " dev %s", h.Link)
	if h.Onlink {
		b.WriteString(" onlink")
	}
	return b.String()
}

// text is the route as ip(8) takes it; two destinations of one text are the same.
func (r *destination) text() string {
	var b strings.Builder
	if len(r.Hops) == 0 {
		b.WriteString("unreachable ")
	}
	fmt.Fprint(&b, r.Prefix)
	if len(r.Hops) == 1 {
		b.WriteString(r.Hops[0].text())
	}
	fmt.Fprintf(&b, " proto %d", protocolConft)
	if r.Metric != 0 {
		fmt.Fprintf(&b, " metric %d", r.Metric)
	}
	if len(r.Hops) > 1 {
		for _, h := range r.Hops {
			b.WriteString(" nexthop" + h.text())
		}
	}
	return b.String()
}

// planRoutes compares the static routes. New ones come first: where one takes the place
// of another no packet goes astray in between.
func planRoutes(s *state, d *Desired) (cs []change) {
	want := rib(s, d)
	is, wanted := byText(s.routes), byText(want)
	for _, r := range want {
		if is[r.text()] == nil {
			cs = append(cs, routeAdd{r})
		}
	}
	for _, r := range s.routes {
		if wanted[r.text()] == nil {
			cs = append(cs, routeDel{r})
		}
	}
	return cs
}

func byText(all []destination) map[string]*destination {
	m := make(map[string]*destination, len(all))
	for i := range all {
		m[all[i].text()] = &all[i]
	}
	return m
}

// rib is what of the wanted routes belongs into the kernel: of each destination those of
// the best distance that lead somewhere now. A connected network is better than any.
func rib(s *state, d *Desired) (all []destination) {
	known := newWays(s, d.Routes)
	at := make(map[netip.Prefix]int, len(d.Routes)) // index of all
	for _, r := range d.Routes {
		r.Prefix = r.Prefix.Masked()
		h, ok := known.resolve(r, 0)
		if !ok && !r.Permanent || known.connected[r.Prefix] {
			continue
		}
		i, found := at[r.Prefix]
		switch {
		case !found:
			i = len(all)
			at[r.Prefix] = i
			all = append(all, destination{Prefix: r.Prefix, Metric: r.Metric})
		case all[i].Metric > r.Metric:
			all[i] = destination{Prefix: r.Prefix, Metric: r.Metric}
		case all[i].Metric < r.Metric:
			continue
		}
		if h.Link != "" && len(all[i].Hops) < MaxPaths && !slices.Contains(all[i].Hops, h) {
			all[i].Hops = append(all[i].Hops, h)
		}
		all[i].For = append(all[i].For, way{r, h.Link})
	}
	return known.byPeers(all, d.Behind)
}

// usable reports whether packets can leave by the link.
func (l *LinkState) usable() bool { return l.Up && l.Carrier }

// ways is where a route may lead: over the links, or over the other static routes.
type ways struct {
	links     []LinkState           // those that are usable
	connected map[netip.Prefix]bool // their networks
	static    map[netip.Prefix][]Route
	through   map[step]led // what has been found out
	tried     int          // routes looked at
}

// step is a destination so many routes behind the one that is resolved.
type step struct {
	prefix netip.Prefix
	depth  int
}

// led is where the first usable route of a destination leads, and whether that route
// names a neighbour.
type led struct {
	hop
	neighbour, ok bool
}

func newWays(s *state, routes []Route) *ways {
	w := &ways{connected: map[netip.Prefix]bool{}, static: make(map[netip.Prefix][]Route, len(routes)), through: map[step]led{}}
	for _, l := range s.links {
		if l.usable() {
			w.links = append(w.links, l)
			for _, a := range l.Addrs {
				w.connected[a.Masked()] = true
			}
		}
	}
	for _, r := range routes {
		p := r.Prefix.Masked()
		w.static[p] = append(w.static[p], r)
	}
	for _, list := range w.static {
		slices.SortStableFunc(list, func(a, b Route) int { return a.Metric - b.Metric })
	}
	return w
}

// resolve finds the way of a route: over a connected network or, as IOS does and Linux
// does not, over other static routes. ok is false when it leads nowhere now. The way of a
// route that discards has no link.
func (w *ways) resolve(r Route, depth int) (h hop, ok bool) {
	const maxDepth = 8 // static routes may point at each other
	w.tried++
	if r.Null {
		return hop{}, true
	}
	best := -1 // length of the best connected network
	for i := range w.links {
		l := &w.links[i]
		if r.Link != "" && r.Link != l.Name {
			continue
		}
		if r.Link != "" && h.Link == "" {
			h = hop{Via: r.Via, Link: l.Name, Onlink: r.Via.IsValid()}
		}
		for _, p := range l.Addrs {
			if p.Contains(r.Via) && p.Addr() != r.Via && p.Bits() > best {
				best, h = p.Bits(), hop{Via: r.Via, Link: l.Name}
			}
		}
	}
	if h.Link != "" || r.Link != "" || depth == maxDepth {
		return h, h.Link != ""
	}
	for bits := 32; bits >= 0; bits-- {
		p, err := r.Via.Prefix(bits)
		if err != nil || p == r.Prefix.Masked() {
			continue // one by way of its own destination would take its own way
		}
		if l := w.behind(p, depth+1); l.ok {
			if !l.Via.IsValid() && l.Link != "" {
				l.Via = r.Via // the neighbour is on that link itself
				l.Onlink = l.neighbour
			}
			return l.hop, true
		}
	}
	return hop{}, false
}

// behind resolves the first route of a destination that leads anywhere. It is found out
// once: routes that lead into each other have more ways than could be gone.
func (w *ways) behind(p netip.Prefix, depth int) led {
	routes := w.static[p]
	if len(routes) == 0 {
		return led{}
	}
	at := step{p, depth}
	l, known := w.through[at]
	for i := 0; !known && !l.ok && i < len(routes); i++ {
		l.hop, l.ok = w.resolve(routes[i], depth)
		l.neighbour = routes[i].Via.IsValid()
	}
	w.through[at] = l
	return l
}

// mainTable lists the routes of the main table.
func mainTable() ([]netlink.Route, error) {
	list, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: unix.RT_TABLE_MAIN}, netlink.RT_FILTER_TABLE)
	if err != nil {
		return nil, fmt.Errorf("kernel: ip route show: %w", err)
	}
	return list, nil
}

// linkNames are the names of the links by their numbers.
func linkNames(links []LinkState) map[int]string {
	name := make(map[int]string, len(links))
	for _, l := range links {
		name[l.Index] = l.Name
	}
	return name
}

// ownRoutes are those routes of the main table that carry our number.
func ownRoutes(s *state, list []netlink.Route) (all []destination) {
	name := linkNames(s.links)
	for i := range list {
		if list[i].Protocol == protocolConft {
			all = append(all, destinationOf(&list[i], name))
		}
	}
	return all
}

func destinationOf(r *netlink.Route, name map[int]string) destination {
	d := destination{Prefix: prefix(r.Dst), Metric: r.Priority}
	hops := r.MultiPath
	if len(hops) == 0 && r.Type != unix.RTN_UNREACHABLE {
		hops = []*netlink.NexthopInfo{{LinkIndex: r.LinkIndex, Gw: r.Gw, Flags: r.Flags}}
	}
	for _, n := range hops {
		h := hop{Link: name[n.LinkIndex], Onlink: n.Flags&unix.RTNH_F_ONLINK != 0}
		h.Via, _ = netip.AddrFromSlice(n.Gw.To4())
		d.Hops = append(d.Hops, h)
	}
	return d
}

func (c routeAdd) do(k *Kernel) error { return k.send(c) }
func (c routeDel) do(k *Kernel) error { return k.send(c) }

func (c routeAdd) message(index func(string) (int, error)) (*nl.NetlinkRequest, error) {
	msg := nl.NewRtMsg()
	if len(c.Hops) == 1 && !c.Hops[0].Via.IsValid() {
		msg.Scope = unix.RT_SCOPE_LINK
	}
	return c.fill(nl.NewNetlinkRequest(unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_APPEND), msg, index)
}

func (c routeDel) message(index func(string) (int, error)) (*nl.NetlinkRequest, error) {
	return c.fill(nl.NewNetlinkRequest(unix.RTM_DELROUTE, 0), nl.NewRtDelMsg(), index)
}

// fill completes a request about the route.
func (r *destination) fill(req *nl.NetlinkRequest, msg *nl.RtMsg, index func(string) (int, error)) (*nl.NetlinkRequest, error) {
	msg.Family, msg.Dst_len, msg.Protocol = unix.AF_INET, uint8(r.Prefix.Bits()), protocolConft
	if len(r.Hops) == 0 {
		msg.Type = unix.RTN_UNREACHABLE
	}
	req.AddData(msg)
	req.AddData(nl.NewRtAttr(unix.RTA_DST, r.Prefix.Addr().AsSlice()))
	req.AddData(nl.NewRtAttr(unix.RTA_PRIORITY, nl.Uint32Attr(uint32(r.Metric))))
	var nexthops []byte
	for _, h := range r.Hops {
		i, err := index(h.Link)
		if err != nil {
			return nil, err
		}
		n := nl.RtNexthop{RtNexthop: unix.RtNexthop{Ifindex: int32(i)}}
		if h.Onlink {
			n.Flags = unix.RTNH_F_ONLINK
		}
		if h.Via.IsValid() {
			n.Children = append(n.Children, nl.NewRtAttr(unix.RTA_GATEWAY, h.Via.AsSlice()))
		}
		if len(r.Hops) > 1 {
			nexthops = append(nexthops, n.Serialize()...)
			continue
		}
		msg.Flags = uint32(n.Flags)
		req.AddData(nl.NewRtAttr(unix.RTA_OIF, nl.Uint32Attr(uint32(i))))
		for _, c := range n.Children {
			req.AddData(c)
		}
	}
	if len(nexthops) > 0 {
		req.AddData(nl.NewRtAttr(unix.RTA_MULTIPATH, nexthops))
	}
	return req, nil
}
