package commands

import (
	"slices"
	"strings"

	"conft/internal/acl"
	"conft/shell/grammar"
)

// An access list is typed in two ways, as `access-list 101 …` lines and inside
// `ip access-list extended`, with the same four kinds of entry.

// aceForm is one kind of entry: the syntax behind the list or sequence number.
type aceForm struct {
	syntax string
	help   grammar.Help
}

var aceForms = []aceForm{
	aceProtocols(),
	acePorts("tcp", tcpPorts),
	acePorts("udp", udpPorts),
}

// aceProtocols is an entry for every protocol that has no ports.
func aceProtocols() aceForm {
	help := grammar.Help{"<0-255>": "An IP protocol number"}
	var words []string
	for _, p := range protocols {
		if p.num != protoTCP && p.num != protoUDP {
			words = append(words, p.name)
			help[p.name] = p.help
		}
	}
	return aceForm{
		"{permit | deny}$action {" + strings.Join(words, " | ") + " | <0-255>}$protocol " + addrSyntax("s") + " " + addrSyntax("d") + " [log]",
		withHelp(aceHelp, help),
	}
}

// acePorts is an entry for a protocol with ports.
func acePorts(protocol string, ports nameTable) aceForm {
	help := grammar.Help{"<0-65535>": "Port number"}
	for _, p := range ports {
		help[p.name] = p.help
	}
	help[protocol] = protocols[slices.IndexFunc(protocols, func(n named) bool { return n.name == protocol })].help
	return aceForm{
		"{permit | deny}$action " + protocol + "$protocol " + addrSyntax("s") + portSyntax("s", ports) + " " +
			addrSyntax("d") + portSyntax("d", ports) + " [log]",
		withHelp(aceHelp, help),
	}
}

// addrSyntax is one side's address; side is the first letter of its bindings.
func addrSyntax(side string) string {
	return strings.NewReplacer("@", "$"+side).Replace("{any@any | host A.B.C.D@host | A.B.C.D@base A.B.C.D@wild}")
}

func portSyntax(side string, ports nameTable) string {
	words := []string{"<0-65535>"}
	for _, p := range ports {
		words = append(words, p.name)
	}
	port := "{" + strings.Join(words, " | ") + "}"
	return strings.NewReplacer("@", "$"+side, "PORT", port).Replace(" [{eq | neq | lt | gt}@op PORT@port | range@op PORT@port PORT@high]")
}

var aceHelp = grammar.Help{
	"permit": "Specify packets to forward",
	"deny":   "Specify packets to reject",
	"$sany":  "Any source host", "$dany": "Any destination host",
	"host":   "A single host",
	"$shost": "Source address", "$dhost": "Destination address",
	"$sbase": "Source address", "$dbase": "Destination address",
	"$swild": "Source wildcard bits", "$dwild": "Destination wildcard bits",
	"eq":   "Match only packets on a given port number",
	"neq":  "Match only packets not on a given port number",
	"lt":   "Match only packets with a lower port number",
	"gt":   "Match only packets with a greater port number",
	"$sop": "Match only packets in the range of port numbers",
	"$dop": "Match only packets in the range of port numbers",
	"log":  "Log matches against this entry",
}

// ace reads an entry.
func ace(a grammar.Args) (acl.Entry, error) {
	e := acl.Entry{Src: aceAddr(a, "s"), Dst: aceAddr(a, "d"), Log: a.Has("log")}
	if a.String("action") == "deny" {
		e.Action = acl.Deny
	}
	n, err := protocols.number(a.String("protocol"))
	if err != nil {
		return e, err
	}
	e.Protocol = uint8(n)
	ports := portNames(e.Protocol)
	if e.SrcPort, err = acePort(a, "s", ports); err != nil {
		return e, err
	}
	e.DstPort, err = acePort(a, "d", ports)
	return e, err
}

func aceAddr(a grammar.Args, side string) acl.Addr {
	switch {
	case a.Has(side + "any"):
		return acl.Any
	case a.Has(side + "host"):
		return acl.Addr{Base: a.IP(side + "host")}
	}
	wild := a.IP(side + "wild")
	return acl.Addr{Base: a.IP(side+"base") &^ wild, Wildcard: wild}
}

func acePort(a grammar.Args, side string, names nameTable) (acl.Ports, error) {
	var p acl.Ports
	for op, word := range portOps {
		if a.String(side+"op") == word {
			p.Op = op
		}
	}
	if p.Op == acl.PortAny {
		return p, nil
	}
	var err error
	if p.Low, err = names.number(a.String(side + "port")); err != nil || p.Op != acl.PortRange {
		return p, err
	}
	p.High, err = names.number(a.String(side + "high"))
	if p.Low > p.High {
		p.Low, p.High = p.High, p.Low
	}
	return p, err
}
