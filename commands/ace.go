package commands

import (
	"strconv"
	"strings"

	"conft/internal/acl"
)

// aceText is an entry as the running configuration holds it, without the list
// and sequence number: "permit tcp any host 10.1.1.1 eq www log".
func aceText(e acl.Entry) string {
	if e.Remark != "" {
		return "remark " + e.Remark
	}
	var b strings.Builder
	if e.Action == acl.Deny {
		b.WriteString("deny ")
	} else {
		b.WriteString("permit ")
	}
	b.WriteString(protocolText(e.Protocol))
	b.WriteString(" " + aceAddrText(e.Src) + portsText(e.Protocol, e.SrcPort))
	b.WriteString(" " + aceAddrText(e.Dst) + portsText(e.Protocol, e.DstPort))
	if e.Log {
		b.WriteString(" log")
	}
	return b.String()
}

func aceAddrText(a acl.Addr) string {
	switch a.Wildcard {
	case 0:
		return "host " + ipText(a.Base)
	case 0xffffffff:
		return "any"
	}
	return ipText(a.Base) + " " + ipText(a.Wildcard)
}

func portsText(proto uint8, p acl.Ports) string {
	names := portNames(proto)
	switch p.Op {
	case acl.PortAny:
		return ""
	case acl.PortRange:
		return " range " + names.text(p.Low) + " " + names.text(p.High)
	}
	return " " + portOps[p.Op] + " " + names.text(p.Low)
}

var portOps = map[acl.PortOp]string{acl.PortEq: "eq", acl.PortNeq: "neq", acl.PortLt: "lt", acl.PortGt: "gt", acl.PortRange: "range"}

// named is one number that IOS prints by name.
type named struct {
	name string
	num  uint16
	help string
}

type nameTable []named

func (t nameTable) text(n uint16) string {
	for _, e := range t {
		if e.num == n {
			return e.name
		}
	}
	return strconv.Itoa(int(n))
}

// number finds the value of a name or of a decimal number.
func (t nameTable) number(s string) (uint16, error) {
	for _, e := range t {
		if strings.EqualFold(e.name, s) {
			return e.num, nil
		}
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0, refuse("Invalid number %s", s)
	}
	return uint16(n), nil
}

const (
	protoICMP = 1
	protoTCP  = 6
	protoUDP  = 17
)

// protocols are the IP protocols with a keyword of their own.
var protocols = nameTable{
	{"ahp", 51, "Authentication Header Protocol"},
	{"eigrp", 88, "Cisco's EIGRP routing protocol"},
	{"esp", 50, "Encapsulation Security Payload"},
	{"gre", 47, "Cisco's GRE tunneling"},
	{"icmp", protoICMP, "Internet Control Message Protocol"},
	{"igmp", 2, "Internet Gateway Message Protocol"},
	{"ip", acl.ProtoIP, "Any Internet Protocol"},
	{"ipinip", 4, "IP in IP tunneling"},
	{"nos", 94, "KA9Q NOS compatible IP over IP tunneling"},
	{"ospf", 89, "OSPF routing protocol"},
	{"pcp", 108, "Payload Compression Protocol"},
	{"pim", 103, "Protocol Independent Multicast"},
	{"tcp", protoTCP, "Transmission Control Protocol"},
	{"udp", protoUDP, "User Datagram Protocol"},
}

func protocolText(p uint8) string { return protocols.text(uint16(p)) }

func portNames(proto uint8) nameTable {
	switch proto {
	case protoTCP:
		return tcpPorts
	case protoUDP:
		return udpPorts
	}
	return nil
}

var tcpPorts = nameTable{
	{"bgp", 179, "Border Gateway Protocol"},
	{"chargen", 19, "Character generator"},
	{"cmd", 514, "Remote commands (rcmd)"},
	{"daytime", 13, "Daytime"},
	{"discard", 9, "Discard"},
	{"domain", 53, "Domain Name Service"},
	{"drip", 3949, "Dynamic Routing Information Protocol"},
	{"echo", 7, "Echo"},
	{"exec", 512, "Exec (rsh)"},
	{"finger", 79, "Finger"},
	{"ftp", 21, "File Transfer Protocol"},
	{"ftp-data", 20, "FTP data connections"},
	{"gopher", 70, "Gopher"},
	{"hostname", 101, "NIC hostname server"},
	{"ident", 113, "Ident Protocol"},
	{"irc", 194, "Internet Relay Chat"},
	{"klogin", 543, "Kerberos login"},
	{"kshell", 544, "Kerberos shell"},
	{"login", 513, "Login (rlogin)"},
	{"lpd", 515, "Printer service"},
	{"nntp", 119, "Network News Transport Protocol"},
	{"pim-auto-rp", 496, "PIM Auto-RP"},
	{"pop2", 109, "Post Office Protocol v2"},
	{"pop3", 110, "Post Office Protocol v3"},
	{"smtp", 25, "Simple Mail Transport Protocol"},
	{"sunrpc", 111, "Sun Remote Procedure Call"},
	{"tacacs", 49, "TAC Access Control System"},
	{"talk", 517, "Talk"},
	{"telnet", 23, "Telnet"},
	{"time", 37, "Time"},
	{"uucp", 540, "Unix-to-Unix Copy Program"},
	{"whois", 43, "Nicname"},
	{"www", 80, "World Wide Web (HTTP)"},
}

var udpPorts = nameTable{
	{"biff", 512, "Biff (mail notification, comsat)"},
	{"bootpc", 68, "Bootstrap Protocol (BOOTP) client"},
	{"bootps", 67, "Bootstrap Protocol (BOOTP) server"},
	{"discard", 9, "Discard"},
	{"dnsix", 195, "DNSIX security protocol auditing"},
	{"domain", 53, "Domain Name Service (DNS)"},
	{"echo", 7, "Echo"},
	{"isakmp", 500, "Internet Security Association and Key Management Protocol"},
	{"mobile-ip", 434, "Mobile IP registration"},
	{"nameserver", 42, "IEN116 name service (obsolete)"},
	{"netbios-dgm", 138, "NetBios datagram service"},
	{"netbios-ns", 137, "NetBios name service"},
	{"netbios-ss", 139, "NetBios session service"},
	{"non500-isakmp", 4500, "Internet Security Association and Key Management Protocol"},
	{"ntp", 123, "Network Time Protocol"},
	{"pim-auto-rp", 496, "PIM Auto-RP"},
	{"rip", 520, "Routing Information Protocol (router, in.routed)"},
	{"snmp", 161, "Simple Network Management Protocol"},
	{"snmptrap", 162, "SNMP Traps"},
	{"sunrpc", 111, "Sun Remote Procedure Call"},
	{"syslog", 514, "System Logger"},
	{"tacacs", 49, "TAC Access Control System"},
	{"talk", 517, "Talk"},
	{"tftp", 69, "Trivial File Transfer Protocol"},
	{"time", 37, "Time"},
	{"who", 513, "Who service (rwho)"},
	{"xdmcp", 177, "X Display Manager Control Protocol"},
}
