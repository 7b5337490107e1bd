package commands

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"conft/debug"
	"conft/internal/router"
	"conft/shell/grammar"
)

func arpCommands(r Router) []exec {
	show := func(syntax string, help grammar.Help) exec {
		help["$address"], help["arp"] = "IP address of ARP entry", "ARP table"
		return exec{
			Syntax: syntax + " [A.B.C.D$address | INTERFACE$which]",
			Help:   help,
			Run: output(func(w io.Writer, a grammar.Args) error {
				if a.Has("which") && r.Config().Interface(a.String("which")) == nil {
					return a.Invalid("which")
				}
				showARP(w, slices.DeleteFunc(r.ARP(), func(e router.ARPEntry) bool {
					return a.Has("address") && e.Address != a.Addr("address") || a.Has("which") && e.Interface != a.String("which")
				}))
				return nil
			}),
		}
	}
	return []exec{
		show("show arp", grammar.Help{"show": "Show running system information"}),
		show("show ip arp", grammar.Help{"ip": "IP information"}),
		{
			Syntax: "show arp summary",
			Help:   grammar.Help{"summary": "ARP table summary"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showARPSummary(w, r.ARP()); return nil }),
		},
		{
			Syntax: "{clear arp-cache [A.B.C.D] | clear ip arp A.B.C.D}",
			Help: grammar.Help{
				"clear":     "Reset functions",
				"arp-cache": "Clear the entire ARP cache",
				"ip":        "Clear IP",
				"arp":       "Clear ARP cache entry",
				"A.B.C.D":   "IP address of ARP entry",
			},
			Priv: privileged,
			Run:  func(_ context.Context, _ Terminal, a grammar.Args) error { r.ClearARP(a.Addr("A.B.C.D")); return nil },
		},
	}
}

// showARP prints `show arp`. An entry that nobody has answered, or that was typed, has no
// interface.
func showARP(w io.Writer, entries []router.ARPEntry) {
	if len(entries) == 0 {
		return
	}
	fmt.Fprint(w, "Protocol  Address          Age (min)  Hardware Addr   Type   Interface\n")
	for _, e := range entries {
		age, mac, ifc := fmt.Sprint(int(e.Age/time.Minute)), "Incomplete", ""
		if e.Own || e.Static {
			age = "-"
		}
		if e.MAC != nil {
			mac = debug.MACText(e.MAC)
		}
		if e.MAC != nil && !e.Static {
			ifc = e.Interface
		}
		fmt.Fprintf(w, "Internet  %-17s%8s   %-16s%-7s%s\n", e.Address, age, mac, "ARPA", ifc)
	}
}

// showARPSummary prints `show arp summary`.
func showARPSummary(w io.Writer, entries []router.ARPEntry) {
	var own, static, incomplete, dynamic int
	for _, e := range entries {
		switch {
		case e.Own:
			own++
		case e.Static:
			static++
		case e.MAC == nil:
			incomplete++
		default:
			dynamic++
		}
	}
	fmt.Fprintf(w, textARPSummary, len(entries), dynamic, incomplete, own, static)
}
