package commands

import (
	"strings"

	"conft/shell/grammar"
)

// This file is what is said of the lines of old configurations that name what conft
// has not: each is answered by one line that names it and gives the reason, and none
// is stored.

// knownWord is one command and why it is not carried out, or why it need not be.
type knownWord struct {
	words string
	why   string
	kind  knownKind
}

type knownKind uint8

const (
	absent    knownKind = iota // the command asks for what is not there; `no` changes nothing
	given                      // it asks for what is so anyhow; `no` cannot be had
	block                      // absent, and the lines of a sub-mode follow
	rip                        // block whose `version` is not the router's
	delimited                  // absent, and a text between delimiters follows
	hex                        // absent, and the octets of a certificate follow
	macro                      // absent, and lines up to @ follow
)

const (
	byLinux      = "the Linux system does this, outside of the router's configuration"
	byLink       = "the Linux link decides this"
	noWeb        = "there is no web server"
	noRouting    = "there are no routing protocols, use ip route"
	noSetting    = "the lines are console 0, aux 0 and vty 0 to 15, and have no such setting"
	byLevel      = "commands are allowed by their levels"
	fixedWords   = "the words of the login are fixed"
	noNetwork    = "users are asked for as they log in and enable, and by no other service"
	noAccount    = "nobody is told who did what"
	noVRF        = "there is one routing table"
	noTunnel     = "the interfaces are Ethernet types and Loopback, without subinterfaces"
	noIPv6       = "there is only IPv4"
	noQoS        = "packets are not queued or marked"
	noSwitch     = "there are no switch ports and no VLANs"
	noVoice      = "there is no voice"
	noSNMP       = "there is no SNMP agent"
	noCisco      = "neighbours are not discovered"
	noHardware   = "there is no such hardware"
	noRemote     = "there is no connecting to the router from outside"
	noFirewall   = "there is no inspection of sessions"
	noNVI        = "there is no NAT virtual interface, use ip nat inside and ip nat outside"
	oneTimeout   = "a protocol has one timeout for all its ports"
	noInspection = "packets are translated in their headers only"
	noMode       = "there is no XAUTH, mode configuration or client group"
	isSwitched   = "the kernel forwards, always by its fastest way"
	isDump       = "it is no command but part of a listing"
	isBoot       = "it describes the box the listing is from"
)

