package commands

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/router"
)

// showIPInterface prints `show ip interface [NAME]`: of IOS's lines those that are
// true of a Linux link.
func showIPInterface(w io.Writer, all []router.InterfaceState, name string) {
	for _, i := range all {
		if name != "" && name != i.Config.Name {
			continue
		}
		status, protocol := states(i)
		fmt.Fprintf(w, "%s is %s, line protocol is %s\n", i.Config.Name, status, protocol)
		if i.Config.Address == (config.Address{}) {
			fmt.Fprint(w, "  Internet protocol processing disabled\n")
			continue
		}
		method := "setup command"
		if i.Method == "NVRAM" {
			method = "non-volatile memory"
		}
		fmt.Fprintf(w, "  Internet address is %s/%d\n", ipText(i.Config.Address.IP), maskLen(i.Config.Address.Mask))
		fmt.Fprintf(w, "  Address determined by %s\n  MTU is %d bytes\n", method, i.IPMTU)
		fmt.Fprint(w, "  Helper address is not set\n  Directed broadcast forwarding is disabled\n")
		for _, a := range i.Config.Secondary {
			fmt.Fprintf(w, "  Secondary address %s/%d\n", ipText(a.IP), maskLen(a.Mask))
		}
		fmt.Fprintf(w, "  Outgoing access list is %s\n  Inbound  access list is %s\n",
			cmp.Or(i.Config.AccessOut, "not set"), cmp.Or(i.Config.AccessIn, "not set"))
	}
}

// showIPInterfaceBrief prints `show ip interface brief`.
func showIPInterfaceBrief(w io.Writer, all []router.InterfaceState) {
	const row = "%-26s %-15s %-3s %-6s %-21s %-8s\n"
	fmt.Fprintf(w, "%-26s %-15s %-3s %-6s %-21s %s\n", "Interface", "IP-Address", "OK?", "Method", "Status", "Protocol")
	for _, i := range all {
		address := "unassigned"
		if i.Config.Address != (config.Address{}) {
			address = ipText(i.Config.Address.IP)
		}
		status, protocol := states(i)
		fmt.Fprintf(w, row, i.Config.Name, address, "YES", i.Method, status, protocol)
	}
}

// states are the status of the hardware and of the line protocol.
func states(i router.InterfaceState) (status, protocol string) {
	status, protocol = "down", "down"
	if i.Config.Shutdown {
		return "administratively down", protocol
	}
	if i.LinkUp {
		status = "up"
	}
	if i.Protocol {
		protocol = "up"
	}
	return status, protocol
}

const routeLegend = `Codes: C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area 
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route

`

// routeRow is one destination with all its ways.
type routeRow struct {
	net, mask uint32
	ways      []router.RouteState
}

// showIPRoute prints `show ip route` in the manner of 12.4: no local routes, and
// a header for each classful network that holds subnets.
func showIPRoute(w io.Writer, routes []router.RouteState) {
	rows := routeRows(routes)
	fmt.Fprint(w, routeLegend)
	gateway := "Gateway of last resort is not set"
	for _, r := range rows {
		if r.mask == 0 {
			gateway = "Gateway of last resort is 0.0.0.0 to network 0.0.0.0"
			if hop := r.ways[0].NextHop; hop.IsValid() {
				gateway = fmt.Sprintf("Gateway of last resort is %s to network 0.0.0.0", hop)
			}
		}
	}
	fmt.Fprint(w, gateway+"\n\n")
	showRouteRows(w, rows)
}

