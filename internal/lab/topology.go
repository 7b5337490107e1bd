// Package lab builds whole networks of conft routers, hosts and forwarders in
// network namespaces: `conft lab up NAME` starts a supervisor process that owns
// the namespaces and the routers, types the lab's script on the routers'
// consoles, and hands the first console to the user. When the supervisor ends,
// however it ends, the kernel takes everything away.
package lab

import (
	"net/netip"
	"slices"
)

// Topology is one lab.
type Topology struct {
	Name   string
	Title  string // one line for `conft lab list`
	Nodes  []Node
	Cables []Cable
	Script []Step // what is typed, in order
	First  string // the router whose console the user gets
}

// Kind says what runs on a node.
type Kind uint8

const (
	Host      Kind = iota // the kernel alone, with a default route
	Forwarder             // the kernel alone, forwarding
	Router                // conft
)

// Node is one machine of a lab.
type Node struct {
	Name    string
	Kind    Kind
	Default netip.Addr // default route of a Host
}

// End is one end of a cable. A router's interface name is the IOS name, its
// address is left to the configuration.
type End struct {
	Node      string
	Interface string
	Address   netip.Prefix
}

// Cable joins two ends.
type Cable [2]End

// Step types lines on a router's console.
type Step struct {
	Router  string
	Say     string // printed before the lines
	Lines   []string
	Await   string // the log must have shown this before the next step
	Expect  string // the output of the last line must match this expression
	Failure string // what is said when it does not
}

// Labs are all labs by name.
var Labs = []*Topology{classic}

// Find returns the lab of a name, nil when there is none.
func Find(name string) *Topology {
	for _, t := range Labs {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }
func addr(s string) netip.Addr     { return netip.MustParseAddr(s) }

// routers lists the names of the nodes that run conft.
func (t *Topology) routers() []string {
	var names []string
	for _, n := range t.Nodes {
		if n.Kind == Router {
			names = append(names, n.Name)
		}
	}
	return names
}

// other is a router that is not the first.
func (t *Topology) other() string {
	return slices.DeleteFunc(t.routers(), func(name string) bool { return name == t.First })[0]
}
