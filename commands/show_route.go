package commands

import (
	"fmt"
	"io"

	"conft/internal/router"
	"conft/shell/grammar"
)

// routesOf are the routes of one code.
func routesOf(all []router.RouteState, code byte) (some []router.RouteState) {
	for _, r := range all {
		if r.Code == code {
			some = append(some, r)
		}
	}
	return some
}

// showIPRouteTo prints `show ip route A.B.C.D [MASK]`: the one destination that is
// meant, or why there is none. As on IOS the default route is not what an address
// is in, unless it is asked for itself.
func showIPRouteTo(w io.Writer, routes []router.RouteState, a grammar.Args) error {
	net, mask := a.IP("net"), a.IP("mask")
	if a.Has("mask") && (!contiguous(mask) || net&^mask != 0) {
		return refuse("Inconsistent address and mask")
	}
	var best *routeRow
	subnets := false // of the classful network
	for _, r := range routeRows(routes) {
		subnets = subnets || r.mask > classfulMask(net) && (r.net^net)&classfulMask(net) == 0
		switch {
		case a.Has("mask") && (r.net != net || r.mask != mask),
			(r.net^net)&r.mask != 0, r.mask == 0 && net != 0,
			best != nil && best.mask > r.mask:
		default:
			best = &r
		}
	}
	switch {
	case best != nil:
		showRoutingEntry(w, *best)
	case subnets:
		fmt.Fprint(w, "% Subnet not in table\n")
	default:
		fmt.Fprint(w, "% Network not in table\n")
	}
	return nil
}

// showRoutingEntry prints one destination with all its ways.
func showRoutingEntry(w io.Writer, r routeRow) {
	first := r.ways[0]
	fmt.Fprintf(w, "Routing entry for %s/%d", ipText(r.net), maskLen(r.mask))
	if r.mask < classfulMask(r.net) {
		fmt.Fprint(w, ", supernet")
	}
	via := map[byte]string{'C': "connected", 'S': "static"}[first.Code]
	fmt.Fprintf(w, "\n  Known via \"%s\", distance %d, metric %d", via, first.Distance, first.Metric)
	switch {
	case r.mask == 0:
		fmt.Fprint(w, ", candidate default path")
	case !first.NextHop.IsValid():
		fmt.Fprint(w, " (connected, via interface)")
	}
	fmt.Fprint(w, "\n  Routing Descriptor Blocks:\n")
	mark := "*"
	for _, way := range r.ways {
		if way.NextHop.IsValid() {
			fmt.Fprintf(w, "  %s %s\n", mark, way.NextHop)
		} else {
			fmt.Fprintf(w, "  %s directly connected, via %s\n", mark, way.Interface)
		}
		fmt.Fprintf(w, "      Route metric is %d, traffic share count is 1\n", way.Metric)
		mark = " "
	}
}