// knownWords are in the order in which they are tried: the first that fits answers.
var knownWords = []knownWord{
	{"Building configuration...", isDump, given},
	{"Current configuration", isDump, given},
	{"Using", isDump, given},
	{"boot-start-marker", isDump, given},
	{"boot-end-marker", isDump, given},
	{"boot", isBoot, absent},
	{"config-register", isBoot, absent},
	{"memory-size iomem", isBoot, absent},
	{"mmi", isBoot, absent},
	{"license", isBoot, absent},
	{"hw-module", isBoot, absent},
	{"resource policy", isBoot, absent},
	{"redundancy", isBoot, block},
	{"controller", noHardware, block},
	{"card", noHardware, absent},
	{"network-clock-participate", noHardware, absent},
	{"scheduler", byLinux, absent},
	{"process-max-time", byLinux, absent},
	{"exception", byLinux, absent},
	{"prompt", "the prompt is fixed", absent},
	{"event manager", "there are no applets", block},
	{"banner incoming", "it is shown where there is no such line", delimited},
	{"banner config-save", "it is shown where there is no such line", delimited},
	{"banner prompt-timeout", "it is shown where there is no such line", delimited},
	{"banner slip-ppp", "it is shown where there is no such line", delimited},
	{"banner", "the banners are motd, login and exec", delimited},

	{"service config", "configurations are kept in nvram only", absent},
	{"service compress-config", "configurations are kept as they are", absent},
	{"service pad", noRemote, absent},
	{"service tcp-keepalives-in", noRemote, absent},
	{"service tcp-keepalives-out", noRemote, absent},
	{"service tcp-small-servers", noRemote, absent},
	{"service udp-small-servers", noRemote, absent},
	{"service finger", noRemote, absent},
	{"service nagle", noRemote, absent},
	{"service dhcp", byLinux, absent},
	{"service internal", "there are no internal commands", absent},
	{"service call-home", isBoot, absent},
	{"aaa accounting", noAccount, absent},
	{"aaa authentication username-prompt", fixedWords, absent},
	{"aaa authentication password-prompt", fixedWords, absent},
	{"aaa authentication attempts", "three answers are taken", absent},
	{"aaa authentication banner", "banner login is shown before the user is asked", delimited},
	{"aaa authentication fail-message", fixedWords, delimited},
	{"aaa authentication ppp", noNetwork, absent},
	{"aaa authentication dot1x", noNetwork, absent},
	{"aaa authorization network", noNetwork, absent},
	{"aaa authorization commands", byLevel, absent},
	{"aaa authorization config-commands", byLevel, absent},
	{"aaa authorization configuration", byLevel, absent},
	{"aaa authorization reverse-access", noSession, absent},
	{"aaa group", "servers are asked by RADIUS", block},
	{"aaa", noNetwork, absent},
	{"modem", noHardware, absent},
	{"flow record", "flows are not exported", block},
	{"flow exporter", "flows are not exported", block},
	{"flow monitor", "flows are not exported", block},
	{"flowcontrol", noHardware, absent},
	{"databits", noHardware, absent},
	{"parity", noHardware, absent},
	{"terminal-type", noSetting, absent},
	{"escape-character", noSetting, absent},
	{"activation-character", noSetting, absent},
	{"session-limit", noSetting, absent},
	{"absolute-timeout", noSetting, absent},
	{"autocommand", noSetting, absent},
	{"accounting", noAccount, absent},
	{"line", noHardware, block},
	{"tacacs-server", "servers are asked by RADIUS", absent},
	{"radius-server", "servers are asked in the order of the configuration, each as long as its timeout says", absent},
	{"tacacs server", "servers are asked by RADIUS", block},

	{"logging message-counter", "what goes to a syslog host is always counted, and nothing else is", absent},
	{"snmp-server", noSNMP, absent},
	{"ntp", byLinux, absent},
	{"sntp", byLinux, absent},
	{"cdp", noCisco, absent},
	{"lldp", noCisco, absent},

	{"ip cef", isSwitched, given},
	{"ip route-cache", isSwitched, given},
	{"ip mroute-cache", isSwitched, given},
	{"ip classless", "the longest prefix decides", given},
	{"ip subnet-zero", "every subnet may be used", given},
	{"ip routing", "the router routes", given},
	{"ip forward-protocol", "broadcasts are not forwarded", absent},
	{"ip http", noWeb, absent},
	{"ip nat service", noInspection, absent},
	{"ip nat log", "translations are not logged", absent},
	{"ip nat translation dns-timeout", oneTimeout, absent},
	{"ip nat translation port-timeout", oneTimeout, absent},
	{"ip nat translation max-entries", "the kernel's connection tracking has its own limit", absent},
	{"ip nat create", "each connection has its translation", given},
	{"ip nat enable", noNVI, absent},
	{"ip nat source", noNVI, absent},
	{"ip nat inside destination", "only sources are translated, and destinations to static ones", absent},
	{"ip virtual-reassembly", "the kernel puts fragments together where it must", given},
	{"ip dhcp pool", byLinux, block},
	{"ip dhcp", byLinux, absent},
	{"ip address dhcp", byLinux, absent},
	{"ip helper-address", byLinux, absent},
	{"ip default-gateway", "the router routes, use ip route 0.0.0.0 0.0.0.0", absent},
	{"ip default-network", "use ip route 0.0.0.0 0.0.0.0", absent},
	{"ip inspect", noFirewall, absent},
	{"ip audit", noFirewall, absent},
	{"ip ips", noFirewall, absent},
	{"ip policy", noRouting, absent},
	{"ip prefix-list", noRouting, absent},
	{"ip as-path", noRouting, absent},
	{"ip ospf", noRouting, absent},
	{"ip rip", noRouting, absent},
	{"ip split-horizon", noRouting, absent},
	{"ip summary-address", noRouting, absent},
	{"ip hello-interval", noRouting, absent},
	{"ip pim", "there is no multicast", absent},
	{"ip igmp", "there is no multicast", absent},
	{"ip multicast-routing", "there is no multicast", absent},
	{"ip vrf forwarding", noVRF, absent},
	{"ip vrf", noVRF, block},
	{"vrf definition", noVRF, block},
	{"vrf forwarding", noVRF, absent},
	{"ip source-route", "no packet is forwarded by a source route", absent},
	{"ip redirects", byLinux, absent},
	{"ip proxy-arp", byLinux, absent},
	{"ip directed-broadcast", "broadcasts are not forwarded", absent},
	{"ip mask-reply", "there is no mask reply", absent},
	{"ip icmp", byLinux, absent},
	{"ip tcp", byLinux, absent},
	{"ip accounting", "packets are counted by the crypto map only", absent},
	{"ip flow-export", "flows are not exported", absent},
	{"ip flow", "flows are not exported", absent},
	{"ip local pool", noMode, absent},
	{"login on-failure trap", noSNMP, absent},
	{"login on-success trap", noSNMP, absent},
	{"ip ssh port", "SSH is served at port 22", absent},
	{"ip ssh source-interface", noSession, absent},
	{"ip ssh stricthostkeycheck", noSession, absent},
	{"ip ssh client", noSession, absent},
	{"ip ssh", "the server has no such setting", absent},
	{"ip scp", noRemote, absent},
	{"ip telnet", noRemote, absent},
	{"ip ftp", noRemote, absent},
	{"ip tftp", noRemote, absent},
	{"ip rcmd", noRemote, absent},
	{"ip finger", noRemote, absent},
	{"ip bootp", noRemote, absent},
	{"ip identd", noRemote, absent},
	{"ip sla", "there are no probes", block},
	{"ip gratuitous-arps", byLinux, absent},
	{"ip unnumbered", "every interface has its own address", absent},
	{"ip nhrp", noTunnel, absent},
	{"ipv6", noIPv6, absent},
	{"tftp-server", noRemote, absent},
	{"ftp-server", noRemote, absent},
	{"track", "there are no probes", block},
	{"arp timeout", byLinux, absent},

	{"router rip", noRouting, rip},
	{"router", noRouting, block},
	{"key chain", noRouting, block},
	{"multilink", noTunnel, absent},
	{"frame-relay", noTunnel, absent},
	{"isdn", noHardware, absent},
	{"dialer", noTunnel, absent},
	{"dialer-list", noTunnel, absent},
	{"vpdn", noTunnel, absent},
	{"vpdn-group", noTunnel, block},
	{"bridge", noSwitch, absent},
	{"bridge-group", noSwitch, absent},
	{"vlan", noSwitch, block},
	{"vtp", noSwitch, absent},
	{"spanning-tree", noSwitch, absent},
	{"switchport", noSwitch, absent},
	{"class-map", noQoS, block},
	{"policy-map", noQoS, block},
	{"service-policy", noQoS, absent},
	{"parameter-map", noFirewall, block},
	{"zone-member", noFirewall, absent},
	{"zone-pair", noFirewall, block},
	{"zone", noFirewall, block},
	{"control-plane", noQoS, block},
	{"dial-peer", noVoice, block},
	{"voice", noVoice, block},
	{"voice-port", noVoice, block},
	{"voice-card", noVoice, block},
	{"telephony-service", noVoice, block},
	{"ephone", noVoice, block},
	{"mgcp", noVoice, absent},
	{"call", noVoice, absent},
	{"ccm-manager", noVoice, absent},
	{"sccp", noVoice, absent},
	{"gatekeeper", noVoice, block},
	{"gateway", noVoice, block},
	{"object-group", noGroups, block},
	{"time-range", noTimes, block},

	{"interface WORD", noTunnel, block},
	{"duplex", byLink, absent},
	{"speed", byLink, absent},
	{"half-duplex", byLink, absent},
	{"full-duplex", byLink, absent},
	{"negotiation", byLink, absent},
	{"media-type", byLink, absent},
	{"mac-address", byLink, absent},
	{"clock rate", noHardware, absent},
	{"clockrate", noHardware, absent},
	{"serial", noHardware, absent},
	{"encapsulation", noTunnel, absent},
	{"keepalive", byLink, absent},
	{"fair-queue", noQoS, absent},
	{"tx-ring-limit", noQoS, absent},
	{"hold-queue", noQoS, absent},
	{"carrier-delay", byLink, absent},
	{"standby", "there is no first hop redundancy", absent},
	{"vrrp", "there is no first hop redundancy", absent},
	{"glbp", "there is no first hop redundancy", absent},
	{"ppp", noTunnel, absent},
	{"pppoe", noTunnel, absent},
	{"tunnel", noTunnel, absent},

	{"crypto pki certificate chain", "certificates are not kept in the configuration", block},
	{"crypto ca certificate chain", "certificates are not kept in the configuration", block},
	{"certificate", "certificates are not kept in the configuration", hex},
	{"crypto isakmp client configuration group", noMode, block},
	{"crypto isakmp client", noMode, absent},
	{"crypto ikev2", "there is only IKE version 1", block},
	{"crypto gdoi", "there is no group encryption", block},
	{"crypto engine", "there is one engine, in software", absent},
	{"crypto mib", noSNMP, absent},
	{"crypto logging", "only sessions are logged", absent},
}

