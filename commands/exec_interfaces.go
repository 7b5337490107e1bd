package commands

import (
	"io"
	"slices"

	"conft/internal/router"
	"conft/shell/grammar"
)

// showInterfacesCommand is `show interfaces` in its forms, for all or for one.
func showInterfacesCommand(r Router) exec {
	return exec{
		Syntax: "show interfaces [INTERFACE] [description | stats | summary]",
		Help: grammar.Help{
			"show":        "Show running system information",
			"interfaces":  "Interface status and configuration",
			"description": "Show interface description",
			"stats":       "Show interface packets & octets, in & out, by switching path",
			"summary":     "Show interface summary",
		},
		Run: output(func(w io.Writer, a grammar.Args) error {
			list, err := chosen(r, a, "INTERFACE")
			switch {
			case err != nil:
				return err
			case a.Has("description"):
				showInterfacesDescription(w, list)
			case a.Has("stats"):
				showInterfacesStats(w, list)
			case a.Has("summary"):
				showInterfacesSummary(w, list)
			default:
				showInterfaces(w, list)
			}
			return nil
		}),
	}
}

// chosen are all interfaces, or the one that an argument names.
func chosen(r Router, a grammar.Args, argument string) ([]router.InterfaceState, error) {
	list, name := r.Interfaces(), a.String(argument)
	switch {
	case name == "":
		return list, nil
	case r.Config().Interface(name) == nil:
		return nil, a.Invalid(argument)
	}
	return slices.DeleteFunc(list, func(i router.InterfaceState) bool { return i.Config.Name != name }), nil
}
