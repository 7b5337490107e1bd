package commands

import (
	"slices"
	"strings"

	"conft/internal/acl"
	"conft/shell/grammar"
)

// An access list is typed in two ways, as `access-list 101 …` lines and inside
// `ip access-list extended`, with the same kinds of entry.

// aceForm is one kind of entry: the syntax behind the list or sequence number.
type aceForm struct {
	syntax string
	help   grammar.Help
}

const aceAction = "{permit | deny}$action "

var extendedForms = []aceForm{
	aceProtocols(),
	aceMessages(),
	acePorts("tcp", tcpFlags),
	acePorts("udp", ""),
}

// ported are the protocols with conditions of their own.
var ported = []string{"tcp", "udp", "icmp"}

// aceProtocols is an entry for every protocol of which nothing but itself is looked at.
func aceProtocols() aceForm {
	help := grammar.Help{"<0-255>": "An IP protocol number"}
	words := addWords(help, slices.DeleteFunc(slices.Clone(acl.Protocols), func(n acl.Name) bool {
		return slices.Contains(ported, n.Word)
	}))
	return aceForm{
		aceAction + "{" + words + " | <0-255>}$protocol " + addrSyntax("s") + " " + addrSyntax("d") + aceTail,
		withHelp(aceHelp, help),
	}
}

// acePorts is an entry for a protocol with ports.
func acePorts(protocol, flags string) aceForm {
	help := grammar.Help{"<0-65535>": "Port number", protocol: protocolHelp(protocol)}
	n, _ := number(acl.Protocols, protocol)
	port := "{<0-65535> | " + addWords(help, acl.PortNames(uint8(n))) + "}"
	return aceForm{
		aceAction + protocol + "$protocol " + addrSyntax("s") + portSyntax("s", port) + " " + addrSyntax("d") + portSyntax("d", port) + flags + aceTail,
		withHelp(aceHelp, help),
	}
}

// aceMessages is an entry for ICMP.
func aceMessages() aceForm {
	help := grammar.Help{"icmp": protocolHelp("icmp"), "$type": "ICMP message type", "$code": "ICMP message code"}
	var words []string
	for _, m := range acl.Messages {
		help[m.Word] = m.Help
		words = append(words, m.Word)
	}
	return aceForm{
		aceAction + "icmp$protocol " + addrSyntax("s") + " " + addrSyntax("d") +
			" [{" + strings.Join(words, " | ") + "}$message | <0-255>$type [<0-255>$code]]" + aceTail,
		withHelp(aceHelp, help),
	}
}

func protocolHelp(word string) string {
	return acl.Protocols[slices.IndexFunc(acl.Protocols, func(n acl.Name) bool { return n.Word == word })].Help
}

// addWords adds the help of keywords, and returns them as a choice.
func addWords(help grammar.Help, names []acl.Name) string {
	var words []string
	for _, n := range names {
		help[n.Word] = n.Help
		words = append(words, n.Word)
	}
	return strings.Join(words, " | ")
}

// addrSyntax is one side's address; side is the first letter of its bindings.
func addrSyntax(side string) string {
	return strings.ReplaceAll("{any@any | host A.B.C.D@host | A.B.C.D@base A.B.C.D@wild}", "@", "$"+side)
}

func portSyntax(side, port string) string {
	return strings.NewReplacer("@", "$"+side, "PORT", port).Replace(" [{eq | neq}@op PORT...@port | {lt | gt}@op PORT@port | range@op PORT@port PORT@high]")
}

const tcpFlags = " [{established | ack | fin | psh | rst | syn | urg}...$flag | {match-any | match-all}$flags {+ack | -ack | +fin | -fin | +psh | -psh | +rst | -rst | +syn | -syn | +urg | -urg}...$bit]"

// aceTail are the conditions that every kind of extended entry may have.
var aceTail = strings.NewReplacer(
	"DSCP", addWords(aceHelp, acl.DSCPs), "PRECEDENCE", addWords(aceHelp, acl.Precedences), "TOS", addWords(aceHelp, acl.Services)).Replace(
	" [dscp {<0-63> | DSCP}$codepoint | precedence {<0-7> | PRECEDENCE}$prec [tos {<0-15> | TOS}$service] | tos {<0-15> | TOS}$service]" +
		" [fragments] [log | log-input]")

var aceHelp = func() grammar.Help {
	h := grammar.Help{
		"permit": "Specify packets to forward",
		"deny":   "Specify packets to reject",
		"$sany":  "Any source host", "$dany": "Any destination host",
		"host":   "A single host",
		"$shost": "Source address", "$dhost": "Destination address",
		"$sbase": "Source address", "$dbase": "Destination address",
		"$swild": "Source wildcard bits", "$dwild": "Destination wildcard bits",
		"eq":          "Match only packets on a given port number",
		"neq":         "Match only packets not on a given port number",
		"lt":          "Match only packets with a lower port number",
		"gt":          "Match only packets with a greater port number",
		"$sop":        "Match only packets in the range of port numbers",
		"$dop":        "Match only packets in the range of port numbers",
		"established": "Match established connections",
		"match-any":   "Match if any specified flag is set or not set",
		"match-all":   "Match if all specified flags are as stated",
		"dscp":        "Match packets with given dscp value",
		"<0-63>":      "Differentiated services codepoint value",
		"precedence":  "Match packets with given precedence value",
		"<0-7>":       "Precedence value",
		"tos":         "Match packets with given TOS value",
		"<0-15>":      "Type of service value",
		"fragments":   "Check non-initial fragments",
		"log":         "Log matches against this entry",
		"log-input":   "Log matches against this entry, including input interface",
	}
	for _, n := range acl.FlagNames {
		h[n.Word], h["+"+n.Word] = n.Help, n.Help
		h["-"+n.Word] = strings.Replace(n.Help, "Match on", "Match not on", 1)
	}
	return h
}()

