package commands

import (
	"fmt"
	"io"

	"conft/internal/router"
	"conft/shell/grammar"
)

// showDroppedPackets is `show crypto engine connections dropped-packet`: IOS's table,
// and below it every reason for which something was dropped.
func showDroppedPackets(r Router) exec {
	return exec{
		Syntax: "show crypto engine connections dropped-packet",
		Help: grammar.Help{
			"engine":         "Show crypto engine info",
			"connections":    "Show crypto engine connections",
			"dropped-packet": "Show crypto engine dropped packets, by interface and by reason",
		},
		Run: output(func(w io.Writer, _ grammar.Args) error { showCryptoDrops(w, r.CryptoDrops()); return nil }),
	}
}

func showCryptoDrops(w io.Writer, d router.CryptoDrops) {
	fmt.Fprintf(w, "%-26s %-15s %s\n", "Interface", "IP-Address", "Drop Count")
	for _, i := range d.Interfaces {
		fmt.Fprintf(w, "%-26s %-15s %d\n", i.Interface, ipText(i.Address), i.Dropped)
	}
	for _, part := range []struct {
		title   string
		reasons []router.DropReason
	}{{"Packets dropped:", d.Packets}, {"IKE messages dropped:", d.IKE}} {
		fmt.Fprintf(w, "\n%s\n", part.title)
		for _, r := range part.reasons {
			fmt.Fprintf(w, "  %-44s %d\n", r.Reason, r.Count)
		}
	}
}