// showRouteRows prints destinations below the classful networks they belong to.
func showRouteRows(w io.Writer, rows []routeRow) {
	for i := 0; i < len(rows); {
		class := classfulMask(rows[i].net)
		major := rows[i].net & class
		// Networks and supernets stand alone; subnets stand under their network.
		n := 0
		for i+n < len(rows) && rows[i+n].mask > class && rows[i+n].net&class == major {
			n++
		}
		if n == 0 {
			showRoute(w, rows[i], "    ", true)
			i++
			continue
		}
		group := rows[i : i+n]
		masks := map[uint32]bool{}
		for _, r := range group {
			masks[r.mask] = true
		}
		if len(masks) == 1 {
			fmt.Fprintf(w, "     %s/%d is subnetted, %d subnets\n", ipText(major), maskLen(group[0].mask), n)
		} else {
			fmt.Fprintf(w, "     %s/%d is variably subnetted, %d subnets, %d masks\n", ipText(major), maskLen(class), n, len(masks))
		}
		for _, r := range group {
			showRoute(w, r, "       ", len(masks) > 1)
		}
		i += n
	}
}

// routeRows gathers the ways of one destination; the default route comes last,
// as IOS prints it, the others by address.
func routeRows(routes []router.RouteState) []routeRow {
	var rows []routeRow
	for _, r := range routes {
		net, mask := ipValue(r.Prefix.Masked().Addr()), prefixMask(r.Prefix.Bits())
		i := slices.IndexFunc(rows, func(x routeRow) bool { return x.net == net && x.mask == mask })
		if i < 0 {
			rows = append(rows, routeRow{net: net, mask: mask})
			i = len(rows) - 1
		}
		rows[i].ways = append(rows[i].ways, r)
	}
	slices.SortStableFunc(rows, func(a, b routeRow) int {
		if (a.mask == 0) != (b.mask == 0) {
			return cmp.Compare(b.mask, a.mask)
		}
		return cmp.Or(cmp.Compare(a.net, b.net), cmp.Compare(a.mask, b.mask))
	})
	return rows
}

func prefixMask(bits int) uint32 { return uint32(^uint64(0) << (32 - bits)) }

// showRoute prints the ways of one destination, the second and later ones under
// the first.
func showRoute(w io.Writer, r routeRow, gap string, length bool) {
	code := string(r.ways[0].Code)
	if r.mask == 0 {
		code += "*"
		gap = gap[1:]
	}
	head := code + gap + ipText(r.net)
	if length {
		head += fmt.Sprintf("/%d", maskLen(r.mask))
	}
	for i, way := range r.ways {
		if i > 0 {
			head = strings.Repeat(" ", len(head))
		}
		if way.NextHop.IsValid() {
			fmt.Fprintf(w, "%s [%d/%d] via %s\n", head, way.Distance, way.Metric, way.NextHop)
		} else {
			fmt.Fprintf(w, "%s is directly connected, %s\n", head, way.Interface)
		}
	}
}

// showAccessLists prints `show access-lists [NAME]`: standard lists before extended
// ones and, unlike `show running-config`, numbered lists before named ones.
func showAccessLists(w io.Writer, lists []router.ACLState, name string) {
	for _, standard := range []bool{true, false} {
		for _, numbered := range []bool{true, false} {
			for _, l := range lists {
				if l.List.Standard == standard && config.Numbered(l.List.Name) == numbered && (name == "" || l.List.Name == name) {
					showAccessList(w, l)
				}
			}
		}
	}
}

func showAccessList(w io.Writer, l router.ACLState) {
	kind, entry := extendedKind, acl.AppendEntry
	if l.List.Standard {
		kind, entry = standardKind, acl.AppendStandardShow
	}
	fmt.Fprintf(w, "%s IP access list %s\n", kind.title(), l.List.Name)
	for i, e := range l.List.Entries {
		if e.Remark != "" {
			continue
		}
		matches := ""
		if i < len(l.Match) && l.Match[i] > 0 {
			matches = fmt.Sprintf(" (%d matches)", l.Match[i])
			if l.Match[i] == 1 {
				matches = " (1 match)"
			}
		}
		fmt.Fprintf(w, "    %d %s%s\n", e.Seq, entry(nil, &e), matches)
	}
}
