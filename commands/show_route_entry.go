package commands

import (
	"fmt"
	"io"

	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

// showTo prints `show ip route A.B.C.D [MASK]`: the one destination that is
// meant, or why there is none; of a classful network that has subnets all of them. As on
// IOS the default route is not what an address is in, unless it is asked for itself.
func (t *routeTable) showTo(w io.Writer, a grammar.Args) error {
	net, mask := a.IP("net"), a.IP("mask")
	if err := checkPrefix(a); err != nil {
		return err
	}
	class := classfulMask(net)
	if rows := kept(t.rows, within(net, class)); !a.Has("mask") && net&^class == 0 && len(rows) > 0 {
		if n, masks := subnetsOf(rows); n > 0 {
			t.showSubnets(w, rows, masks)
			return nil
		}
	}
	var best *routeRow
	subnets := false // of the classful network
	for _, r := range t.rows {
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

// showSubnets prints what is known of a classful network.
func (t *routeTable) showSubnets(w io.Writer, rows []routeRow, masks int) {
	attached := 0
	for i := range rows {
		if c := rows[i].code(); c == 'C' || c == 'L' {
			attached++
		}
	}
	class := classfulMask(rows[0].net)
	length := maskLen(class)
	if masks == 1 {
		length = maskLen(rows[0].mask)
	}
	fmt.Fprintf(w, "Routing entry for %s/%d, %d known subnets\n", ipText(rows[0].net&class), length, len(rows))
	if attached > 0 {
		fmt.Fprintf(w, "  Attached (%d connections)\n", attached)
	}
	if masks > 1 {
		fmt.Fprintf(w, "  Variably subnetted with %d masks\n", masks)
	}
	for i := range rows {
		t.showRoute(w, &rows[i], t.indent+2, masks > 1)
	}
}

// checkPrefix refuses a mask that does not fit its network.
func checkPrefix(a grammar.Args) error {
	net, mask := a.IP("net"), a.IP("mask")
	if a.Has("mask") && (!contiguous(mask) || net&^mask != 0) {
		return refuse("Inconsistent address and mask")
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
	via := map[byte]string{'C': "connected", 'L': "connected", 'S': "static"}[first.Code]
	fmt.Fprintf(w, "\n  Known via \"%s\", distance %d, metric %d", via, first.Distance, first.Metric)
	switch {
	case r.mask == 0:
		fmt.Fprint(w, ", candidate default path")
	case first.Code == 'L':
		fmt.Fprint(w, " (connected)")
	case !first.NextHop.IsValid():
		fmt.Fprint(w, " (connected, via interface)")
	}
	if first.Tag != 0 {
		fmt.Fprintf(w, "\n  Tag %d", first.Tag)
	}
	fmt.Fprint(w, "\n  Routing Descriptor Blocks:\n")
	mark := "*"
	for _, way := range r.ways {
		switch {
		case !way.NextHop.IsValid():
			fmt.Fprintf(w, "  %s directly connected, via %s\n", mark, way.Interface)
		case way.Pinned:
			fmt.Fprintf(w, "  %s %s, via %s\n", mark, way.NextHop, way.Interface)
		default:
			fmt.Fprintf(w, "  %s %s\n", mark, way.NextHop)
		}
		if way.Permanent {
			fmt.Fprint(w, textPermanent)
		}
		fmt.Fprintf(w, "      Route metric is %d, traffic share count is 1\n", way.Metric)
		if way.Tag != 0 {
			fmt.Fprintf(w, "      Route tag %d\n", way.Tag)
		}
		mark = " "
	}
}

const staticLegend = `Codes: M - Manual static, A - AAA download, N - IP NAT, D - DHCP,
       G - GPRS, V - Crypto VPN, C - CASA, P - Channel interface processor,
       B - BootP, S - Service selection gateway
       DN - Default Network, T - Tracking object
       L - TL1, E - OER, I - iEdge
       D1 - Dot1x Vlan Network, K - MWAM Route
       PP - PPP default route, MR - MRIPv6, SS - SSLVPN
       H - IPe Host, ID - IPe Domain Broadcast
       U - User GPRS, TE - MPLS Traffic-eng, LI - LIIN
       IR - ICMP Redirect
Codes in []: A - active, N - non-active, B - BFD-tracked, D - Not Tracked, P - permanent

Static local RIB for default

`

// showStaticRoutes prints `show ip static route`: all that are configured, those that
// are not used as well.
func showStaticRoutes(w io.Writer, routes []router.StaticRoute) {
	fmt.Fprint(w, staticLegend)
	var before config.Route
	for i, r := range routes {
		head := fmt.Sprintf("M  %s/%d", ipText(r.Prefix), maskLen(r.Mask))
		if i > 0 && before.Prefix == r.Prefix && before.Mask == r.Mask {
			head = fmt.Sprintf("%-*s", len(head), "M")
		}
		before = r.Route
		fmt.Fprintf(w, "%s [%d/0] via", head, r.Distance)
		if r.Interface != "" {
			fmt.Fprintf(w, " %s", r.Interface)
		}
		if r.NextHop != 0 {
			fmt.Fprintf(w, " %s", ipText(r.NextHop))
		}
		state := textStaticIdle
		if r.Active {
			state = textStaticActive
		}
		if r.Permanent {
			state += textStaticStays
		}
		fmt.Fprintf(w, " [%s]\n", state)
	}
	fmt.Fprint(w, "\n")
}
