package commands

import (
	"cmp"
	"fmt"
	"io"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/router"
)

// showIPInterface prints `show ip interface`: of IOS's lines those that are true of a
// Linux link.
func showIPInterface(w io.Writer, list []router.InterfaceState) {
	for _, i := range list {
		status, protocol := states(i)
		fmt.Fprintf(w, "%s is %s, line protocol is %s\n", i.Config.Name, status, protocol)
		if i.Config.Address == (config.Address{}) {
			fmt.Fprint(w, "  Internet protocol processing disabled\n")
			continue
		}
		method := "setup command"
		if i.Method == "NVRAM" {
			method = "non-volatile memory"
		}
		fmt.Fprintf(w, "  Internet address is %s/%d\n", ipText(i.Config.Address.IP), maskLen(i.Config.Address.Mask))
		fmt.Fprint(w, "  Broadcast address is 255.255.255.255\n")
		fmt.Fprintf(w, "  Address determined by %s\n  MTU is %d bytes\n", method, i.IPMTU)
		fmt.Fprint(w, "  Helper address is not set\n  Directed broadcast forwarding is disabled\n")
		for _, a := range i.Config.Secondary {
			fmt.Fprintf(w, "  Secondary address %s/%d\n", ipText(a.IP), maskLen(a.Mask))
		}
		fmt.Fprintf(w, "  Outgoing access list is %s\n  Inbound  access list is %s\n",
			cmp.Or(i.Config.AccessOut, "not set"), cmp.Or(i.Config.AccessIn, "not set"))
		showIPSettings(w, i.IP)
		fmt.Fprintf(w, "  Network address translation is %s\n", natState(i.Config.NAT))
	}
}

func natState(side config.NATSide) string {
	switch side {
	case config.NATInside:
		return "enabled, interface in domain inside"
	case config.NATOutside:
		return "enabled, interface in domain outside"
	}
	return "disabled"
}

// showIPSettings prints what the kernel does on a link.
func showIPSettings(w io.Writer, s router.IPSettings) {
	proxy, redirects := "disabled", "never"
	if s.ProxyARP {
		proxy = "enabled"
	}
	if s.Redirects {
		redirects = "always"
	}
	fmt.Fprintf(w, "  Proxy ARP is %s\n  Local Proxy ARP is disabled\n", proxy)
	fmt.Fprintf(w, "  ICMP redirects are %s sent\n  ICMP unreachables are always sent\n  ICMP mask replies are never sent\n", redirects)
	fmt.Fprint(w, "  Router Discovery is disabled\n  IP output packet accounting is disabled\n  IP access violation accounting is disabled\n"+
		"  TCP/IP header compression is disabled\n  RTP/IP header compression is disabled\n"+
		"  Policy routing is disabled\n")
}

// showIPInterfaceBrief prints `show ip interface brief`.
func showIPInterfaceBrief(w io.Writer, all []router.InterfaceState) {
	const row = "%-26s %-15s %-3s %-6s %-21s %-8s\n"
	fmt.Fprintf(w, "%-26s %-15s %-3s %-6s %-21s %s\n", "Interface", "IP-Address", "OK?", "Method", "Status", "Protocol")
	for _, i := range all {
		address := "unassigned"
		if i.Config.Address != (config.Address{}) {
			address = ipText(i.Config.Address.IP)
		}
		status, protocol := states(i)
		fmt.Fprintf(w, row, i.Config.Name, address, "YES", i.Method, status, protocol)
	}
}

// states are the status of the hardware and of the line protocol.
func states(i router.InterfaceState) (status, protocol string) {
	status, protocol = "down", "down"
	if i.Config.Shutdown {
		return "administratively down", protocol
	}
	if i.LinkUp {
		status = "up"
	}
	if i.Protocol {
		protocol = "up"
	}
	return status, protocol
}

// showAccessLists prints `show access-lists [NAME]`: standard lists before extended
// ones and, unlike `show running-config`, numbered lists before named ones.
func showAccessLists(w io.Writer, lists []router.ACLState, name string) {
	for _, standard := range []bool{true, false} {
		for _, numbered := range []bool{true, false} {
			for _, l := range lists {
				if l.List.Standard == standard && config.Numbered(l.List.Name) == numbered && (name == "" || l.List.Name == name) {
					showAccessList(w, l, "")
				}
			}
		}
	}
}

// showAccessList prints a list; where is the direction in which an interface has it.
func showAccessList(w io.Writer, l router.ACLState, where string) {
	kind, entry := extendedKind, acl.AppendEntry
	if l.List.Standard {
		kind, entry = standardKind, acl.AppendStandardShow
	}
	fmt.Fprintf(w, "%s IP access list %s%s\n", kind.title(), l.List.Name, where)
	for i, e := range l.List.Entries {
		if e.Remark != "" {
			continue
		}
		matches := ""
		if i < len(l.Match) && l.Match[i] > 0 {
			matches = fmt.Sprintf(" (%d matches)", l.Match[i])
			if l.Match[i] == 1 {
				matches = " (1 match)"
			}
		}
		fmt.Fprintf(w, "    %d %s%s\n", e.Seq, entry(nil, &e), matches)
	}
}
