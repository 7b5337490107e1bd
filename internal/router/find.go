package router

import (
	"fmt"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
)

func findMap(c *config.Config, name string) *config.CryptoMap {
	for _, m := range c.CryptoMaps {
		if name != "" && m.Name == name {
			return m
		}
	}
	return nil
}

// findList returns an access list that has entries; as on IOS an empty one does
// not exist.
func findList(c *config.Config, name string) *acl.List {
	for _, l := range c.AccessLists {
		if name != "" && l.Name == name && len(l.Entries) > 0 {
			return l
		}
	}
	return nil
}

func findTransformSet(c *config.Config, name string) *config.TransformSet {
	for _, t := range c.TransformSet {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func findInterface(c *config.Config, name string) *config.Interface {
	for _, i := range c.Interfaces {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// loopbackNumber returns the number of a Loopback interface.
func loopbackNumber(name string) (n int, ok bool) {
	digits, ok := strings.CutPrefix(name, "Loopback")
	if !ok {
		return 0, false
	}
	_, err := fmt.Sscanf(digits, "%d", &n)
	return n, err == nil
}
