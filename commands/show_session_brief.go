package commands

import (
	"fmt"
	"io"
	"strings"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/router"
)

// briefStatus are the letters of the states that a session may be in.
var briefStatus = strings.NewReplacer("UP-ACTIVE", "UA", "UP-NO-IKE", "UK", "UP-IDLE", "UI", "DOWN-NEGOTIATING", "DN", "DOWN", "D")

// showCryptoSessionBrief prints `show crypto session brief`: 12.4 aligns to the right,
// 15.x to the left.
func showCryptoSessionBrief(w io.Writer, c *config.Config, sas []router.ISAKMPSA, idents []router.IPsecIdent) {
	head, row := "%15s%8s%16s%25s%9s%7s\n", "%15s%8s%16s%25s%9s%6s\n"
	if c.IOS15() {
		head = "%-16s%-13s%-16s%-25s%-9s%s\n"
		row = head
	}
	fmt.Fprint(w, "Status: A- Active, U - Up, D - Down, I - Idle, S - Standby, N - Negotiating\n        K - No IKE\nivrf = (none)\n")
	fmt.Fprintf(w, head, "Peer", "I/F", "Username", "Group/Phase1_id", "Uptime", "Status")
	for _, s := range sessions(sas, idents) {
		up := ""
		if t := s.uptime(); t > 0 {
			up = debug.UptimeText(t)
		}
		fmt.Fprintf(w, row, s.peer(), shortName(s.first.Interface), "", s.identity(), up, briefStatus.Replace(s.status()))
	}
}
