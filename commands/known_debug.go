package commands

import (
	"slices"

	"conft/shell/grammar"
)

// knownDebug are the debug commands of other routers.
var knownDebug = slices.Concat(
	sayDebug("% Packets are followed by the Linux system, with tcpdump on the link that show interfaces names, and by access lists with log",
		"ip packet", "ip icmp", "ip udp", "ip tcp", "arp", "ip policy", "ip cef", "interface"),
	sayDebug("% OSPF is not running: "+noRouting, "ip ospf"),
	sayDebug("% EIGRP is not running: "+noRouting, "ip eigrp", "eigrp"),
	sayDebug("% RIP is not running: "+noRouting, "ip rip"),
	sayDebug("% BGP not active", "ip bgp", "bgp"),
	sayDebug("% "+capital(noRouting)+"; routes are in show ip route", "ip routing"),
	sayDebug("% Logins are followed by login on-failure log, login on-success log and show login failures", "aaa", "radius", "tacacs", "ip ssh", "login"),
	sayDebug("% DHCP is not running: "+byLinux, "ip dhcp", "dhcp"),
	sayDebug("% Names that were asked for are in show hosts", "ip domain", "domain"),
	sayDebug("% There is no NTP in the router", "ntp"),
	sayDebug("% There is no multicast", "ip igmp", "ip pim", "ip mrouting"),
	sayDebug("% There are no probes", "ip sla", "track"),
	sayDebug("% There is no first hop redundancy", "standby", "vrrp", "glbp"),
	sayDebug("% "+capital(noTunnel), "tunnel", "nhrp", "dmvpn", "ppp", "pppoe", "dialer", "vpdn"),
	sayDebug("% "+capital(noHardware), "frame-relay", "isdn", "atm"),
	sayDebug("% SNMP agent is not enabled", "snmp"),
	sayDebug("% Conditions are of peers by address: see show crypto debug-condition", "crypto condition connid",
		"crypto condition flowid", "crypto condition spi", "crypto condition isakmp", "crypto condition vrf", "crypto condition fvrf",
		"crypto condition ivrf", "crypto condition username", "crypto condition local", "crypto condition gdoi-group",
		"crypto condition peer hostname", "crypto condition peer group", "crypto condition peer username", "crypto condition peer ipv6"),
	sayDebug("% There is only IKE version 1", "crypto ikev2"),
	sayDebug("% What is to be known of certificates is printed by debug crypto pki transactions", "crypto pki messages", "crypto pki validation", "crypto pki callbacks"),
	sayDebug("% Conditions are of crypto peers: use debug crypto condition", "condition"),
	sayDebug("% What is encrypted and why is in debug crypto isakmp and debug crypto ipsec", "crypto kmi", "crypto ha", "crypto key-exchange",
		"crypto verbose", "crypto sesmgmt", "crypto mib", "crypto socket"),
)

// sayDebug is one answer to several debug commands and to those that end them.
func sayDebug(answer string, what ...string) []grammar.KnownExec {
	var all []string
	for _, w := range what {
		all = append(all, "debug "+w, "undebug "+w, "no debug "+w)
	}
	return sayExec(answer, all...)
}
