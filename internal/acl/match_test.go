package acl

import (
	"net/netip"
	"testing"

	"conft/internal/packet"
)

var (
	lan  = Addr{0x0a010100, 0xff}
	from = packet.Parsed{Src: 0x0a010105, Dst: 0x14010101, Protocol: packet.TCP, SrcPort: 1024, DstPort: 80, HasPorts: true}
)

func with(f func(*packet.Parsed)) packet.Parsed {
	p := from
	f(&p)
	return p
}

func TestPorts(t *testing.T) {
	for _, c := range []struct {
		p       Ports
		yes, no []uint16
	}{
		{Ports{}, []uint16{0, 65535}, nil},
		{Ports{Op: PortEq, Low: 80}, []uint16{80}, []uint16{79, 81}},
		{Ports{Op: PortNeq, Low: 80}, []uint16{79, 81}, []uint16{80}},
		{Ports{Op: PortEq, Low: 80, More: 2, Also: [9]uint16{443, 90}}, []uint16{80, 90, 443}, []uint16{0, 79, 81, 444}},
		{Ports{Op: PortNeq, Low: 80, More: 1, Also: [9]uint16{443}}, []uint16{0, 79, 81, 444}, []uint16{80, 443}},
		{Ports{Op: PortLt, Low: 80}, []uint16{0, 79}, []uint16{80, 81}},
		{Ports{Op: PortGt, Low: 80}, []uint16{81, 65535}, []uint16{79, 80}},
		{Ports{Op: PortRange, Low: 80, High: 90}, []uint16{80, 85, 90}, []uint16{79, 91}},
	} {
		for _, n := range c.yes {
			if !c.p.Match(n) {
				t.Errorf("%v does not match %d", c.p, n)
			}
		}
		for _, n := range c.no {
			if c.p.Match(n) {
				t.Errorf("%v matches %d", c.p, n)
			}
		}
	}
}

