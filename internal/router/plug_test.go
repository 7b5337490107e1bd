package router

import (
	"fmt"
	"slices"
	"testing"

	"conft/internal/config"
	"conft/internal/kernel"
)

// Links that come and go keep, get and lose their interfaces.
func TestPlug(t *testing.T) {
	eth0, eth1, card := link(2, "eth0", "00:11:22:33:44:00"), link(3, "eth1", "00:11:22:33:44:01"), link(7, "eth7", "00:11:22:33:44:01")
	veth, again := link(4, "wan0", "02:00:00:00:00:07"), link(9, "wan0", "02:00:00:00:00:aa")
	port := link(5, "v0", "02:00:00:00:00:08")
	port.Port = true
	bridge := link(6, "br0", "02:00:00:00:00:09")
	bridge.Kind = "bridge"
	m := func(name, link, mac, was string) mapping {
		return mapping{Interface: "GigabitEthernet0/" + name, Link: link, MAC: mac, Was: was}
	}
	first := m("0", "eth0", "00:11:22:33:44:00", "")
	for _, c := range []struct {
		name  string
		all   []mapping
		links []kernel.LinkState
		loose string
		want  string
	}{
		{"nothing new", []mapping{first}, []kernel.LinkState{eth0}, "", "0=eth0"},
		{"a new card", []mapping{first}, []kernel.LinkState{eth0, eth1}, "", "0=eth0 1=eth1"},
		{"ports and bridges", []mapping{first}, []kernel.LinkState{eth0, port, bridge}, "", "0=eth0"},
		{"a link that is gone", []mapping{first, m("1", "wan0", "02:00:00:00:00:07", "")}, []kernel.LinkState{eth0}, "", "0=eth0 1=wan0"},
		{"and is back with another address", []mapping{first, m("1", "wan0", "02:00:00:00:00:07", "")}, []kernel.LinkState{eth0, again}, "", "0=eth0 1=wan0"},
		{"one that was absent at the start", []mapping{first, m("1", "", "02:00:00:00:00:07", "wan0")}, []kernel.LinkState{eth0, again}, "", "0=eth0 1=wan0"},
		{"a card by another name", []mapping{first, m("3", "eth1", "00:11:22:33:44:01", "")}, []kernel.LinkState{eth0, card}, "", "0=eth0 3=eth7"},
		{"another beside one that is gone", []mapping{first, m("1", "eth1", "00:11:22:33:44:01", "")}, []kernel.LinkState{eth0, veth}, "", "0=eth0 1=eth1 2=wan0"},
		{"a loose one is gone", []mapping{first, m("1", "wan0", "02:00:00:00:00:07", "")}, []kernel.LinkState{eth0}, "GigabitEthernet0/1", "0=eth0"},
		{"its number is free", []mapping{first, m("1", "wan0", "02:00:00:00:00:07", "")}, []kernel.LinkState{eth0, eth1}, "GigabitEthernet0/1", "0=eth0 1=eth1"},
		{"a loose one is made a port", []mapping{first, m("1", "v0", "02:00:00:00:00:08", "")}, []kernel.LinkState{eth0, port}, "GigabitEthernet0/1", "0=eth0"},
	} {
		got := ""
		for _, m := range plug(c.all, c.links, func(name string) bool { return name == c.loose }) {
			got += fmt.Sprintf(" %s=%s", m.Interface[len("GigabitEthernet0/"):], m.Link)
		}
		if got != " "+c.want {
			t.Errorf("%s: got%s, want %s", c.name, got, c.want)
		}
	}
}

// A link that was made again, with another address, and then gets another name is still
// known.
func TestPlugRenamed(t *testing.T) {
	all := []mapping{{Interface: "GigabitEthernet0/0", Link: "wan0", MAC: "02:00:00:00:00:07"}}
	for _, l := range []kernel.LinkState{link(9, "wan0", "02:00:00:00:00:aa"), link(9, "isp", "02:00:00:00:00:aa")} {
		all = plug(all, []kernel.LinkState{l}, func(string) bool { return false })
		if len(all) != 1 || all[0].Link != l.Name {
			t.Fatalf("with %s: %v", l.Name, all)
		}
	}
}

// A TUN stays its interface's, and the number of one that has gone is used again.
func TestTUNsOfPluggedInterfaces(t *testing.T) {
	p := newPlugTable([]mapping{{Interface: "A", Link: "a"}, {Interface: "B", Link: "b"}, {Interface: "C", Link: "c"}})
	p.set([]mapping{{Interface: "A", Link: "a"}, {Interface: "C", Link: "c"}, {Interface: "D", Link: "d"}})
	if got := []string{p.tun("A"), p.tun("B"), p.tun("C"), p.tun("D")}; !slices.Equal(got, []string{"crypto1", "", "crypto3", "crypto2"}) {
		t.Errorf("TUNs %q", got)
	}
	if p.interfaceOf("crypto2") != "D" || p.interfaceOf("c") != "C" || p.interfaceOf("b") != "" {
		t.Error("links and TUNs have other interfaces")
	}
}

// A loose interface is left alone until a line of it, a line that names it, or a saved
// configuration says otherwise.
func TestLooseInterfaces(t *testing.T) {
	found := func() *config.Interface { return &config.Interface{Name: "GigabitEthernet0/7", Shutdown: true} }
	loose := func() (*plugTable, *config.Config) {
		p := newPlugTable([]mapping{{Interface: "GigabitEthernet0/7", Link: "eth7"}})
		p.loose = map[string]*config.Interface{"GigabitEthernet0/7": found()}
		c := config.New()
		c.AddInterface(found())
		return p, c
	}
	p, c := loose()
	if !p.untouched(c.Interfaces[0]) || p.claim(c) || len(p.lasting()) != 0 || p.save("interface GigabitEthernet0/70\n shutdown\n") {
		t.Error("one that nobody has named is not left alone")
	}
	c.Interfaces[0].Shutdown = false
	if p.untouched(c.Interfaces[0]) || !p.claim(c) || len(p.lasting()) != 1 {
		t.Error("one that is configured is left alone")
	}
	c.Interfaces[0].Shutdown = true
	if p.untouched(c.Interfaces[0]) {
		t.Error("one that was configured is given up")
	}
	p, c = loose()
	c.Routes = append(c.Routes, config.Route{Interface: "GigabitEthernet0/7"})
	if !p.claim(c) {
		t.Error("one that a route names is left alone")
	}
	p, _ = loose()
	if !p.save("interface GigabitEthernet0/7\n shutdown\n") || len(p.lasting()) != 1 {
		t.Error("one that is saved is not kept")
	}
}
