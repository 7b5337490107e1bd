package commands

import (
	"io"
	"net/netip"
	"slices"

	"conft/internal/router"
	"conft/shell/grammar"
)

// showSessionCommand is `show crypto session` in its forms.
func showSessionCommand(r Router) exec {
	return exec{
		Syntax: "show crypto session [remote A.B.C.D | local A.B.C.D | interface INTERFACE] [brief | detail]",
		Help: grammar.Help{
			"show":      "Show running system information",
			"crypto":    "Encryption module",
			"session":   "Show crypto sessions (tunnels)",
			"remote":    "Show crypto sessions for a specific remote IKE peer",
			"local":     "Show crypto sessions for a local crypto endpoint",
			"interface": "Show crypto sessions on an interface",
			"A.B.C.D":   "IP address",
			"brief":     "Show sessions in brief",
			"detail":    "Show crypto sessions with counters",
		},
		Run: output(func(w io.Writer, a grammar.Args) error {
			if a.Has("INTERFACE") && r.Config().Interface(a.String("INTERFACE")) == nil {
				return a.Invalid("INTERFACE")
			}
			idents := slices.DeleteFunc(r.IPsecIdents(), func(id router.IPsecIdent) bool {
				other := func(word string, is netip.Addr) bool { return a.Has(word) && is != a.Addr("A.B.C.D") }
				return other("remote", id.Peer) || other("local", id.LocalAddr) || a.Has("INTERFACE") && id.Interface != a.String("INTERFACE")
			})
			switch {
			case a.Has("detail"):
				showCryptoSessionDetail(w, r.Config(), r.ISAKMPSAs(), idents)
			case a.Has("brief"):
				showCryptoSessionBrief(w, r.Config(), r.ISAKMPSAs(), idents)
			default:
				showCryptoSession(w, r.ISAKMPSAs(), idents)
			}
			return nil
		}),
	}
}