// ace reads an entry of an extended list.
func ace(a grammar.Args) (acl.Entry, error) {
	e := acl.Entry{Action: actionOf(a), Src: aceAddr(a, "s"), Dst: aceAddr(a, "d"), Fragments: a.Has("fragments")}
	e.Log, e.LogInput = a.Has("log") || a.Has("log-input"), a.Has("log-input")
	n, err := number(acl.Protocols, a.String("protocol"))
	if err != nil {
		return e, err
	}
	e.Protocol = uint8(n)
	if e.SrcPort, err = acePort(a, "s", e.Protocol); err != nil {
		return e, err
	}
	if e.DstPort, err = acePort(a, "d", e.Protocol); err != nil {
		return e, err
	}
	e.TCP, e.ICMP, e.Service = aceFlags(a), aceMessage(a), aceService(a)
	if e.Fragments && e.Transport() {
		return e, refuse("Fragments other than the first have no ports, flags or types to match")
	}
	return e, nil
}

func actionOf(a grammar.Args) acl.Action {
	if a.String("action") == "deny" {
		return acl.Deny
	}
	return acl.Permit
}

func aceFlags(a grammar.Args) (f acl.Flags) {
	words := a.Strings("flag")
	switch {
	case slices.Contains(words, "established"):
		f.Op = acl.Established
	case len(words) > 0:
		f.Op = acl.FlagsWords
	}
	for _, word := range words {
		if n, err := number(acl.FlagNames, word); err == nil {
			f.On |= uint8(n)
		}
	}
	switch a.String("flags") {
	case "match-any":
		f.Op = acl.FlagsAny
	case "match-all":
		f.Op = acl.FlagsAll
	}
	for _, word := range a.Strings("bit") {
		n, _ := number(acl.FlagNames, word[1:])
		on, off := &f.On, &f.Off
		if word[0] == '-' {
			on, off = off, on
		}
		*on |= uint8(n)
		*off &^= uint8(n)
	}
	return f
}

func aceMessage(a grammar.Args) acl.ICMP {
	if word := a.String("message"); word != "" {
		return acl.Messages[slices.IndexFunc(acl.Messages, func(m acl.Message) bool { return m.Word == word })].ICMP
	}
	c := acl.ICMP{Type: uint8(a.Int("type")), Code: uint8(a.Int("code"))}
	switch {
	case a.Has("code"):
		c.Op = acl.ICMPCode
	case a.Has("type"):
		c.Op = acl.ICMPType
	}
	return c
}

func aceService(a grammar.Args) acl.Service {
	value := func(binding string, names []acl.Name) acl.Value {
		if !a.Has(binding) {
			return 0
		}
		n, _ := number(names, a.String(binding))
		return acl.Value(n + 1)
	}
	return acl.Service{DSCP: value("codepoint", acl.DSCPs), Precedence: value("prec", acl.Precedences), TOS: value("service", acl.Services)}
}

func aceAddr(a grammar.Args, side string) acl.Addr {
	switch {
	case a.Has(side + "any"):
		return acl.Any
	case a.Has(side + "host"):
		return acl.Host(a.IP(side + "host"))
	}
	wild := a.IP(side + "wild")
	return acl.Addr{Base: a.IP(side+"base") &^ wild, Wildcard: wild}
}

func acePort(a grammar.Args, side string, protocol uint8) (acl.Ports, error) {
	p := acl.Ports{Op: map[string]acl.PortOp{"eq": acl.PortEq, "neq": acl.PortNeq, "lt": acl.PortLt, "gt": acl.PortGt, "range": acl.PortRange}[a.String(side+"op")]}
	if p.Op == acl.PortAny {
		return p, nil
	}
	names := acl.PortNames(protocol)
	typed := a.Strings(side + "port")
	if len(typed) > acl.MaxPorts {
		return p, refuse("An entry names at most %d ports", acl.MaxPorts)
	}
	var err error
	for i, word := range typed {
		at := &p.Low
		if i > 0 {
			at = &p.Also[i-1]
			p.More++
		}
		if *at, err = number(names, word); err != nil {
			return p, err
		}
	}
	if p.Op != acl.PortRange {
		return p, nil
	}
	p.High, err = number(names, a.String(side+"high"))
	if p.Low > p.High {
		p.Low, p.High = p.High, p.Low
	}
	return p, err
}

// standardForm is the entry of a standard list. A wildcard that is not typed stands for
// one host.
var standardForm = aceForm{
	aceAction + "{any$sany | host A.B.C.D$shost | A.B.C.D$sbase [A.B.C.D$swild]} [log]",
	withHelp(aceHelp, grammar.Help{
		"host": "A single host address", "$shost": "Host address", "$sbase": "Address to match", "$swild": "Wildcard bits",
	}),
}

// standardACE reads it.
func standardACE(a grammar.Args) (acl.Entry, error) {
	return acl.Entry{Action: actionOf(a), Src: aceAddr(a, "s"), Dst: acl.Any, Log: a.Has("log")}, nil
}
