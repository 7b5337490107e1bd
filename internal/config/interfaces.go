package config

import (
	"cmp"
	"slices"
	"strings"
)

// kinds are the interface types in the order of `show running-config`.
var kinds = []string{"Loopback", "Ethernet", "FastEthernet", "GigabitEthernet"}

// AddInterface puts an interface where `show running-config` prints it.
func (c *Config) AddInterface(i *Interface) {
	at, _ := slices.BinarySearchFunc(c.Interfaces, i, func(a, b *Interface) int { return CompareInterfaces(a.Name, b.Name) })
	c.Interfaces = slices.Insert(c.Interfaces, at, i)
}

// CompareInterfaces orders canonical names by type, then by their numbers.
func CompareInterfaces(a, b string) int {
	kindA, numbersA := splitName(a)
	kindB, numbersB := splitName(b)
	return cmp.Or(cmp.Compare(slices.Index(kinds, kindA), slices.Index(kinds, kindB)), slices.Compare(numbersA, numbersB))
}

// splitName cuts "GigabitEthernet0/1" into its type and its numbers.
func splitName(name string) (kind string, numbers []int) {
	at := strings.IndexAny(name, "0123456789")
	if at < 0 {
		return name, nil
	}
	for field := range strings.SplitSeq(name[at:], "/") {
		n := 0
		for _, d := range field {
			n = n*10 + int(d-'0')
		}
		numbers = append(numbers, n)
	}
	return name[:at], numbers
}
