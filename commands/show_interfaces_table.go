package commands

import (
	"fmt"
	"io"
	"strings"

	"conft/internal/router"
)

// showInterfacesDescription prints `show interfaces description`.
func showInterfacesDescription(w io.Writer, list []router.InterfaceState) {
	fmt.Fprint(w, "Interface                      Status         Protocol Description\n")
	for _, i := range list {
		status, protocol := states(i)
		status = strings.Replace(status, "administratively", "admin", 1)
		fmt.Fprintf(w, "%-31s%-15s%-9s%s\n", shortName(i.Config.Name), status, protocol, i.Config.Description)
	}
}

// showInterfacesStats prints `show interfaces stats`. The kernel does not say by which
// path a packet went, so that only the totals are there.
func showInterfacesStats(w io.Writer, list []router.InterfaceState) {
	const row = "%24s %10v %10v %10v %10v\n"
	for _, i := range list {
		if i.Config.Shutdown {
			fmt.Fprintf(w, "Interface %s is disabled\n\n", i.Config.Name)
			continue
		}
		fmt.Fprintln(w, i.Config.Name)
		fmt.Fprintf(w, row, "Switching path", "Pkts In", "Chars In", "Pkts Out", "Chars Out")
		fmt.Fprintf(w, row, "Total", i.Input.Packets, i.Input.Bytes, i.Output.Packets, i.Output.Bytes)
	}
}

// showInterfacesSummary prints `show interfaces summary`. Nothing waits in an input hold
// queue: the kernel takes a packet at once or drops it.
func showInterfacesSummary(w io.Writer, list []router.InterfaceState) {
	fmt.Fprint(w, "\n *: interface is up\n"+
		" IHQ: pkts in input hold queue     IQD: pkts dropped from input queue\n"+
		" OHQ: pkts in output hold queue    OQD: pkts dropped from output queue\n"+
		" RXBS: rx rate (bits/sec)          RXPS: rx rate (pkts/sec)\n"+
		" TXBS: tx rate (bits/sec)          TXPS: tx rate (pkts/sec)\n"+
		" TRTL: throttle count\n\n")
	const row = "%c %-21s %9v %9v %9v %9v %9v %9v %9v %9v %9v\n"
	fmt.Fprintf(w, row, ' ', "Interface", "IHQ", "IQD", "OHQ", "OQD", "RXBS", "RXPS", "TXBS", "TXPS", "TRTL")
	fmt.Fprintln(w, strings.Repeat("-", 113))
	for _, i := range list {
		mark := ' '
		if i.LinkUp && !i.Config.Shutdown {
			mark = '*'
		}
		in, out := i.Use.In, i.Use.Out
		fmt.Fprintf(w, row, mark, i.Config.Name, 0, i.Input.Drops, i.Queue.Length, i.Output.Drops,
			roundedBits(in), int(in.Packets), roundedBits(out), int(out.Packets), 0)
	}
}