func TestEntryMatch(t *testing.T) {
	web := Ports{Op: PortEq, Low: 80}
	later := with(func(p *packet.Parsed) { p.FragmentOffset, p.HasPorts, p.SrcPort, p.DstPort = 1480, false, 0, 0 })
	short := with(func(p *packet.Parsed) { p.HasPorts, p.SrcPort, p.DstPort = false, 0, 0 })
	for _, c := range []struct {
		name string
		e    Entry
		p    packet.Parsed
		want bool
	}{
		{"any", Entry{Src: Any, Dst: Any}, from, true},
		{"subnet", Entry{Src: lan, Dst: Any}, from, true},
		{"host", Entry{Src: Host(0x0a010105), Dst: Host(0x14010101)}, from, true},
		{"other source", Entry{Src: Addr{0x0a010200, 0xff}, Dst: Any}, from, false},
		{"other destination", Entry{Src: Any, Dst: Host(0x14010102)}, from, false},
		{"odd hosts only", Entry{Src: Addr{0x0a010101, 0xfe}, Dst: Any}, from, true},
		{"even hosts only", Entry{Src: Addr{0x0a010100, 0xfe}, Dst: Any}, from, false},
		{"protocol", Entry{Protocol: packet.TCP, Src: Any, Dst: Any}, from, true},
		{"other protocol", Entry{Protocol: packet.UDP, Src: Any, Dst: Any}, from, false},
		{"port", Entry{Protocol: packet.TCP, Src: Any, Dst: Any, DstPort: web}, from, true},
		{"source port", Entry{Protocol: packet.TCP, Src: Any, Dst: Any, SrcPort: web}, from, false},
		{"remark", Entry{Remark: "web", Src: Any, Dst: Any}, from, false},
		{"later fragment, no ports wanted", Entry{Action: Deny, Protocol: packet.TCP, Src: lan, Dst: Any}, later, true},
		{"later fragment, permit with port", Entry{Protocol: packet.TCP, Src: lan, Dst: Any, DstPort: web}, later, true},
		{"later fragment, deny with port", Entry{Action: Deny, Protocol: packet.TCP, Src: lan, Dst: Any, DstPort: web}, later, false},
		{"ports cut short", Entry{Protocol: packet.TCP, Src: lan, Dst: Any, DstPort: web}, short, false},
	} {
		if got := c.e.Match(&c.p); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Each condition beyond addresses, protocol and ports against a packet that meets it and
// its neighbours that do not.
func TestEntryMatchesHeaderFields(t *testing.T) {
	flags := func(bits uint8) packet.Parsed {
		return with(func(p *packet.Parsed) { p.TCPFlags, p.HasFlags = bits, true })
	}
	message := func(kind, code uint8) packet.Parsed {
		return with(func(p *packet.Parsed) {
			p.Protocol, p.HasPorts, p.HasICMP, p.ICMPType, p.ICMPCode = packet.ICMP, false, true, kind, code
		})
	}
	tos := func(octet uint8) packet.Parsed { return with(func(p *packet.Parsed) { p.TOS = octet }) }
	fragment := with(func(p *packet.Parsed) { p.FragmentOffset, p.HasPorts = 1480, false })
	first := with(func(p *packet.Parsed) { p.MF = true })
	tcp := func(f Flags) Entry { return Entry{Protocol: 6, Src: Any, Dst: Any, TCP: f} }
	icmp := func(c ICMP) Entry { return Entry{Protocol: 1, Src: Any, Dst: Any, ICMP: c} }
	service := func(s Service) Entry { return Entry{Src: Any, Dst: Any, Service: s} }
	for _, c := range []struct {
		name    string
		e       Entry
		yes, no []packet.Parsed
	}{
		{"established", tcp(Flags{Op: Established}), []packet.Parsed{flags(FlagACK), flags(FlagRST), flags(FlagSYN | FlagACK)}, []packet.Parsed{flags(FlagSYN), flags(FlagFIN), from}},
		{"established psh", tcp(Flags{Op: Established, On: FlagPSH}), []packet.Parsed{flags(FlagACK), flags(FlagPSH)}, []packet.Parsed{flags(FlagSYN), from}},
		{"rst syn", tcp(Flags{Op: FlagsWords, On: FlagSYN | FlagRST}), []packet.Parsed{flags(FlagSYN), flags(FlagRST | FlagACK)}, []packet.Parsed{flags(FlagACK), flags(0), from}},
		{"match-all +syn -ack", tcp(Flags{FlagsAll, FlagSYN, FlagACK}), []packet.Parsed{flags(FlagSYN), flags(FlagSYN | FlagURG)}, []packet.Parsed{flags(FlagSYN | FlagACK), flags(0)}},
		{"match-any +syn -ack", tcp(Flags{FlagsAny, FlagSYN, FlagACK}), []packet.Parsed{flags(FlagSYN), flags(FlagSYN | FlagACK), flags(0)}, []packet.Parsed{flags(FlagACK)}},
		{"echo", icmp(ICMP{Op: ICMPType, Type: 8}), []packet.Parsed{message(8, 0), message(8, 1)}, []packet.Parsed{message(0, 0), from}},
		{"packet-too-big", icmp(ICMP{ICMPCode, 3, 4}), []packet.Parsed{message(3, 4)}, []packet.Parsed{message(3, 3), message(4, 4)}},
		{"dscp ef", service(Service{DSCP: 46 + 1}), []packet.Parsed{tos(0xb8), tos(0xbb)}, []packet.Parsed{tos(0xb4), tos(0)}},
		{"dscp default", service(Service{DSCP: 0 + 1}), []packet.Parsed{tos(0), tos(3)}, []packet.Parsed{tos(4)}},
		{"precedence flash tos min-delay", service(Service{Precedence: 3 + 1, TOS: 8 + 1}), []packet.Parsed{tos(0x70), tos(0x71)}, []packet.Parsed{tos(0x60), tos(0x10), tos(0x72)}},
		{"fragments", Entry{Src: Any, Dst: Any, Fragments: true}, []packet.Parsed{fragment}, []packet.Parsed{from, first}},
		{"established, later fragment", tcp(Flags{Op: Established}), []packet.Parsed{fragment}, nil},
	} {
		for _, p := range c.yes {
			if !c.e.Match(&p) {
				t.Errorf("%s does not match %+v", c.name, p)
			}
		}
		for _, p := range c.no {
			if c.e.Match(&p) {
				t.Errorf("%s matches %+v", c.name, p)
			}
		}
	}
	deny := tcp(Flags{Op: Established})
	deny.Action = Deny
	if deny.Match(&fragment) {
		t.Error("a deny with flags refuses a later fragment")
	}
}

func TestListTakesTheFirstMatch(t *testing.T) {
	l := List{Entries: []Entry{
		{Remark: "no web"},
		{Action: Deny, Protocol: packet.TCP, Src: lan, Dst: Any, DstPort: Ports{Op: PortEq, Low: 80}},
		{Src: lan, Dst: Any},
	}}
	ssh := with(func(p *packet.Parsed) { p.DstPort = 22 })
	stranger := with(func(p *packet.Parsed) { p.Src = 1 })
	for want, p := range map[int]packet.Parsed{1: from, 2: ssh, -1: stranger} {
		if got := l.Match(&p); got != want {
			t.Errorf("entry %d, want %d", got, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { l.Match(&stranger) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestMirrorMatchesTheWayBack(t *testing.T) {
	e := Entry{Protocol: packet.TCP, Src: lan, Dst: Host(0x14010101), DstPort: Ports{Op: PortEq, Low: 80}}
	back := packet.Parsed{Src: from.Dst, Dst: from.Src, Protocol: packet.TCP, SrcPort: 80, DstPort: 1024, HasPorts: true}
	m := e.Mirror()
	if !m.Match(&back) || m.Match(&from) {
		t.Error("the mirrored entry does not match just the way back")
	}
	if m.Mirror() != e {
		t.Error("mirrored twice it is another entry")
	}
}

func TestPrefix(t *testing.T) {
	for _, c := range []struct {
		a    Addr
		want string
	}{
		{Any, "0.0.0.0/0"}, {lan, "10.1.1.0/24"}, {Addr{0x0a010107, 0xff}, "10.1.1.0/24"},
		{Host(0x0a010101), "10.1.1.1/32"}, {Addr{0, 0x7fffffff}, "0.0.0.0/1"},
		{Addr{0x0a010101, 0xfe}, ""}, {Addr{0, 0xff00ff00}, ""}, {Addr{0, 0x80000000}, ""},
	} {
		got, ok := c.a.Prefix()
		if ok != (c.want != "") || ok && got != netip.MustParsePrefix(c.want) {
			t.Errorf("%x: %v %v, want %q", c.a, got, ok, c.want)
		}
	}
}
