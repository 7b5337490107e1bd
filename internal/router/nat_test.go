package router

import (
	"fmt"
	"testing"
	"time"

	"conft/internal/config"
	"conft/internal/kernel"
)

func TestDesiredNAT(t *testing.T) {
	r, c := seed()
	if n := r.desired(c).NAT; n.Inside != nil || n.Static != nil || n.Dynamic != nil {
		t.Errorf("translates without being told to: %+v", n)
	}
	c.Interface("GigabitEthernet0/0").NAT = config.NATOutside
	c.Interface("GigabitEthernet0/1").NAT = config.NATInside
	c.Interface("GigabitEthernet0/2").NAT = config.NATInside // has no link
	c.NAT.AddPool(&config.NATPool{Name: "P", First: ip("12.12.12.100"), Last: ip("12.12.12.105"), Mask: maskOf(24)})
	c.NAT.AddSource(config.NATSource{List: "100", Pool: "P"})
	c.NAT.AddSource(config.NATSource{RouteMap: "R", Interface: "GigabitEthernet0/0", Overload: true})
	c.NAT.AddSource(config.NATSource{RouteMap: "NONE", Interface: "Loopback9", Overload: true})
	c.NAT.AddStatic(&config.NATStatic{Protocol: 6, Local: ip("10.1.1.8"), LocalPort: 80, Interface: "GigabitEthernet0/0", GlobalPort: 8080})
	c.NAT.AddStatic(&config.NATStatic{Local: ip("10.1.1.7"), Interface: "Loopback9"}) // which is not there
	c.NAT.AddStatic(&config.NATStatic{Local: ip("10.2.0.0"), Global: ip("99.0.0.0"), Mask: maskOf(24)})
	c.NAT.AddStatic(&config.NATStatic{Protocol: 17, Local: ip("10.1.1.9"), LocalPort: 53, Global: ip("12.12.12.9"), GlobalPort: 5353, RouteMap: "R"})
	c.NAT.Timeouts.UDP = 30
	deny := c.AddRouteMapEntry("R", 5)
	deny.Deny, deny.Lists = true, []string{"101", "109"}
	c.AddRouteMapEntry("R", 10).Interfaces = []string{"GigabitEthernet0/0", "GigabitEthernet0/2"}
	n := r.desired(c).NAT

	compare(t, fmt.Sprint(n.Inside, n.Outside, n.Timeouts), "[eth1] [eth0] {86400 86400 60 60 30 60}")
	compare(t, fmt.Sprint(n.Static), "[{false 6 10.1.1.8/32 12.12.12.1/32 80 8080 false false} {false 17 10.1.1.9/32 12.12.12.9/32 53 5353 false true} {false 0 10.2.0.0/24 99.0.0.0/24 0 0 false false}]")
	var dynamic string
	for _, d := range n.Dynamic {
		dynamic += fmt.Sprintln(d.Name, d.First, d.Last, d.Own)
		if d.Host.Local.IsValid() {
			dynamic += fmt.Sprintln(" of", d.Host)
		}
		for _, k := range d.Clauses {
			dynamic += fmt.Sprint(" ", k.Permit, k.Match, fmt.Sprintf("%q", k.Out))
			for _, l := range k.Lists {
				dynamic += fmt.Sprint(" ", l.Name, len(l.Rules))
			}
			dynamic += "\n"
		}
	}
	// What the route map of a static translation selects goes before what is dynamic.
	want := "static 17 10.1.1.9 53 R 12.12.12.9 12.12.12.9 false\n of {17 10.1.1.9/32 53 5353}\n false true [] 101 1 109 0\n true false [\"eth0\" \"\"]\n" +
		"list 100 12.12.12.100 12.12.12.105 false\n true true [] 100 3\n" +
		"map NONE invalid IP invalid IP false\n" +
		"map R 12.12.12.1 12.12.12.1 true\n false true [] 101 1 109 0\n true false [\"eth0\" \"\"]\n"
	compare(t, dynamic, want)
}

// A TCP connection lasts as long as the state it is in.
func TestNATTimeout(t *testing.T) {
	timeouts := kernel.NATTimeouts{Any: 1, TCP: 2, FinRst: 3, Syn: 4, UDP: 5, ICMP: 6}
	for _, c := range []struct {
		protocol uint8
		tcp      kernel.TCPState
		want     time.Duration
	}{{47, 0, 1}, {6, kernel.TCPOpen, 2}, {6, kernel.TCPClosing, 3}, {6, kernel.TCPOpening, 4}, {17, 0, 5}, {1, 0, 6}} {
		if got := natTimeout(&timeouts, &kernel.Translation{Protocol: c.protocol, TCP: c.tcp}); got != c.want*time.Second {
			t.Errorf("protocol %d in state %d: %v", c.protocol, c.tcp, got)
		}
	}
}
