package config

import (
	"slices"
	"strings"
)

// Names is where the names of hosts come from.
type Names struct {
	Hosts   []Host   // by name
	Servers []uint32 // ip name-server, in the order in which they are asked
}

// MaxNameServers is how many name servers there may be.
const MaxNameServers = 6

// Host is `ip host NAME A …`.
type Host struct {
	Name  string
	Addrs []uint32 // at most MaxHostAddrs
}

// MaxHostAddrs is how many addresses a host may have.
const MaxHostAddrs = 8

// Host returns the addresses of a configured name, in any case.
func (n *Names) Host(name string) []uint32 {
	for _, h := range n.Hosts {
		if strings.EqualFold(h.Name, name) {
			return h.Addrs
		}
	}
	return nil
}

// SetHost gives a name its addresses, none to forget it.
func (n *Names) SetHost(name string, addrs []uint32) {
	at, found := slices.BinarySearchFunc(n.Hosts, name, func(h Host, name string) int {
		return strings.Compare(strings.ToLower(h.Name), strings.ToLower(name))
	})
	if found {
		n.Hosts = slices.Delete(n.Hosts, at, at+1)
	}
	if len(addrs) > 0 {
		n.Hosts = slices.Insert(n.Hosts, at, Host{name, addrs})
	}
}

func (n Names) clone() Names {
	n.Servers = slices.Clone(n.Servers)
	n.Hosts = slices.Clone(n.Hosts)
	for i := range n.Hosts {
		n.Hosts[i].Addrs = slices.Clone(n.Hosts[i].Addrs)
	}
	return n
}
