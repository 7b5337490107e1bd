package commands

import (
	"net"
	"strings"

	"conft/debug"
	"conft/internal/config"
	"conft/shell/grammar"
)

var arpLine = configLine{
	Syntax: "arp A.B.C.D ![WORD$mac arpa]",
	Help: grammar.Help{
		"arp":     "Set a static ARP entry",
		"A.B.C.D": "IP address of ARP entry",
		"$mac":    "48-bit hardware address of ARP entry",
		"arpa":    "ARP type ARPA",
	},
	Set: func(c *config.Config, a grammar.Args) error {
		e := config.StaticARP{IP: a.IP("A.B.C.D")}
		mac, ok := parseMAC(a.String("mac"))
		if !ok {
			return a.Invalid("mac")
		}
		switch e.MAC = mac; {
		case isLocal(c, e.IP):
			return refuse("Invalid ARP entry, %s is this router", ipText(e.IP))
		case e.IP>>24 == 0 || e.IP>>28 >= 0xe || mac[0]&1 != 0:
			return refuse("Invalid ARP entry")
		}
		c.AddARP(e)
		return nil
	},
	No: func(c *config.Config, a grammar.Args) error {
		c.ARP = without(c.ARP, func(e config.StaticARP) bool { return e.IP == a.IP("A.B.C.D") })
		return nil
	},
	Write: func(c *config.Config, w *grammar.Writer) {
		for _, e := range c.ARP {
			w.Line("arp", ipText(e.IP), debug.MACText(e.MAC[:]), "ARPA")
		}
	},
}

// parseMAC reads "5254.0012.3456".
func parseMAC(text string) (mac [6]byte, ok bool) {
	b, err := net.ParseMAC(text)
	if err != nil || len(b) != len(mac) || strings.Count(text, ".") != 2 {
		return mac, false
	}
	return [6]byte(b), true
}
