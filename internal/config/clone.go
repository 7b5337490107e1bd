package config

import (
	"slices"

	"conft/internal/acl"
)

// Clone returns a deep copy that may be changed.
func (c *Config) Clone() *Config {
	d := *c
	d.Interfaces = cloneAll(c.Interfaces, func(i *Interface) { i.Secondary = slices.Clone(i.Secondary) })
	d.Routes = slices.Clone(c.Routes)
	d.ARP = slices.Clone(c.ARP)
	d.NAT = c.NAT.clone()
	d.RouteMaps = cloneAll(c.RouteMaps, cloneRouteMap)
	d.AccessLists = cloneAll(c.AccessLists, func(l *acl.List) { l.Entries = slices.Clone(l.Entries) })
	d.DynamicMaps = cloneAll(c.DynamicMaps, cloneEntries)
	d.CryptoMaps = cloneAll(c.CryptoMaps, cloneEntries)
	d.ISAKMPPolicy = cloneAll(c.ISAKMPPolicy, func(*ISAKMPPolicy) {})
	d.Keyrings = cloneAll(c.Keyrings, func(k *Keyring) { k.Keys = slices.Clone(k.Keys) })
	d.ISAKMPKeys = slices.Clone(c.ISAKMPKeys)
	d.ISAKMPPeers = cloneAll(c.ISAKMPPeers, func(*ISAKMPPeer) {})
	d.ISAKMPProfiles = cloneAll(c.ISAKMPProfiles, func(p *ISAKMPProfile) {
		p.Maps = slices.Clone(p.Maps)
		p.Trustpoints = slices.Clone(p.Trustpoints)
		p.Keyrings = slices.Clone(p.Keyrings)
		p.Match = slices.Clone(p.Match)
	})
	d.TransformSet = cloneAll(c.TransformSet, func(t *TransformSet) { t.Transforms = slices.Clone(t.Transforms) })
	d.PKI = c.PKI.clone()
	d.Manners = c.Manners.clone()
	d.Names = c.Names.clone()
	d.Syslog = c.Syslog.clone()
	d.Lines = c.Lines.clone()
	d.Accounts = c.Accounts.clone()
	d.AAA = c.AAA.clone()
	d.SSH = c.SSH.clone()
	return &d
}

// cloneAll copies a list of values and deepens each copy.
func cloneAll[T any](list []*T, deepen func(*T)) []*T {
	if list == nil {
		return nil
	}
	out := make([]*T, len(list))
	for i, v := range list {
		c := *v
		deepen(&c)
		out[i] = &c
	}
	return out
}

func cloneEntries(m *CryptoMap) {
	m.Entries = cloneAll(m.Entries, func(e *CryptoMapEntry) {
		e.Peers = slices.Clone(e.Peers)
		e.TransformSets = slices.Clone(e.TransformSets)
	})
}
