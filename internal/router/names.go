package router

import (
	"context"
	"errors"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"conft/internal/acl"
	"conft/internal/resolver"
)

// HostState is one row of `show hosts`.
type HostState struct {
	Name      string
	Addrs     []netip.Addr
	Permanent bool          // configured
	Age       time.Duration // since the name server was asked
	Expired   bool
}

// maxNames is how many names are remembered.
const maxNames = 256

// nameCache remembers what name servers said. It is safe for concurrent use.
type nameCache struct {
	mu    sync.Mutex
	names map[string]cachedName // by lower-case name
}

type cachedName struct {
	addrs   []netip.Addr
	learned time.Duration // uptime
	expires time.Duration
}

// Lookup returns the addresses of a host: of the configuration, remembered, or from the
// name servers, of which asking names each before it is asked.
func (r *Router) Lookup(ctx context.Context, name string, asking func(server netip.Addr)) ([]netip.Addr, error) {
	c := r.Config()
	candidates := fullNames(name, c.DomainName)
	for _, n := range candidates {
		if addrs := hostAddrs(c.Host(n)); addrs != nil {
			return addrs, nil
		}
		if addrs := r.names.recall(n, r.clock.Uptime()); addrs != nil {
			return addrs, nil
		}
	}
	if !c.DomainLookup {
		return nil, resolver.ErrNoName
	}
	for n, ip := range c.Servers {
		server := acl.IPv4(ip)
		asking(server)
		addrs, err := r.ask(ctx, server, candidates)
		if err == nil || ctx.Err() != nil {
			return addrs, err
		}
		// A server that knows no such name has answered for all.
		if errors.Is(err, resolver.ErrNoName) || n == len(c.Servers)-1 {
			return nil, err
		}
	}
	return nil, resolver.ErrNoName
}

// ask asks one server for each spelling of a name.
func (r *Router) ask(ctx context.Context, server netip.Addr, candidates []string) (addrs []netip.Addr, err error) {
	const port = 53
	for _, n := range candidates {
		var a resolver.Answer
		if a, err = resolver.Query(ctx, netip.AddrPortFrom(server, port), n); err == nil {
			r.names.learn(n, a, r.clock.Uptime())
			return a.Addrs, nil
		}
		if !errors.Is(err, resolver.ErrNoName) {
			return nil, err
		}
	}
	return nil, err
}

// fullNames are the names that a typed one may stand for, in the order in which they are
// tried: one without a dot belongs to the router's domain first.
func fullNames(name, domain string) []string {
	name = strings.TrimSuffix(name, ".")
	switch {
	case domain == "":
		return []string{name}
	case strings.Contains(name, "."):
		return []string{name, name + "." + domain}
	}
	return []string{name + "." + domain, name}
}

func hostAddrs(list []uint32) []netip.Addr {
	var out []netip.Addr
	for _, ip := range list {
		out = append(out, acl.IPv4(ip))
	}
	return out
}

func (n *nameCache) recall(name string, now time.Duration) []netip.Addr {
	n.mu.Lock()
	defer n.mu.Unlock()
	if c, ok := n.names[strings.ToLower(name)]; ok && now < c.expires {
		return c.addrs
	}
	return nil
}

// learn remembers an answer; the oldest gives way where there is no room.
func (n *nameCache) learn(name string, a resolver.Answer, now time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.names == nil {
		n.names = map[string]cachedName{}
	}
	if len(n.names) >= maxNames {
		oldest := ""
		for k, c := range n.names {
			if oldest == "" || c.learned < n.names[oldest].learned {
				oldest = k
			}
		}
		delete(n.names, oldest)
	}
	n.names[strings.ToLower(name)] = cachedName{a.Addrs, now, now + a.TTL}
}

// Hosts returns the names that have an address, the configured ones first.
func (r *Router) Hosts() []HostState {
	var out []HostState
	for _, h := range r.Config().Hosts {
		out = append(out, HostState{Name: h.Name, Addrs: hostAddrs(h.Addrs), Permanent: true})
	}
	r.names.mu.Lock()
	defer r.names.mu.Unlock()
	now := r.clock.Uptime()
	for _, name := range slices.Sorted(maps.Keys(r.names.names)) {
		c := r.names.names[name]
		out = append(out, HostState{Name: name, Addrs: c.addrs, Age: now - c.learned, Expired: now >= c.expires})
	}
	return out
}

// ForgetHost forgets what name servers said of a name, of all when it is "*".
func (r *Router) ForgetHost(name string) {
	r.names.mu.Lock()
	defer r.names.mu.Unlock()
	if name == "*" {
		r.names.names = nil
	}
	delete(r.names.names, strings.ToLower(name))
}
