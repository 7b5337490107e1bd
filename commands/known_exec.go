package commands

import (
	"slices"
	"strings"

	"conft/shell/grammar"
)

// KnownExec are the EXEC commands of other routers that conft has not, with their answers:
// IOS's own where it has one for what is not enabled, else one line that names the reason.
// The words of some are read by programs, so that they must or must not look like an error.
var KnownExec = slices.Concat(
	knownShow, knownDebug,
	sayExec("% CDP is not enabled", "show cdp", "clear cdp"),
	sayExec("% LLDP is not enabled", "show lldp", "clear lldp"),
	// Programs tell a router from a switch by an error here.
	sayExec("% Invalid input: this is a router, "+noSwitch, "show vlans", "show switch", "show vtp", "show interfaces switchport",
		"show interfaces trunk", "show interfaces status", "show mac address-table", "show mac-address-table", "show etherchannel",
		"show port-security", "show power inline"),
	sayExec("No spanning tree instance exists.", "show spanning-tree"),

	sayExec("% BGP not active", "show ip bgp", "show bgp", "clear ip bgp", "clear bgp"),
	sayExec("% OSPF is not running: "+noRouting, "show ip ospf", "clear ip ospf"),
	sayExec("% EIGRP is not running: "+noRouting, "show ip eigrp", "show eigrp", "clear ip eigrp"),
	sayExec("% RIP is not running: "+noRouting, "show ip rip"),
	sayExec("% IS-IS is not running: "+noRouting, "show isis", "show clns"),
	sayExec("% There is no multicast", "show ip mroute", "show ip pim", "show ip igmp", "mrinfo", "mtrace", "mstat", "mrm"),
	sayExec("% "+capital(noTunnel), "show dmvpn", "show ip nhrp"),
	sayExec("% MPLS is not enabled", "show mpls"),
	sayExec("% There is one routing table, no VRF", "show ip vrf", "show vrf", "show ip route vrf"),
	sayExec("% "+capital(noRouting), "show ip prefix-list", "show ip as-path-access-list", "show ip community-list", "show key chain",
		"show bfd", "show ip policy"),
	sayExec("", "show ipv6 interface"), // programs take any word here for the name of an interface
	sayExec("% IPv6 is not enabled: "+noIPv6, "show ipv6", "clear ipv6"),

	sayExec("% There is no first hop redundancy", "show standby", "show vrrp", "show glbp"),
	sayExec("% There are no probes", "show ip sla", "show track"),
	sayExec("% Packets are not queued or marked", "show policy-map", "show class-map", "show queueing"),
	sayExec("% Sessions are not inspected", "show ip inspect", "show zone", "show zone-pair security", "show policy-firewall", "show parameter-map"),
	sayExec("% Flows are not exported", "show ip cache flow", "show flow", "show ip flow"),
	sayExec("% The kernel forwards: see show ip route", "show ip cef", "show adjacency", "show cef", "show ip cache"),
	sayExec("% DHCP is not running: "+byLinux, "show ip dhcp", "clear ip dhcp", "release dhcp", "renew dhcp", "show dhcp"),
	sayExec("% SNMP agent is not enabled", "show snmp"),
	sayExec("% There is no web server", "show ip http"),
	sayExec("% There are no sensors: "+noHardware, "show environment", "show power", "show platform", "show diag", "show module",
		"show controllers", "show hardware", "show redundancy", "show c2900", "show idprom"),
	sayExec("% There are no licences: every command is there", "show license", "license"),
	sayExec("% There are no modules of other makers", "show software", "show packages", "install", "request", "archive download-sw"),
	sayExec("% There are no applets", "show event", "event"),
	sayExec("% There are no time ranges", "show time-range"),
	sayExec("% There are no object groups", "show object-group"),
	sayExec("% There are no frames to show: "+noHardware, "show frame-relay", "show isdn", "show dialer", "show pppoe", "show ppp",
		"show vpdn", "show atm", "show bridge"),
	sayExec("% "+capital(noVoice), "show voice", "show dial-peer", "show ephone", "show call", "show gateway"),

	sayExec("% There is only IKE version 1", "show crypto ikev2", "clear crypto ikev2"),
	sayExec("Number of Crypto Socket connections 0", "show crypto sockets"), // they belong to tunnel interfaces
	sayExec("There are no default policies: each is configured with crypto isakmp policy", "show crypto isakmp default"),
	sayExec("There are no IPsec profiles: there are no tunnel interfaces", "show crypto ipsec profile", "show crypto ipsec default"),
	sayExec("% There is no group encryption", "show crypto gdoi", "show crypto gkm"),
	sayExec("% There is no IPsec client or server mode", "show crypto ipsec client", "show crypto isakmp client", "show ip local pool"),

	sayExec("% Connections from the router are not supported, use another host", "telnet", "ssh", "rlogin", "connect", "resume", "lat", "pad",
		"x28", "x3", "ppp", "slip", "tunnel", "disconnect", "name-connection", "udptn", "rsh"),
	sayExec("% There is no Tcl", "tclsh", "tclquit", "tclsafe"),
	sayExec("% There are no tests of hardware, "+noHardware, "test"),
	sayExec("% Packets are captured by the Linux system, with tcpdump on the link that show interfaces names", "monitor", "show monitor"),
	sayExec("% "+capital(noHardware), "hw-module", "microcode", "modemui", "upgrade", "emulation", "rommon"),
	sayExec("% Files come and go through the directory flash of --dir: nothing is copied over the network", networkCopies()...),
	sayExec("% flash: is the directory, and stays it: name the files of others in full", "cd"),
	sayExec("% A line is left by exit, and by itself after its exec-timeout", "lock", "login"),
	sayExec("% "+capital(noView), "enable view"),
	sayExec("% Access lists have no entries of a user's own", "access-enable", "access-profile", "access-template", "clear access-template"),
	sayExec("% There are no menus", "menu"),
	sayExec("% What was deleted is gone", "undelete"),
	sayExec("% Logins are in the log: see login on-failure log and show login failures", "clear aaa", "clear radius", "clear login"),
	sayExec("% "+capital(noSetting), terminalWords()...),
	sayExec("% "+capital(byLinux), "setup", "send", "erase flash:", "format", "fsck", "partition", "squeeze", "set", "boot", "calendar",
		"clock read-calendar", "clock update-calendar"),
	sayExec("% Files are compared with verify /md5, there are no images", "verify flash:"),
	sayExec("% Everything is in show tech-support", "show tech-support ipsec", "show tech-support page", "show tech-support password", "show tech-support cef",
		"show tech-support vpn", "show tech-support pki"),
	sayExec("% The time until the return runs whether somebody types or not: give minutes alone", "configure terminal revert timer idle",
		"configure revert timer idle"),
	sayExec("% Nobody else is kept out meanwhile", "configure terminal lock"),
)

