package commands

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/router"
	"conft/shell/grammar"
)

func natCommands(r Router) []exec {
	clear := func(t func(a grammar.Args) func(router.Translation) bool) func(context.Context, Terminal, grammar.Args) error {
		return func(_ context.Context, _ Terminal, a grammar.Args) error { return clearNAT(r, t(a)) }
	}
	help := grammar.Help{
		"ip":          "Clear IP",
		"nat":         "Clear NAT",
		"translation": "Clear dynamic translation",
		"*":           "Clear all dynamic translations",
		"inside":      "Clear inside address(es) translations",
		"outside":     "Clear outside address(es) translations",
		"tcp":         "Transmission Control Protocol",
		"udp":         "User Datagram Protocol",
		"forced":      "Delete all dynamic translations forcefully",
		"$global":     "Inside global IP address",
		"$local":      "Inside local IP address",
		"$gport":      "Inside global UDP/TCP port",
		"$lport":      "Inside local UDP/TCP port",
		"$olocal":     "Outside local IP address",
		"$oglobal":    "Outside global IP address",
		"$olport":     "Outside local UDP/TCP port",
		"$ogport":     "Outside global UDP/TCP port",
	}
	return []exec{
		{
			Syntax: "show ip nat translations [tcp | udp | icmp] [verbose]",
			Help: grammar.Help{
				"nat":          "IP NAT information",
				"translations": "Translation entries",
				"tcp":          "Transmission Control Protocol",
				"udp":          "User Datagram Protocol",
				"icmp":         "Internet Control Message Protocol",
				"verbose":      "Show extra information",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				rows := natRows(r.Config(), r.NAT())
				for _, protocol := range []string{"tcp", "udp", "icmp"} {
					if a.Has(protocol) {
						rows = without(rows, func(n natRow) bool { return n.protocol != protocol })
					}
				}
				showNATTranslations(w, rows, a.Has("verbose"))
				return nil
			}),
		},
		{
			Syntax: "show ip nat statistics",
			Help:   grammar.Help{"statistics": "Translation statistics"},
			Run: output(func(w io.Writer, _ grammar.Args) error {
				showNATStatistics(w, r.Config(), r.NAT())
				return nil
			}),
		},
		{
			Syntax: "clear ip nat statistics",
			Help:   grammar.Help{"ip": "Clear IP", "nat": "Clear NAT", "statistics": "Clear NAT statistics"}, Priv: privileged,
			Run: func(context.Context, Terminal, grammar.Args) error { return r.ClearNATStatistics() },
		},
		{
			Syntax: "clear ip nat translation *",
			Help:   help, Priv: privileged,
			Run: clear(func(grammar.Args) func(router.Translation) bool { return nil }),
		},
		{
			Syntax: "clear ip nat translation forced",
			Help:   help, Priv: privileged,
			Run: clear(func(grammar.Args) func(router.Translation) bool { return nil }),
		},
		{
			Syntax: "clear ip nat translation inside A.B.C.D$global A.B.C.D$local [outside A.B.C.D$olocal A.B.C.D$oglobal]",
			Help:   help, Priv: privileged,
			Run: clear(func(a grammar.Args) func(router.Translation) bool {
				return func(t router.Translation) bool {
					return t.InsideGlobal.Addr() == a.Addr("global") && t.InsideLocal.Addr() == a.Addr("local") &&
						(!a.Has("outside") || t.OutsideLocal.Addr() == a.Addr("olocal") && t.OutsideGlobal.Addr() == a.Addr("oglobal"))
				}
			}),
		},
		{
			Syntax: "clear ip nat translation outside A.B.C.D$olocal A.B.C.D$oglobal",
			Help:   help, Priv: privileged,
			Run: clear(func(a grammar.Args) func(router.Translation) bool {
				return func(t router.Translation) bool {
					return t.OutsideLocal.Addr() == a.Addr("olocal") && t.OutsideGlobal.Addr() == a.Addr("oglobal")
				}
			}),
		},
		{
			Syntax: "clear ip nat translation {tcp | udp}$protocol inside A.B.C.D$global <1-65535>$gport A.B.C.D$local <1-65535>$lport" +
				" [outside A.B.C.D$olocal <1-65535>$olport A.B.C.D$oglobal <1-65535>$ogport]",
			Help: help, Priv: privileged,
			Run: clear(func(a grammar.Args) func(router.Translation) bool {
				end := func(addr, port string) netip.AddrPort {
					return netip.AddrPortFrom(a.Addr(addr), uint16(a.Int(port)))
				}
				return func(t router.Translation) bool {
					return acl.ProtocolName(t.Protocol) == a.String("protocol") &&
						t.InsideGlobal == end("global", "gport") && t.InsideLocal == end("local", "lport") &&
						(!a.Has("outside") || t.OutsideLocal == end("olocal", "olport") && t.OutsideGlobal == end("oglobal", "ogport"))
				}
			}),
		},
	}
}

