package router

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"slices"

	"conft/internal/kernel"
)

// mapping ties an interface to a Linux link. It is kept in nvram by the link's
// name and MAC address, so that the interfaces stay where they were when links
// appear in another order.
type mapping struct {
	Interface string
	Link      string // "" while it is absent
	MAC       string
	Was       string `json:",omitempty"` // the absent link
}

const mappingKey = "interface-map"

// mapInterfaces returns the mappings of all links: those typed (interface to
// link), those kept, and GigabitEthernet0/0, 0/1, … in the order of the links'
// indexes for the rest. A kept mapping whose link is absent stays reserved.
func mapInterfaces(links []kernel.LinkState, typed map[string]string, kept []mapping) ([]mapping, error) {
	var out []mapping
	taken := func(name string) bool {
		return slices.ContainsFunc(out, func(m mapping) bool { return m.Interface == name })
	}
	done := map[string]bool{}
	add := func(name string, l kernel.LinkState) {
		out = append(out, mapping{Interface: name, Link: l.Name, MAC: l.MAC.String()})
		done[l.Name] = true
	}
	for _, name := range sortedKeys(typed) {
		i := slices.IndexFunc(links, func(l kernel.LinkState) bool { return l.Name == typed[name] })
		if i < 0 {
			return nil, fmt.Errorf("--map %s=%s: there is no link %s; `ip link` lists them", name, typed[name], typed[name])
		}
		if done[typed[name]] {
			return nil, fmt.Errorf("--map %s=%s: link %s has another interface already", name, typed[name], typed[name])
		}
		add(name, links[i])
	}
	for _, m := range kept {
		if taken(m.Interface) {
			continue
		}
		if i := slices.IndexFunc(links, func(l kernel.LinkState) bool { return !done[l.Name] && sameLink(m, l) }); i >= 0 {
			add(m.Interface, links[i])
		} else if !done[m.Link] {
			out = append(out, mapping{Interface: m.Interface, MAC: m.MAC, Was: cmp.Or(m.Link, m.Was)})
		}
	}
	next := 0
	for _, l := range links {
		if done[l.Name] || !isEthernet(l) {
			continue
		}
		for ; taken(fmt.Sprintf("GigabitEthernet0/%d", next)); next++ {
		}
		add(fmt.Sprintf("GigabitEthernet0/%d", next), l)
	}
	return out, nil
}

// sameLink recognises a link by its MAC address, or by its name where the address
// may change from boot to boot, as that of a veth does.
func sameLink(m mapping, l kernel.LinkState) bool {
	return m.MAC == l.MAC.String() && len(l.MAC) > 0 || cmp.Or(m.Link, m.Was) == l.Name && local(l.MAC)
}

// local reports whether a MAC address was made up rather than given by a maker.
func local(mac net.HardwareAddr) bool { return len(mac) == 0 || mac[0]&2 != 0 }

// isEthernet leaves out what a router has no interface for: bridges and tunnels
// that other programs run on the same machine.
func isEthernet(l kernel.LinkState) bool {
	return len(l.MAC) == 6 && (l.Kind == "device" || l.Kind == "veth" || l.Kind == "macvlan" || l.Kind == "vlan" || l.Kind == "bond")
}

func decodeMappings(b []byte) (kept []mapping, err error) {
	if len(b) > 0 {
		err = json.Unmarshal(b, &kept)
	}
	return kept, err
}

func encodeMappings(all []mapping) []byte {
	b, err := json.Marshal(all)
	if err != nil {
		panic(err) // a struct of strings
	}
	return b
}

func sortedKeys(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