// networkCopies are the commands that copy a file or a configuration from or to another machine.
func networkCopies() []string {
	all := []string{"write network", "configure network", "configure overwrite-network"}
	for _, far := range []string{"ftp:", "http:", "https:", "pram:", "rcp:", "scp:", "sftp:", "tftp:", "usbflash0:", "xmodem:", "ymodem:"} {
		for _, near := range []string{"running-config", "startup-config", "flash:", "nvram:", "system:"} {
			all = append(all, "copy "+near+" "+far)
		}
		all = append(all, "copy "+far, "more "+far, "dir "+far, "configure replace "+far)
	}
	return all
}

// terminalWords are the settings of a terminal that the session has not.
func terminalWords() []string {
	var all []string
	for _, w := range []string{"data-character-bits", "databits", "default", "dispatch-character", "dispatch-timeout", "domain-lookup", "download",
		"escape-character", "flowcontrol", "full-help", "hold-character", "international", "ip", "keymap-type", "lat", "notify", "padding", "parity",
		"rxspeed", "shell", "special-character-bits", "speed", "start-character", "stop-character", "stopbits", "telnet", "transport",
		"txspeed", "type"} {
		all = append(all, "terminal "+w, "terminal no "+w)
	}
	return all
}

// sayExec is one answer to several commands.
func sayExec(answer string, commands ...string) []grammar.KnownExec {
	var list []grammar.KnownExec
	for _, c := range commands {
		list = append(list, grammar.KnownExec{Words: c, Answer: answer})
	}
	return list
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