// clearNAT ends translations; when one is named and there is none, it says so.
func clearNAT(r Router, del func(router.Translation) bool) error {
	if s := r.NAT(); del != nil && !slices.ContainsFunc(s.Flows, del) && !slices.ContainsFunc(s.Assigned, func(a router.Assigned) bool {
		return del(router.Translation{InsideGlobal: netip.AddrPortFrom(a.Global, 0), InsideLocal: netip.AddrPortFrom(a.Inside, 0)})
	}) {
		return fmt.Errorf(textNATNoStatic)
	}
	return r.ClearTranslations(del)
}

// natRow is one row of `show ip nat translations`.
type natRow struct {
	protocol                                               string
	insideGlobal, insideLocal, outsideLocal, outsideGlobal string
	flow                                                   *router.Translation // nil for a static one
	given                                                  *router.Assigned    // an address of a pool
	static                                                 bool                // of a static translation
	mapping                                                int                 // number of the dynamic one, 0 for none
}

// natRows are the connections of dynamic translations, then each static translation
// behind its own connections.
func natRows(c *config.Config, s router.NATState) (rows []natRow) {
	flows := slices.Clone(s.Flows)
	slices.SortFunc(flows, func(a, b router.Translation) int {
		return cmp.Or(a.InsideGlobal.Compare(b.InsideGlobal), cmp.Compare(a.Protocol, b.Protocol), a.OutsideGlobal.Compare(b.OutsideGlobal),
			a.InsideLocal.Compare(b.InsideLocal))
	})
	owner := make([]*config.NATStatic, len(flows))
	for i := range s.Assigned {
		if a := &s.Assigned[i]; a.Shown {
			const none = "---"
			rows = append(rows, natRow{protocol: none, insideGlobal: a.Global.String(), insideLocal: a.Inside.String(), outsideLocal: none, outsideGlobal: none,
				given: a, mapping: poolMapping(c, a.Pool)})
		}
	}
	for i := range flows {
		if owner[i] = natOwner(c, &flows[i]); owner[i] == nil {
			rows = append(rows, flowRow(&flows[i]))
		}
	}
	for _, st := range c.NAT.Static {
		for i := range flows {
			if owner[i] == st {
				row := flowRow(&flows[i])
				row.static, row.mapping = true, 0
				rows = append(rows, row)
			}
		}
		if row, ok := staticRow(c, st); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

// poolMapping numbers the translation by a list that gives the addresses of a pool.
func poolMapping(c *config.Config, pool string) int {
	return 1 + slices.IndexFunc(c.NAT.Sources, func(s config.NATSource) bool { return s.Pool == pool && s.RouteMap == "" && !s.Overload })
}

// natOwner is the static translation that a connection goes by, nil for none.
func natOwner(c *config.Config, t *router.Translation) *config.NATStatic {
	for _, s := range c.NAT.Static {
		global, local := t.InsideGlobal, t.InsideLocal
		if s.Outside {
			global, local = t.OutsideGlobal, t.OutsideLocal
		}
		mask := cmp.Or(s.Mask, ^uint32(0))
		in := func(a netip.AddrPort, base uint32, port uint16) bool {
			return acl.Word(a.Addr())&mask == base && (s.Protocol == 0 || s.Protocol == t.Protocol && a.Port() == port)
		}
		if in(local, s.Local, s.LocalPort) && in(global, natGlobal(c, s), s.GlobalPort) {
			return s
		}
	}
	return nil
}

// natGlobal is the global address of a static translation, 0 when the interface has
// none.
func natGlobal(c *config.Config, s *config.NATStatic) uint32 {
	if i := c.Interface(s.Interface); i != nil {
		return i.Address.IP
	}
	return s.Global
}

func flowRow(t *router.Translation) natRow {
	text := func(a netip.AddrPort) string { return a.String() }
	return natRow{protocol: acl.ProtocolName(t.Protocol), flow: t, mapping: t.Mapping,
		insideGlobal: text(t.InsideGlobal), insideLocal: text(t.InsideLocal),
		outsideLocal: text(t.OutsideLocal), outsideGlobal: text(t.OutsideGlobal)}
}

func staticRow(c *config.Config, s *config.NATStatic) (natRow, bool) {
	const none = "---"
	global := natGlobal(c, s)
	r := natRow{protocol: none, static: true, insideGlobal: none, insideLocal: none, outsideLocal: none, outsideGlobal: none}
	g, l := ipText(global), ipText(s.Local)
	if s.Protocol != 0 {
		r.protocol = acl.ProtocolName(s.Protocol)
		g, l = fmt.Sprintf("%s:%d", g, s.GlobalPort), fmt.Sprintf("%s:%d", l, s.LocalPort)
	}
	if s.Outside {
		r.outsideGlobal, r.outsideLocal = g, l
	} else {
		r.insideGlobal, r.insideLocal = g, l
	}
	return r, global != 0
}

// showNATTranslations prints `show ip nat translations`; nothing at all when there are
// none.
func showNATTranslations(w io.Writer, rows []natRow, verbose bool) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprint(w, "Pro Inside global      Inside local       Outside local      Outside global\n")
	for i, r := range rows {
		// A protocol of four letters takes its blank from the column behind it.
		first := fmt.Sprintf("%-3s %s", r.protocol, r.insideGlobal)
		fmt.Fprintf(w, "%-22s %-18s %-18s %s\n", first, r.insideLocal, r.outsideLocal, r.outsideGlobal)
		if verbose {
			r.verbose(w, i+1)
		}
	}
}

// verbose prints what `verbose` adds to a row. The number of a row is that of this
// listing.
func (r *natRow) verbose(w io.Writer, id int) {
	if a := r.given; a != nil {
		fmt.Fprintf(w, textNATTimes, hoursText(0), hoursText(a.Timeout-a.Left), a.Timeout.Milliseconds(), hoursText(a.Left))
		fmt.Fprintf(w, textNATMapID+textNATFlags, r.mapping, "none", id)
		return
	}
	if r.flow == nil {
		fmt.Fprintf(w, textNATStatic+textNATFlags, hoursText(0), hoursText(0), "static", id)
		return
	}
	flags := "extended"
	if r.static {
		flags = "static, extended"
	}
	fmt.Fprintf(w, textNATTimes, hoursText(r.flow.Age), hoursText(r.flow.Idle), r.flow.Timeout.Milliseconds(), hoursText(r.flow.Left))
	if r.mapping != 0 {
		fmt.Fprintf(w, textNATMapID, r.mapping)
	}
	fmt.Fprintf(w, textNATFlags, flags, id)
}

// showNATStatistics prints `show ip nat statistics`.
func showNATStatistics(w io.Writer, c *config.Config, s router.NATState) {
	rows := natRows(c, s)
	var static, extended int
	refs := map[int]int{}
	for _, r := range rows {
		if r.flow == nil && r.given == nil {
			static++
		} else {
			refs[r.mapping]++
		}
		if r.insideGlobal != "---" && strings.Contains(r.insideGlobal, ":") || strings.Contains(r.outsideGlobal, ":") {
			extended++
		}
	}
	fmt.Fprintf(w, "Total active translations: %d (%d static, %d dynamic; %d extended)\n", len(rows), static, len(rows)-static, extended)
	for _, side := range []struct {
		title string
		side  config.NATSide
	}{{"Outside interfaces:", config.NATOutside}, {"Inside interfaces: ", config.NATInside}} {
		var names []string
		for _, i := range c.Interfaces {
			if i.NAT == side.side {
				names = append(names, i.Name)
			}
		}
		fmt.Fprintln(w, side.title)
		if names != nil {
			fmt.Fprintln(w, strings.Join(names, ", "))
		}
	}
	fmt.Fprintf(w, "Hits: %d  Misses: %d\n", s.Hits, s.Misses)
	fmt.Fprintf(w, "CEF Translated packets: %d, CEF Punted packets: %d\n", s.Hits+s.Misses, 0)
	fmt.Fprintf(w, "Expired translations: %d\nDynamic mappings:\n", s.Expired)
	if len(c.NAT.Sources) > 0 {
		fmt.Fprint(w, "-- Inside Source\n")
	}
	for i, src := range c.NAT.Sources {
		fmt.Fprintf(w, "[Id: %d] %s refcount %d\n", i+1, natMappingText(src), refs[i+1])
		if p := c.NAT.Pool(src.Pool); p != nil {
			missed := uint64(0)
			if i < len(s.Missed) {
				missed = s.Missed[i]
			}
			showNATPool(w, p, s, missed)
		}
	}
	fmt.Fprint(w, "\nTotal doors: 0\nAppl doors: 0\nNormal doors: 0\nQueued Packets: 0\n")
}

// natMappingText is "access-list 1 pool P" or "route-map R interface X".
func natMappingText(s config.NATSource) string {
	text := "access-list " + s.List
	if s.RouteMap != "" {
		text = "route-map " + s.RouteMap
	}
	if s.Pool != "" {
		return text + " pool " + s.Pool
	}
	return text + " interface " + s.Interface
}

func showNATPool(w io.Writer, p *config.NATPool, s router.NATState, missed uint64) {
	used := map[netip.Addr]bool{}
	for _, a := range s.Assigned {
		if a.Pool == p.Name {
			used[a.Global] = true
		}
	}
	for _, f := range s.Flows {
		if ip := acl.Word(f.InsideGlobal.Addr()); p.First <= ip && ip <= p.Last {
			used[f.InsideGlobal.Addr()] = true
		}
	}
	total := uint64(p.Last) - uint64(p.First) + 1
	fmt.Fprintf(w, "pool %s: netmask %s\n        start %s end %s\n", p.Name, ipText(p.Mask), ipText(p.First), ipText(p.Last))
	fmt.Fprintf(w, "        type generic, total addresses %d, allocated %d (%d%%), misses %d\n", total, len(used), uint64(len(used))*100/total, missed)
}
