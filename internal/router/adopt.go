package router

import (
	"bytes"
	"strings"

	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/kernel"
)

// adoptLinks finds the links, gives each its interface, and builds the
// configuration that leaves the machine as it is. The mappings returned are to be
// kept.
func (r *Router) adoptLinks(typed map[string]string) ([]mapping, error) {
	links, err := r.kernel.Links()
	if err != nil {
		return nil, err
	}
	b, _, err := r.nvram.Get(mappingKey)
	if err != nil {
		return nil, err
	}
	kept, err := decodeMappings(b)
	if err != nil {
		return nil, err
	}
	all, err := mapInterfaces(links, typed, kept)
	if err != nil {
		return nil, err
	}
	r.plugs = newPlugTable(all)
	adopt := config.New()
	for _, m := range all {
		ifc := &config.Interface{Name: m.Interface, Shutdown: true}
		for _, l := range links {
			if l.Name == m.Link {
				adoptLink(ifc, l)
			}
		}
		adopt.AddInterface(ifc)
	}
	r.adopt.Store(adopt)
	return all, nil
}

// keepLinks remembers which interface a link has.
func (r *Router) keepLinks(all []mapping) {
	now := encodeMappings(all)
	was, _, err := r.nvram.Get(mappingKey)
	if err == nil && !bytes.Equal(was, now) {
		err = r.nvram.Put(mappingKey, now)
	}
	r.unkept("the interfaces of the links", err)
}

// adoptLink makes an interface say what its link is like.
func adoptLink(ifc *config.Interface, l kernel.LinkState) {
	ifc.Shutdown = !l.Up
	for _, p := range l.Found() {
		a := config.Address{IP: acl.Word(p.Addr()), Mask: maskOf(p.Bits())}
		if ifc.Address == (config.Address{}) {
			ifc.Address = a
		} else {
			ifc.Secondary = append(ifc.Secondary, a)
		}
	}
}

// Base returns the configuration that a saved one is read into. An interface that
// the saved one names is empty and up at first, as only `shutdown` is written; one
// that has appeared since is as it was found.
func (r *Router) Base(saved string) *config.Config {
	c := r.Adopted()
	if now := r.running.Load(); now != nil && now.MasterKey != "" {
		c.MasterKey = now.MasterKey
	} else if key, ok, err := r.nvram.MasterKey(); err == nil && ok { // else type 6 keys do not open
		c.MasterKey = string(key)
	}
	for n, i := range c.Interfaces {
		if strings.Contains(saved, "interface "+i.Name+"\n") {
			c.Interfaces[n] = &config.Interface{Name: i.Name}
		}
	}
	return c
}

// Adopted returns the configuration of a router that has none saved: the machine
// as it was found.
func (r *Router) Adopted() *config.Config { return r.adopt.Load().Clone() }
