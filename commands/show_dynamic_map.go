package commands

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/router"
)

// showDynamicMaps prints `show crypto dynamic-map [tag NAME]`.
func showDynamicMaps(w io.Writer, c *config.Config, name string) {
	if len(c.DynamicMaps) == 0 {
		fmt.Fprint(w, "No crypto map templates found.\n")
	}
	for _, m := range c.DynamicMaps {
		if name != "" && name != m.Name {
			continue
		}
		for _, e := range m.Entries {
			fmt.Fprintf(w, "Crypto Map Template\"%s\" %d\n", m.Name, e.Seq)
			if e.Description != "" {
				fmt.Fprintf(w, "\tDescription: %s\n", e.Description)
			}
			showEntryList(w, c, e)
			showEntryTerms(w, c, e)
			fmt.Fprintln(w)
		}
	}
}

// showTemporaryEntries prints the entries of a crypto map that peers have made by way of
// dynamic maps. IOS numbers all of them 65536, behind what can be typed.
func showTemporaryEntries(w io.Writer, c *config.Config, name string, idents []router.IPsecIdent) {
	for _, id := range idents {
		tag, seq, ok := strings.Cut(id.Template, "/")
		if id.Map != name || !ok || !id.Peer.IsValid() {
			continue
		}
		n, _ := strconv.Atoi(seq)
		e := &config.CryptoMapEntry{}
		if d := c.DynamicMap(tag); d != nil {
			e = cmp.Or(d.Entry(n), e)
		}
		fmt.Fprintf(w, "\nCrypto Map IPv4 \"%s\" 65536 ipsec-isakmp\n", name)
		fmt.Fprintf(w, "\tPeer = %s\n", id.Peer)
		fmt.Fprint(w, "\tExtended IP access list \n")
		fmt.Fprintf(w, "\t    access-list  %s\n", aceText(proxiesEntry(id)))
		fmt.Fprintf(w, "\t    dynamic (created from dynamic map %s)\n", id.Template)
		fmt.Fprintf(w, "\tCurrent peer: %s\n", id.Peer)
		showEntryTerms(w, c, e)
	}
}

// proxiesEntry is the entry of an access list that asks for a pair of proxies.
func proxiesEntry(id router.IPsecIdent) acl.Entry {
	return acl.Selector{
		Local:  acl.Proxy{Addr: acl.Addr{Base: id.Local.Addr, Wildcard: ^id.Local.Mask}, Protocol: id.Local.Protocol, Port: id.Local.Port},
		Remote: acl.Proxy{Addr: acl.Addr{Base: id.Remote.Addr, Wildcard: ^id.Remote.Mask}, Protocol: id.Remote.Protocol, Port: id.Remote.Port},
	}.Entry()
}
