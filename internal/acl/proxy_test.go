package acl

import (
	"testing"

	"conft/internal/packet"
)

func TestSelectorOfAnEntry(t *testing.T) {
	e := Entry{Protocol: packet.TCP, Src: Addr{0x0a010107, 0xff}, Dst: Any,
		SrcPort: Ports{Op: PortRange, Low: 1, High: 9}, DstPort: Ports{Op: PortEq, Low: 80}}
	want := Selector{
		Local:  Proxy{Addr: lan, Protocol: packet.TCP},
		Remote: Proxy{Addr: Any, Protocol: packet.TCP, Port: 80},
	}
	if got := e.Selector(); got != want {
		t.Errorf("selector %+v, want host bits cleared, the range left out: %+v", got, want)
	}
}

func TestSelectorOfSeveralPorts(t *testing.T) {
	e := Entry{Protocol: packet.TCP, Src: lan, Dst: Any, DstPort: Ports{Op: PortEq, Low: 80, More: 1, Also: [9]uint16{443}}}
	if got := e.Selector().Remote; got != (Proxy{Addr: Any, Protocol: packet.TCP}) {
		t.Errorf("quick mode has one port, the proxy is %+v", got)
	}
}

func TestSelectorMatch(t *testing.T) {
	s := Selector{
		Local:  Proxy{Addr: lan, Protocol: packet.TCP},
		Remote: Proxy{Addr: Host(0x14010101), Protocol: packet.TCP, Port: 80},
	}
	back := packet.Parsed{Src: from.Dst, Dst: from.Src, Protocol: packet.TCP, SrcPort: 80, DstPort: 1024, HasPorts: true}
	if !s.MatchOutbound(&from) || s.MatchInbound(&from) || !s.MatchInbound(&back) || s.MatchOutbound(&back) {
		t.Error("directions are confused")
	}
	later, cut := from, from
	later.HasPorts, later.FragmentOffset = false, 1480
	cut.HasPorts = false
	if !s.MatchOutbound(&later) {
		t.Error("a later fragment does not belong to its flow")
	}
	if s.MatchOutbound(&cut) {
		t.Error("a packet whose ports are cut off belongs to a flow of one port")
	}
	for name, change := range map[string]func(*packet.Parsed){
		"source":      func(p *packet.Parsed) { p.Src = 0x0a010201 },
		"destination": func(p *packet.Parsed) { p.Dst++ },
		"protocol":    func(p *packet.Parsed) { p.Protocol = packet.UDP },
		"port":        func(p *packet.Parsed) { p.DstPort = 81 },
	} {
		p := with(change)
		if s.MatchOutbound(&p) {
			t.Errorf("matches another %s", name)
		}
	}
}

func TestCovers(t *testing.T) {
	wide := Proxy{Addr: Addr{0x0a010000, 0xffff}}
	for _, c := range []struct {
		name string
		p, q Proxy
		want bool
	}{
		{"itself", wide, wide, true},
		{"a subnet", wide, Proxy{Addr: lan}, true},
		{"a service in it", wide, Proxy{Addr: lan, Protocol: packet.TCP, Port: 80}, true},
		{"the wider one", Proxy{Addr: lan}, wide, false},
		{"another subnet", wide, Proxy{Addr: Addr{0x0a020000, 0xff}}, false},
		{"every protocol", Proxy{Addr: lan, Protocol: packet.TCP}, Proxy{Addr: lan}, false},
		{"every port", Proxy{Addr: lan, Protocol: packet.TCP, Port: 80}, Proxy{Addr: lan, Protocol: packet.TCP}, false},
	} {
		if got := c.p.Covers(c.q); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if got := (Selector{wide, c.p}).Covers(Selector{wide, c.q}); got != c.want {
			t.Errorf("selector, %s: %v, want %v", c.name, got, c.want)
		}
	}
}
