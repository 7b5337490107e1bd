package commands

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/router"
)

// showCryptoMap prints `show crypto map`. An entry without peer or access list
// says so, as does one whose list does not exist.
func showCryptoMap(w io.Writer, c *config.Config, idents []router.IPsecIdent, name string) {
	for _, m := range c.CryptoMaps {
		if name != "" && name != m.Name {
			continue
		}
		if m.LocalAddress != "" {
			fmt.Fprintf(w, "Crypto Map: %q idb: %s local address: %s\n\n", m.Name, m.LocalAddress, ipText(localAddress(c, m)))
		}
		for n, e := range m.Entries {
			if n > 0 {
				fmt.Fprintln(w)
			}
			if e.Dynamic != "" {
				fmt.Fprintf(w, "Crypto Map IPv4 \"%s\" %d ipsec-isakmp\n\tDynamic map template tag: %s\n", m.Name, e.Seq, e.Dynamic)
				continue
			}
			showCryptoMapEntry(w, c, m.Name, e, idents)
		}
		showTemporaryEntries(w, c, m.Name, idents)
		fmt.Fprintf(w, "\tInterfaces using crypto map %s:\n", m.Name)
		for _, i := range c.Interfaces {
			if i.CryptoMap == m.Name {
				fmt.Fprintf(w, "\t\t%s\n", i.Name)
			}
		}
		fmt.Fprintln(w)
	}
}

// localAddress is that of the interface which a map names, 0 while it has none.
func localAddress(c *config.Config, m *config.CryptoMap) uint32 {
	if i := c.Interface(m.LocalAddress); i != nil {
		return i.Address.IP
	}
	return 0
}

func showCryptoMapEntry(w io.Writer, c *config.Config, name string, e *config.CryptoMapEntry, idents []router.IPsecIdent) {
	fmt.Fprintf(w, "Crypto Map IPv4 \"%s\" %d ipsec-isakmp\n", name, e.Seq)
	list := c.AccessList(e.MatchAddress)
	if len(e.Peers) == 0 || list == nil || list.Standard {
		fmt.Fprint(w, "\tWARNING: This crypto map is in an incomplete state!\n"+
			"\t\t(missing peer or access-list definitions)\n")
	}
	if e.Description != "" {
		fmt.Fprintf(w, "\tDescription: %s\n", e.Description)
	}
	for _, p := range e.Peers {
		fmt.Fprintf(w, "\tPeer = %s\n", ipText(p))
	}
	showEntryList(w, c, e)
	if peer := currentPeer(name, e, idents); peer.IsValid() {
		fmt.Fprintf(w, "\tCurrent peer: %s\n", peer)
	}
	showEntryTerms(w, c, e)
}

// showEntryTerms prints what an entry or a template negotiates.
func showEntryTerms(w io.Writer, c *config.Config, e *config.CryptoMapEntry) {
	fmt.Fprintf(w, "\tSecurity association lifetime: %s\n", lifetimeText(e.Life.Over(c.IPsecLife)))
	if idle := cmp.Or(e.IdleTime.Seconds, c.IdleTime.Seconds); idle != 0 {
		fmt.Fprintf(w, "\tSecurity association idletime: %d seconds\n", idle)
	}
	fmt.Fprint(w, "\tResponder-Only (Y/N): N\n")
	if e.PFS == 0 {
		fmt.Fprint(w, "\tPFS (Y/N): N\n")
	} else {
		fmt.Fprintf(w, "\tPFS (Y/N): Y\n\tDH group:  group%d\n", e.PFS)
	}
	fmt.Fprint(w, "\tMixed-mode : Disabled\n\tTransform sets={ \n")
	for _, n := range e.TransformSets {
		if t := c.Transforms(n); t != nil {
			fmt.Fprintf(w, "\t\t%s:  { %s  } , \n", n, transformsText(t))
		}
	}
	fmt.Fprint(w, "\t}\n")
	if e.ReverseRoute != config.NoReverseRoute {
		fmt.Fprint(w, "\tReverse Route Injection Enabled\n")
	}
}

// showEntryList prints what an entry protects, and the lists that look at it in clear.
func showEntryList(w io.Writer, c *config.Config, e *config.CryptoMapEntry) {
	list := c.AccessList(e.MatchAddress)
	switch {
	case e.MatchAddress == "":
		fmt.Fprint(w, "\tNo matching address list set.\n")
	default:
		fmt.Fprintf(w, "\tExtended IP access list %s\n", e.MatchAddress)
		showEntries(w, list)
	}
	if e.AccessIn != "" {
		fmt.Fprintf(w, "\tExtended IP access check IN list %s\n", e.AccessIn)
		showEntries(w, c.AccessList(e.AccessIn))
	}
	if e.AccessOut != "" {
		fmt.Fprintf(w, textAccessCheckOut, e.AccessOut)
		showEntries(w, c.AccessList(e.AccessOut))
	}
}

func showEntries(w io.Writer, l *acl.List) {
	if l == nil || l.Standard {
		return
	}
	for _, a := range l.Entries {
		if a.Remark == "" {
			fmt.Fprintf(w, "\t    access-list %s %s\n", l.Name, aceText(a))
		}
	}
}

// currentPeer is the peer in use, which is the first one while no tunnel says
// otherwise.
func currentPeer(name string, e *config.CryptoMapEntry, idents []router.IPsecIdent) netip.Addr {
	for _, id := range idents {
		if id.Map == name && id.Seq == e.Seq && id.Peer.IsValid() {
			return id.Peer
		}
	}
	if len(e.Peers) > 0 {
		return acl.IPv4(e.Peers[0])
	}
	return netip.Addr{}
}
