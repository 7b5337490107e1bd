package commands

import (
	"fmt"
	"io"

	"conft/internal/router"
	"conft/shell/grammar"
)

func showRouting(r Router) []exec {
	return []exec{
		{
			Syntax: "show ip route [connected | local | static | summary | supernets-only | {bgp | eigrp | isis | mobile | odr | ospf | rip}$protocol | A.B.C.D$net [A.B.C.D$mask [longer-prefixes]]]",
			Help: grammar.Help{
				"show":            "Show running system information",
				"ip":              "IP information",
				"route":           "IP routing table",
				"connected":       "Connected",
				"local":           "Local routes",
				"static":          "Static routes",
				"summary":         "Summary of all routes",
				"supernets-only":  "Show supernet entries only",
				"bgp":             "Border Gateway Protocol (BGP)",
				"eigrp":           "Enhanced Interior Gateway Routing Protocol (EIGRP)",
				"isis":            "ISO IS-IS",
				"mobile":          "Mobile routes",
				"odr":             "On Demand stub Routes",
				"ospf":            "Open Shortest Path First (OSPF)",
				"rip":             "Routing Information Protocol (RIP)",
				"$net":            "Network to display information about or hostname",
				"$mask":           "Network mask",
				"longer-prefixes": "Show route matching the specified Network/Mask pair only",
			},
			Run: output(func(w io.Writer, a grammar.Args) error {
				t := newRouteTable(r.Config(), r.Routes())
				switch {
				case a.Has("longer-prefixes"):
					if err := checkPrefix(a); err != nil {
						return err
					}
					t.show(w, within(a.IP("net"), a.IP("mask")))
				case a.Has("net"):
					return t.showTo(w, a)
				case a.Has("summary"):
					t.showSummary(w)
				case a.Has("static"):
					t.showCodes(w, "S")
				case a.Has("connected"):
					t.showCodes(w, "CL")
				case a.Has("local"):
					t.showCodes(w, "L")
				case a.Has("protocol"): // none runs
					t.showCodes(w, "")
				case a.Has("supernets-only"):
					t.show(w, supernet)
				default:
					t.show(w, anyRoute)
				}
				return nil
			}),
		},
		{
			Syntax: "show ip static route",
			Help: grammar.Help{
				"static": "IP static routes",
				"route":  "IP static routing table",
			},
			Run: output(func(w io.Writer, _ grammar.Args) error { showStaticRoutes(w, r.StaticRoutes()); return nil }),
		},
		{
			Syntax: "show ip protocols",
			Help:   grammar.Help{"protocols": "IP routing protocol process parameters and statistics"},
			Run: output(func(w io.Writer, _ grammar.Args) error {
				_, err := io.WriteString(w, "*** IP Routing is NSF aware ***\n\n")
				return err
			}),
		},
		{
			Syntax: "show protocols [INTERFACE]",
			Help:   grammar.Help{"protocols": "Active network routing protocols"},
			Run: output(func(w io.Writer, a grammar.Args) error {
				list, err := chosen(r, a, "INTERFACE")
				if err != nil {
					return err
				}
				if !a.Has("INTERFACE") {
					fmt.Fprint(w, "Global values:\n  Internet Protocol routing is enabled\n")
				}
				showProtocols(w, list)
				return nil
			}),
		},
	}
}

// showProtocols prints `show protocols`.
func showProtocols(w io.Writer, list []router.InterfaceState) {
	for _, i := range list {
		status, protocol := states(i)
		fmt.Fprintf(w, "%s is %s, line protocol is %s\n", i.Config.Name, status, protocol)
		if a := i.Config.Address; a.IP != 0 {
			fmt.Fprintf(w, "  Internet address is %s/%d\n", ipText(a.IP), maskLen(a.Mask))
		}
	}
}
