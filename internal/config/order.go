package config

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"conft/internal/acl"
)

// interfaceTypes is the order in which the running configuration lists types:
// virtual ones first.
var interfaceTypes = []string{"Loopback", "Ethernet", "FastEthernet", "GigabitEthernet"}

// AddInterface puts an interface at its place in print order.
func (c *Config) AddInterface(i *Interface) {
	at, _ := slices.BinarySearchFunc(c.Interfaces, i, func(a, b *Interface) int { return compareInterfaces(a.Name, b.Name) })
	c.Interfaces = slices.Insert(c.Interfaces, at, i)
}

// compareInterfaces orders by type, then by slot and port as numbers.
func compareInterfaces(a, b string) int {
	typeA, numA := splitInterface(a)
	typeB, numB := splitInterface(b)
	return cmp.Or(
		cmp.Compare(slices.Index(interfaceTypes, typeA), slices.Index(interfaceTypes, typeB)),
		slices.Compare(numA, numB))
}

func splitInterface(name string) (kind string, numbers []int) {
	n := strings.IndexAny(name, "0123456789")
	if n < 0 {
		return name, nil
	}
	for s := range strings.SplitSeq(name[n:], "/") {
		v, _ := strconv.Atoi(s)
		numbers = append(numbers, v)
	}
	return name[:n], numbers
}

// AddRoute puts a route at its place: by destination, then by way. A route over
// the same way replaces the one that was there.
func (c *Config) AddRoute(r Route) {
	at, found := slices.BinarySearchFunc(c.Routes, r, compareRoutes)
	if !found {
		c.Routes = slices.Insert(c.Routes, at, r)
	}
	c.Routes[at] = r
}

// AddARP puts an entry at its place; one of the same address is replaced.
func (c *Config) AddARP(e StaticARP) {
	at, found := slices.BinarySearchFunc(c.ARP, e, func(a, b StaticARP) int { return cmp.Compare(a.IP, b.IP) })
	if !found {
		c.ARP = slices.Insert(c.ARP, at, e)
	}
	c.ARP[at] = e
}

func compareRoutes(a, b Route) int {
	return cmp.Or(
		cmp.Compare(a.Prefix, b.Prefix), cmp.Compare(a.Mask, b.Mask),
		compareInterfaces(a.Interface, b.Interface), cmp.Compare(a.NextHop, b.NextHop))
}

// AddAccessList puts a list at its place: named ones by name, standard ones first,
// then numbered ones by number.
func (c *Config) AddAccessList(l *acl.List) {
	at, _ := slices.BinarySearchFunc(c.AccessLists, l, compareLists)
	c.AccessLists = slices.Insert(c.AccessLists, at, l)
}

func compareLists(a, b *acl.List) int {
	an, bn := listNumber(a.Name), listNumber(b.Name)
	switch {
	case an != bn:
		return cmp.Compare(an, bn)
	case a.Standard != b.Standard && a.Standard:
		return -1
	case a.Standard != b.Standard:
		return 1
	}
	return strings.Compare(a.Name, b.Name)
}

// Numbered reports whether a name is the number of an access list.
func Numbered(name string) bool { return listNumber(name) != 0 }

// Standard reports whether a name is the number of a standard access list.
func Standard(name string) bool {
	n := listNumber(name)
	return 1 <= n && n <= 99 || 1300 <= n && n <= 1999
}

// listNumber is the number of an access list, 0 for one with a name.
func listNumber(name string) int {
	if name == "" || name[0] > '9' { // most; the error of Atoi costs more than the search
		return 0
	}
	n, err := strconv.Atoi(name)
	if err == nil && (1 <= n && n <= 199 || 1300 <= n && n <= 2699) {
		return n
	}
	return 0
}
