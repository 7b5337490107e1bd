package commands

import (
	"fmt"
	"io"
	"strings"

	"conft/internal/config"
	"conft/shell/grammar"
)

func routeMapCommands(r Router) []exec {
	return []exec{{
		Syntax: "show route-map [WORD]",
		Help:   grammar.Help{"route-map": "route-map information", "WORD": "route-map name"},
		Run: output(func(w io.Writer, a grammar.Args) error {
			maps := r.Config().RouteMaps
			name := a.String("WORD")
			if name != "" && r.Config().RouteMap(name) == nil {
				return refuse(textNoRouteMap, name)
			}
			for _, m := range maps {
				if name == "" || m.Name == name {
					showRouteMap(w, m)
				}
			}
			return nil
		}),
	}}
}

// showRouteMap prints a route map. Route maps set nothing here and route nothing.
func showRouteMap(w io.Writer, m *config.RouteMap) {
	for _, e := range m.Entries {
		fmt.Fprintf(w, "route-map %s, %s, sequence %d\n", m.Name, e.Action(), e.Seq)
		if e.Description != "" {
			fmt.Fprintf(w, textRouteMapDescription, e.Description)
		}
		fmt.Fprint(w, "  Match clauses:\n")
		if e.Lists != nil {
			fmt.Fprintf(w, "    ip address (access-lists): %s \n", strings.Join(e.Lists, " "))
		}
		if e.Interfaces != nil {
			fmt.Fprintf(w, "    interface %s \n", strings.Join(e.Interfaces, " "))
		}
		fmt.Fprint(w, "  Set clauses:\n  Policy routing matches: 0 packets, 0 bytes\n")
	}
}