// known are the entries of a mode for a list of words.
func known[T any](words []knownWord) grammar.KnownList[T] {
	var all grammar.KnownList[T]
	for _, w := range words {
		all = append(all, knownEntry[T](w))
	}
	return all
}

func knownEntry[T any](w knownWord) grammar.Known[T] {
	k := grammar.Known[T]{
		Words: w.words,
		Block: w.kind == block || w.kind == rip,
		Answer: func(name string, no bool) (string, error) {
			if no {
				name = "no " + name
			}
			if no == (w.kind == given) {
				return "", refuse("%s is not supported: %s", name, w.why)
			}
			return name + " changes nothing: " + w.why, nil
		},
	}
	switch w.kind {
	case rip:
		k.Own = "version"
	case delimited:
		k.End = bannerEnd
	case hex:
		k.End = func(string) string { return "quit" }
	case macro:
		k.End = func(string) string { return "@" }
	}
	return k
}

// bannerEnd returns the delimiter of a text that does not end in its first line. The
// delimiter is any character; listings write that of the router, Control-C, as "^C".
func bannerEnd(rest string) string {
	delimiter := "^C"
	if !strings.HasPrefix(rest, delimiter) {
		for _, r := range rest {
			delimiter = string(r)
			break
		}
	}
	if rest == "" || strings.Contains(rest[len(delimiter):], delimiter) {
		return ""
	}
	return delimiter
}
