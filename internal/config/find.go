package config

import (
	"cmp"
	"slices"

	"conft/internal/acl"
)

// The finders return nil when there is no such part. What they return belongs
// to the Config and may be changed only if that is a private clone.

// Interface finds an interface by its canonical name.
func (c *Config) Interface(name string) *Interface {
	for _, i := range c.Interfaces {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// AccessList finds an access list by its number or name.
func (c *Config) AccessList(name string) *acl.List {
	for _, standard := range []bool{true, false} {
		if at, found := slices.BinarySearchFunc(c.AccessLists, &acl.List{Name: name, Standard: standard}, compareLists); found {
			return c.AccessLists[at]
		}
	}
	return nil
}

// Transforms finds a transform set.
func (c *Config) Transforms(name string) *TransformSet {
	for _, t := range c.TransformSet {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// CryptoMap finds a crypto map.
func (c *Config) CryptoMap(name string) *CryptoMap {
	for _, m := range c.CryptoMaps {
		if m.Name == name {
			return m
		}
	}
	return nil
}

// Entry finds one entry of a crypto map.
func (m *CryptoMap) Entry(seq int) *CryptoMapEntry {
	at, found := slices.BinarySearchFunc(m.Entries, seq, func(e *CryptoMapEntry, seq int) int { return cmp.Compare(e.Seq, seq) })
	if !found {
		return nil
	}
	return m.Entries[at]
}

// Policy finds the ISAKMP policy of a priority.
func (c *Config) Policy(priority int) *ISAKMPPolicy {
	for _, p := range c.ISAKMPPolicy {
		if p.Priority == priority {
			return p
		}
	}
	return nil
}
