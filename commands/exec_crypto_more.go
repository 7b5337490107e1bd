package commands

import (
	"fmt"
	"io"

	"conft/internal/router"
	"conft/shell/grammar"
)

// cryptoCounts are the commands that count SAs, and say what encrypts.
func cryptoCounts(r Router) []exec {
	return []exec{
		{
			Syntax: "show crypto isakmp sa count",
			Help:   grammar.Help{"count": "Show ISAKMP SA count"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showISAKMPCount(w, r.ISAKMPSAs()); return nil }),
		},
		{
			Syntax: "show crypto ipsec sa count",
			Help:   grammar.Help{"count": "Show IPSec SA count"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { showIPsecCount(w, r.IPsecIdents()); return nil }),
		},
		{
			Syntax: "show crypto eli",
			Help:   grammar.Help{"eli": "Encryption Layer Interface"},
			Run:    output(func(w io.Writer, _ grammar.Args) error { _, err := io.WriteString(w, textELI); return err }),
		},
	}
}

// showISAKMPCount prints `show crypto isakmp sa count`.
func showISAKMPCount(w io.Writer, sas []router.ISAKMPSA) {
	var active, young, dead int
	for _, s := range sas {
		switch {
		case s.Deleted:
			dead++
		case s.State == "QM_IDLE":
			active++
		default:
			young++
		}
	}
	fmt.Fprintf(w, "Active ISAKMP SA's: %d\n\nStandby ISAKMP SA's: 0\n\nCurrently being negotiated ISAKMP SA's: %d\n\nDead ISAKMP SA's: %d\n",
		active, young, dead)
}

// showIPsecCount prints `show crypto ipsec sa count`. Where a direction has a newer SA,
// the older ones are being replaced.
func showIPsecCount(w io.Writer, idents []router.IPsecIdent) {
	var active, old int
	for _, id := range idents {
		for _, list := range [][]router.IPsecSA{id.Inbound, id.Outbound} {
			for _, ah := range []bool{false, true} {
				if n := len(protocolSAs(list, ah)); n > 0 {
					active++
					old += n - 1
				}
			}
		}
	}
	fmt.Fprintf(w, "IPsec SA total: %d, active: %d, rekeying: %d, unused: 0, invalid: 0\n", active+old, active, old)
}
