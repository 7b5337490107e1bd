package commands

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"unsafe"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/router"
)

const routeLegend12 = `Codes: C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area 
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route

`

const routeLegend15 = `Codes: L - local, C - connected, S - static, R - RIP, M - mobile, B - BGP
       D - EIGRP, EX - EIGRP external, O - OSPF, IA - OSPF inter area 
       N1 - OSPF NSSA external type 1, N2 - OSPF NSSA external type 2
       E1 - OSPF external type 1, E2 - OSPF external type 2
       i - IS-IS, su - IS-IS summary, L1 - IS-IS level-1, L2 - IS-IS level-2
       ia - IS-IS inter area, * - candidate default, U - per-user static route
       o - ODR, P - periodic downloaded static route, H - NHRP, l - LISP
       a - application route
       + - replicated route, % - next hop override, p - overrides from PfR

`

// routeRow is one destination with all its ways.
type routeRow struct {
	net, mask uint32
	ways      []router.RouteState
}

func (r *routeRow) code() byte { return r.ways[0].Code }

// routeTable is the routing table in the manner of a release: 15.x has local routes and
// begins with the default route, where 12.4 ends.
type routeTable struct {
	rows   []routeRow
	ios15  bool
	indent int // of a classful network
}

func newRouteTable(c *config.Config, routes []router.RouteState) *routeTable {
	t := &routeTable{ios15: c.IOS15(), indent: 5}
	if t.ios15 {
		t.indent = 6
		routes = append(routes[:len(routes):len(routes)], localRoutes(routes)...)
	}
	for _, r := range routes {
		net, mask := acl.Word(r.Prefix.Masked().Addr()), prefixMask(r.Prefix.Bits())
		i := slices.IndexFunc(t.rows, func(x routeRow) bool { return x.net == net && x.mask == mask })
		if i < 0 {
			i = len(t.rows)
			t.rows = append(t.rows, routeRow{net: net, mask: mask})
		}
		// Two addresses of one network are one way to it.
		if !slices.ContainsFunc(t.rows[i].ways, func(o router.RouteState) bool { o.Address = r.Address; return o == r }) {
			t.rows[i].ways = append(t.rows[i].ways, r)
		}
	}
	slices.SortStableFunc(t.rows, func(a, b routeRow) int {
		if (a.mask == 0) != (b.mask == 0) && !t.ios15 {
			return cmp.Compare(b.mask, a.mask)
		}
		return cmp.Or(cmp.Compare(a.net, b.net), cmp.Compare(a.mask, b.mask))
	})
	return t
}

// localRoutes are those of the router's own addresses, of one for each that is not a
// network by itself.
func localRoutes(routes []router.RouteState) (local []router.RouteState) {
	for _, r := range routes {
		if r.Code == 'C' && r.Address.IsValid() && r.Prefix.Bits() < 32 {
			r.Code = 'L'
			r.Prefix, _ = r.Address.Prefix(32)
			local = append(local, r)
		}
	}
	return local
}

func prefixMask(bits int) uint32 { return uint32(^uint64(0) << (32 - bits)) }

// show prints `show ip route`, or those of its destinations that are to be kept.
func (t *routeTable) show(w io.Writer, keep func(*routeRow) bool) {
	legend := routeLegend12
	if t.ios15 {
		legend = routeLegend15
	}
	fmt.Fprint(w, legend+t.lastResort())
	t.showRows(w, keep)
}

// showCodes prints `show ip route static` and those like it, of which 12.4 does not explain
// the codes.
func (t *routeTable) showCodes(w io.Writer, codes string) {
	keep := func(r *routeRow) bool { return strings.IndexByte(codes, r.code()) >= 0 }
	if t.ios15 {
		t.show(w, keep)
	} else {
		t.showRows(w, keep)
	}
}

// anyRoute keeps all destinations.
func anyRoute(*routeRow) bool { return true }

// supernet keeps the destinations that are wider than their classful network.
func supernet(r *routeRow) bool { return r.mask < classfulMask(r.net) }

// within keeps the destinations in a prefix.
func within(net, mask uint32) func(*routeRow) bool {
	return func(r *routeRow) bool { return r.mask >= mask && (r.net^net)&mask == 0 }
}

func kept(of []routeRow, keep func(*routeRow) bool) (rows []routeRow) {
	for i := range of {
		if keep(&of[i]) {
			rows = append(rows, of[i])
		}
	}
	return rows
}

func (t *routeTable) lastResort() string {
	for _, r := range t.rows {
		if r.mask == 0 {
			hop := "0.0.0.0"
			if r.ways[0].NextHop.IsValid() {
				hop = r.ways[0].NextHop.String()
			}
			return "Gateway of last resort is " + hop + " to network 0.0.0.0\n\n"
		}
	}
	return "Gateway of last resort is not set\n\n"
}

