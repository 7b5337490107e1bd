package router

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"conft/internal/config"
	"conft/internal/kernel"
)

// plugTable says which link and which TUN each interface has. Links come and go while the
// router runs. It is safe for concurrent use.
type plugTable struct {
	mu   sync.Mutex
	all  []mapping
	tuns map[string]string
	// loose are interfaces whose links were plugged in while the router ran and of which nobody
	// has said anything: as they were found last. The router touches nothing of them, for
	// whoever plugged them in may not have done yet, and forgets them when they go.
	loose map[string]*config.Interface
}

func newPlugTable(all []mapping) *plugTable {
	t := &plugTable{tuns: map[string]string{}, loose: map[string]*config.Interface{}}
	t.set(all)
	return t
}

// set gives an interface that is new the TUN of the lowest number that is free.
func (t *plugTable) set(all []mapping) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tuns, used := map[string]string{}, map[string]bool{}
	for _, m := range all {
		if name := t.tuns[m.Interface]; name != "" {
			tuns[m.Interface], used[name] = name, true
		}
	}
	next := 1
	for _, m := range all {
		if tuns[m.Interface] != "" {
			continue
		}
		for ; used[tunName(next)]; next++ {
		}
		tuns[m.Interface], used[tunName(next)] = tunName(next), true
	}
	t.all, t.tuns = all, tuns
}

func tunName(n int) string { return fmt.Sprintf("crypto%d", n) }

// link is the Linux link of an interface, "" when it has none.
func (t *plugTable) link(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range t.all {
		if m.Interface == name {
			return m.Link
		}
	}
	return ""
}

// tun is the name of an interface's TUN.
func (t *plugTable) tun(name string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tuns[name]
}

// interfaceOf is the interface of a link or TUN, "" for none.
func (t *plugTable) interfaceOf(link string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, m := range t.all {
		if m.Link == link || t.tuns[m.Interface] == link {
			return m.Interface
		}
	}
	return ""
}

// untouched reports whether an interface is loose.
func (t *plugTable) untouched(i *config.Interface) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	found := t.loose[i.Name]
	return found != nil && reflect.DeepEqual(found, i)
}

// claim makes those interfaces the router's of which c says something. It reports whether there
// was one.
func (t *plugTable) claim(c *config.Config) (some bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name, found := range t.loose {
		if i := c.Interface(name); i != nil && !reflect.DeepEqual(found, i) || named(c, name) {
			delete(t.loose, name)
			some = true
		}
	}
	return some
}

// save makes those interfaces the router's that a saved configuration names: at the next start
// they are waited for.
func (t *plugTable) save(text string) (some bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for name := range t.loose {
		if strings.Contains(text, "interface "+name+"\n") {
			delete(t.loose, name)
			some = true
		}
	}
	return some
}

// lasting are the mappings to be kept over a restart.
func (t *plugTable) lasting() []mapping {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(t.all), func(m mapping) bool { return t.loose[m.Interface] != nil })
}

// named reports whether other lines than its own name an interface.
func named(c *config.Config, name string) bool {
	return slices.ContainsFunc(c.Routes, func(r config.Route) bool { return r.Interface == name }) ||
		slices.ContainsFunc(c.NAT.Sources, func(s config.NATSource) bool { return s.Interface == name }) ||
		slices.ContainsFunc(c.NAT.Static, func(s *config.NATStatic) bool { return s.Interface == name }) ||
		slices.ContainsFunc(c.CryptoMaps, func(m *config.CryptoMap) bool { return m.LocalAddress == name })
}

// plug returns the mappings with the links that are there now: one that is back, maybe by
// another name, has its interface again, and one that is new gets the next number. Loose
// interfaces go with their links.
func plug(all []mapping, links []kernel.LinkState, loose func(string) bool) []mapping {
	there := map[string]bool{}
	for _, l := range links {
		there[l.Name] = true
	}
	gone := func(m mapping) bool { return m.Link == "" || !there[m.Link] }
	out := slices.DeleteFunc(slices.Clone(all), func(m mapping) bool {
		return loose(m.Interface) && (gone(m) || slices.ContainsFunc(links, func(l kernel.LinkState) bool { return l.Name == m.Link && l.Port }))
	})
	next := 0
	for _, l := range links {
		if l.Port || !isEthernet(l) {
			continue
		}
		if i := slices.IndexFunc(out, func(m mapping) bool { return m.Link == l.Name }); i >= 0 {
			out[i].MAC = l.MAC.String() // by which it is known when it is renamed
			continue
		}
		now := mapping{Link: l.Name, MAC: l.MAC.String()}
		if i := slices.IndexFunc(out, func(m mapping) bool { return gone(m) && sameLink(m, l) }); i >= 0 {
			now.Interface = out[i].Interface
			out[i] = now
			continue
		}
		taken := func(name string) bool {
			return slices.ContainsFunc(out, func(m mapping) bool { return m.Interface == name })
		}
		for ; taken(fmt.Sprintf("GigabitEthernet0/%d", next)); next++ {
		}
		now.Interface = fmt.Sprintf("GigabitEthernet0/%d", next)
		out = append(out, now)
	}
	return out
}

// followPlugs makes interfaces of links that have been plugged in. The caller holds r.mu.
func (r *Router) followPlugs() {
	links, err := r.kernel.Links()
	if err != nil || r.ended {
		return
	}
	t := r.plugs
	t.mu.Lock()
	before, loose := t.all, t.loose
	t.mu.Unlock()
	all := plug(before, links, func(name string) bool { return loose[name] != nil })
	found := map[string]*config.Interface{} // what is loose now
	for _, m := range all {
		isNew := !slices.ContainsFunc(before, func(o mapping) bool { return o.Interface == m.Interface })
		if !isNew && loose[m.Interface] == nil {
			continue
		}
		i := &config.Interface{Name: m.Interface}
		for _, l := range links {
			if l.Name == m.Link {
				adoptLink(i, l)
			}
		}
		found[m.Interface] = i
	}
	if slices.Equal(all, before) && reflect.DeepEqual(found, loose) {
		return
	}
	r.settle()
	c, adopt := r.running.Load().Clone(), r.adopt.Load().Clone()
	for name := range loose {
		c.RemoveInterface(name)
		adopt.RemoveInterface(name)
		if found[name] == nil {
			delete(r.states, name)
		}
	}
	for name, i := range found {
		if c.Interface(name) == nil {
			c.AddInterface(cloned(i))
		}
		adopt.AddInterface(cloned(i))
	}
	t.set(all)
	t.mu.Lock()
	t.loose = found
	t.mu.Unlock()
	r.adopt.Store(adopt)
	r.retry(r.commit(c))
	r.keepLinks(t.lasting())
}

func cloned(i *config.Interface) *config.Interface {
	c := config.New()
	c.AddInterface(i)
	return c.Clone().Interfaces[0]
}
