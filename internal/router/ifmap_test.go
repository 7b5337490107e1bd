package router

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"conft/internal/kernel"
)

func link(index int, name, mac string) kernel.LinkState {
	hw, err := net.ParseMAC(mac)
	if err != nil {
		panic(err)
	}
	return kernel.LinkState{Name: name, Index: index, MAC: hw, Kind: "device"}
}

func TestInterfaceMap(t *testing.T) {
	eth0, eth1 := link(2, "eth0", "00:11:22:33:44:00"), link(3, "eth1", "00:11:22:33:44:01")
	swapped := []kernel.LinkState{link(2, "eth0", "00:11:22:33:44:01"), link(3, "eth1", "00:11:22:33:44:00")}
	veth := link(4, "wan0", "02:00:00:00:00:07")
	bridge := link(5, "br0", "02:00:00:00:00:08")
	bridge.Kind = "bridge"
	kept := []mapping{{Interface: "GigabitEthernet0/0", Link: "eth0", MAC: "00:11:22:33:44:00"}, {Interface: "GigabitEthernet0/1", Link: "eth1", MAC: "00:11:22:33:44:01"}}
	for _, c := range []struct {
		name  string
		links []kernel.LinkState
		typed map[string]string
		kept  []mapping
		want  string // interface=link …, or the error
	}{
		{"by index", []kernel.LinkState{eth0, eth1}, nil, nil, "GigabitEthernet0/0=eth0 GigabitEthernet0/1=eth1"},
		{"as typed, the rest by index", []kernel.LinkState{eth0, eth1}, map[string]string{"GigabitEthernet0/0": "eth1"}, nil,
			"GigabitEthernet0/0=eth1 GigabitEthernet0/1=eth0"},
		{"names swapped by a reboot", swapped, nil, kept, "GigabitEthernet0/0=eth1 GigabitEthernet0/1=eth0"},
		{"a card is missing", []kernel.LinkState{eth1}, nil, kept, "GigabitEthernet0/0= GigabitEthernet0/1=eth1"},
		{"a new card beside a missing one", []kernel.LinkState{eth1, veth}, nil, kept,
			"GigabitEthernet0/0= GigabitEthernet0/1=eth1 GigabitEthernet0/2=wan0"},
		{"a made-up MAC address changes", []kernel.LinkState{veth}, nil, []mapping{{Interface: "FastEthernet0/0", Link: "wan0", MAC: "02:00:00:00:00:99"}},
			"FastEthernet0/0=wan0"},
		{"a made-up link is back", []kernel.LinkState{eth0, veth}, nil, []mapping{{Interface: "FastEthernet0/0", MAC: "02:00:00:00:00:99", Was: "wan0"}},
			"FastEthernet0/0=wan0 GigabitEthernet0/0=eth0"},
		{"other programs' bridges", []kernel.LinkState{eth0, bridge}, nil, nil, "GigabitEthernet0/0=eth0"},
		{"a bridge when asked for", []kernel.LinkState{eth0, bridge}, map[string]string{"Ethernet0/0": "br0"}, nil,
			"Ethernet0/0=br0 GigabitEthernet0/0=eth0"},
		{"no such link", []kernel.LinkState{eth0}, map[string]string{"Ethernet0/0": "eth7"}, nil,
			"--map Ethernet0/0=eth7: there is no link eth7; `ip link` lists them"},
		{"one link twice", []kernel.LinkState{eth0}, map[string]string{"Ethernet0/0": "eth0", "Ethernet0/1": "eth0"}, nil,
			"--map Ethernet0/1=eth0: link eth0 has another interface already"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all, err := mapInterfaces(c.links, c.typed, c.kept)
			var got []string
			for _, m := range all {
				got = append(got, m.Interface+"="+m.Link)
			}
			text := strings.Join(got, " ")
			if err != nil {
				text = err.Error()
			}
			if text != c.want {
				t.Fatalf("got %s, want %s", text, c.want)
			}
			if back, err := decodeMappings(encodeMappings(all)); err != nil || fmt.Sprint(back) != fmt.Sprint(all) {
				t.Fatalf("kept as %v %v", back, err)
			}
		})
	}
}
