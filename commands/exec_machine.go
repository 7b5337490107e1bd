package commands

import (
	"cmp"
	"io"
	"slices"

	"conft/internal/router"
	"conft/shell/grammar"
)

// machineCommands show the box: what it is, what its processors and memory do.
func machineCommands(r Router) []exec {
	return []exec{
		{
			Syntax: "show inventory [raw]",
			Help: grammar.Help{"show": "Show running system information", "inventory": "Show the physical inventory",
				"raw": "Retrieve every RFC2737 entity"},
			Run: output(func(w io.Writer, _ grammar.Args) error { showInventory(w, r.SystemState()); return nil }),
		},
		{
			Syntax: "show processes [cpu [sorted [5sec | 1min | 5min] | history]]",
			Help: grammar.Help{"processes": "Active process statistics", "cpu": "Show CPU use per process",
				"sorted": "Show sorted output based on percentage of usage", "history": "Show CPU history in graph format",
				"5sec": "Sort based on 5 seconds interval", "1min": "Sort based on 1 minute interval", "5min": "Sort based on 5 minutes interval"},
			Run: output(func(w io.Writer, a grammar.Args) error {
				l := r.Load()
				if a.Has("history") {
					showCPUHistory(w, r.Config(), r.Clock(), l)
					return nil
				}
				if a.Has("sorted") {
					sortByUse(l.Processes, a)
				}
				showProcessesCPU(w, l)
				return nil
			}),
		},
		{
			Syntax: "show processes memory [sorted]",
			Help:   grammar.Help{"memory": "Show memory use per process", "sorted": "Show sorted output"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showProcessesMemory(w, r.Memory()); return nil }),
		},
		{
			Syntax: "show memory [statistics]",
			Help:   grammar.Help{"memory": "Memory statistics", "statistics": "Memory pools statistics"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showMemory(w, r.Memory()); return nil }),
		},
		{
			Syntax: "show {boot | bootvar}",
			Help:   grammar.Help{"boot": "show boot attributes", "bootvar": "Boot and related environment variable"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showBoot(w, r.SystemState()); return nil }),
		},
		{
			Syntax: "show tcp brief [all | numeric]",
			Help: grammar.Help{"tcp": "Status of TCP connections", "brief": "Brief display", "all": "Include TCP listening endpoints",
				"numeric": "Do not resolve hostnames"},
			Run: output(func(w io.Writer, a grammar.Args) error { showTCPBrief(w, r.TCP(), a.Has("all")); return nil }),
		},
		{
			Syntax: "show ntp {status | associations [detail]}",
			Help: grammar.Help{"ntp": "Network time protocol", "status": "NTP status", "associations": "NTP associations",
				"detail": "Show detail"},
			Run: output(func(w io.Writer, _ grammar.Args) error { showNTP(w, r.Clock()); return nil }),
		},
	}
}

// sortByUse puts the busiest first, by five seconds where nothing else is asked for.
func sortByUse(list []router.Process, a grammar.Args) {
	use := func(p router.Process) int {
		switch {
		case a.Has("1min"):
			return p.Use.OneMin
		case a.Has("5min"):
			return p.Use.FiveMin
		}
		return p.Use.FiveSec
	}
	slices.SortStableFunc(list, func(p, q router.Process) int {
		return cmp.Or(cmp.Compare(use(q), use(p)), cmp.Compare(q.Runtime, p.Runtime))
	})
}