// showRows prints the destinations that are to be kept, below the classful networks they
// belong to, of which all subnets are counted. Networks without subnets and supernets stand
// alone.
func (t *routeTable) showRows(w io.Writer, keep func(*routeRow) bool) {
	for rows := t.rows; len(rows) > 0; {
		n, masks := subnetsOf(rows)
		group := rows[:max(n, 1)]
		rows = rows[len(group):]
		shown := kept(group, keep)
		switch {
		case len(shown) == 0:
		case n == 0:
			t.showRoute(w, &shown[0], t.indent-1, true)
		default:
			t.showNetwork(w, group, masks)
			for i := range shown {
				t.showRoute(w, &shown[i], t.indent+2, masks > 1)
			}
		}
	}
}

// showNetwork prints the line above the subnets of a classful network.
func (t *routeTable) showNetwork(w io.Writer, subnets []routeRow, masks int) {
	class := classfulMask(subnets[0].net)
	fmt.Fprintf(w, "%*s%s/", t.indent, "", ipText(subnets[0].net&class))
	if masks == 1 {
		fmt.Fprintf(w, "%d is subnetted, %d subnets\n", maskLen(subnets[0].mask), len(subnets))
	} else {
		fmt.Fprintf(w, "%d is variably subnetted, %d subnets, %d masks\n", maskLen(class), len(subnets), masks)
	}
}

// subnetsOf counts the destinations, the network itself among them, that stand under the
// classful network of the first, and their masks; 0 when there are no subnets.
func subnetsOf(rows []routeRow) (n, masks int) {
	class := classfulMask(rows[0].net)
	seen := map[uint32]bool{}
	for ; n < len(rows) && rows[n].mask >= class && (rows[n].net^rows[0].net)&class == 0; n++ {
		seen[rows[n].mask] = true
	}
	if len(seen) == 1 && seen[class] {
		return 0, 0
	}
	return n, len(seen)
}

// showRoute prints the ways of one destination, the second and later ones under
// the first.
func (t *routeTable) showRoute(w io.Writer, r *routeRow, gap int, length bool) {
	code := string(r.code())
	if r.mask == 0 {
		code += "*"
	}
	head := fmt.Sprintf("%-*s%s", gap+1, code, ipText(r.net))
	if length {
		head += fmt.Sprintf("/%d", maskLen(r.mask))
	}
	for i, way := range r.ways {
		if i > 0 {
			head = strings.Repeat(" ", len(head))
		}
		fmt.Fprint(w, head)
		if way.NextHop.IsValid() {
			fmt.Fprintf(w, " [%d/%d] via %s", way.Distance, way.Metric, way.NextHop)
			if way.Pinned {
				fmt.Fprintf(w, ", %s", way.Interface)
			}
		} else {
			fmt.Fprintf(w, " is directly connected, %s", way.Interface)
		}
		fmt.Fprint(w, "\n")
	}
}

// showSummary prints `show ip route summary`; the memory is what this program takes for
// the entries.
func (t *routeTable) showSummary(w io.Writer) {
	type source struct{ networks, subnets, overhead, memory int }
	var total, connected, static source
	for _, r := range t.rows {
		s := &static
		if r.code() != 'S' {
			s = &connected
		}
		if r.mask > classfulMask(r.net) {
			s.subnets++
		} else {
			s.networks++
		}
		s.overhead += int(unsafe.Sizeof(r))
		s.memory += len(r.ways) * int(unsafe.Sizeof(r.ways[0]))
	}
	for _, s := range []source{connected, static} {
		total = source{total.networks + s.networks, total.subnets + s.subnets, total.overhead + s.overhead, total.memory + s.memory}
	}
	name, replicates, zero := "Default-IP-Routing-Table(0)", "", ""
	if t.ios15 {
		name, replicates, zero = "default (0x0)", "Replicates  ", "0           "
	}
	fmt.Fprintf(w, "IP routing table name is %s\nIP routing table maximum-paths is %d\n", name, router.MaxPaths)
	fmt.Fprintf(w, "Route Source    Networks    Subnets     %sOverhead    Memory (bytes)\n", replicates)
	row := func(label string, s source) {
		fmt.Fprintf(w, "%-16s%-12d%-12d%s%-12d%d\n", label, s.networks, s.subnets, zero, s.overhead, s.memory)
	}
	row("connected", connected)
	row("static", static)
	internal := 0
	for rows := t.rows; len(rows) > 0; {
		n, _ := subnetsOf(rows)
		if n > 0 {
			internal++
		}
		rows = rows[max(n, 1):]
	}
	size := internal * int(unsafe.Sizeof(routeRow{}))
	fmt.Fprintf(w, "%-16s%-*d%d\n", "internal", 36+len(zero), internal, size)
	total.memory += size
	row("Total", total)
}
