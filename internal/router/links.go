package router

import (
	"context"
	"strings"
	"time"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/kernel"
)

// linkState is what was last reported of an interface.
type linkState struct{ link, protocol bool }

// mtu returns a link's MTU in octets.
func (r *Router) mtu(link string) int {
	for _, l := range r.linkStates() {
		if l.Name == link {
			return l.MTU
		}
	}
	return 1500
}

// ipMTU is the MTU of IPv4 on an interface whose own is mtu.
func ipMTU(i *config.Interface, mtu int) int {
	if i.IPMTU != 0 {
		return min(i.IPMTU, mtu)
	}
	return mtu
}

func (r *Router) linkStates() []kernel.LinkState {
	links, err := r.kernel.Links()
	if err != nil {
		return nil
	}
	return links
}

// watch reports changes of links, and brings the kernel to the configuration again
// when the machine has changed.
func (r *Router) watch(ctx context.Context) {
	changed := make(chan struct{}, 1)
	go r.kernel.Watch(ctx, func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})
	r.reportLinks()
	// IOS reports the line protocol one second after the link.
	const after = time.Second
	protocol := time.NewTimer(after)
	defer protocol.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			r.mu.Lock()
			r.followPlugs()         // before what it finds is applied
			r.retry(r.applyAgain()) // changes nothing where the machine agrees
			r.mu.Unlock()
			if r.reportLinks() {
				protocol.Reset(after)
			}
		case <-protocol.C:
			r.reportProtocols()
		}
	}
}

// watchRefused reports packets that arrived in clear and should not have.
func (r *Router) watchRefused(ctx context.Context) {
	r.retry(r.kernel.WatchRefused(ctx, func(p kernel.Refused) {
		r.hub.Emit(debug.CryptoClear{Src: p.Src, Dst: p.Dst, Protocol: p.Protocol})
	}))
}

// watchTooBig lets the data plane learn what routers on the way to peers carry.
func (r *Router) watchTooBig(ctx context.Context) {
	r.retry(r.kernel.WatchTooBig(ctx, r.path.TooBig))
}

// reportLinks logs the links that have come up or gone down, and tells whether there was
// any.
func (r *Router) reportLinks() (changed bool) {
	for _, i := range r.Interfaces() {
		r.mu.Lock()
		s := r.states[i.Config.Name]
		now := i.LinkUp
		fresh := now != s.link
		s.link = now
		r.states[i.Config.Name] = s
		r.mu.Unlock()
		if fresh && !now {
			r.meters.with(i.Config.Name, func(m *meter) { m.resets++ })
		}
		changed = changed || fresh
		// That of an interface shut down was reported as such; a loopback has no link.
		if fresh && !i.Config.Shutdown && !strings.HasPrefix(i.Config.Name, "Loopback") {
			r.hub.Emit(debug.LinkUpDown{Interface: i.Config.Name, Up: now})
		}
	}
	return changed
}

func (r *Router) reportProtocols() {
	for _, i := range r.Interfaces() {
		r.mu.Lock()
		s := r.states[i.Config.Name]
		fresh := i.Protocol != s.protocol
		s.protocol = i.Protocol
		r.states[i.Config.Name] = s
		r.mu.Unlock()
		if fresh {
			r.hub.Emit(debug.LineProtocol{Interface: i.Config.Name, Up: i.Protocol})
		}
	}
}

// reportAdministrative logs interfaces that a change has shut down.
func (r *Router) reportAdministrative(old, c *config.Config) {
	for _, i := range c.Interfaces {
		if was := old.Interface(i.Name); i.Shutdown && was != nil && !was.Shutdown {
			r.hub.Emit(debug.LinkShutdown{Interface: i.Name})
		}
	}
}

// Interfaces returns every interface as it is now, the loopbacks last.
func (r *Router) Interfaces() []InterfaceState {
	links := r.linkStates()
	var out, loopbacks []InterfaceState
	for _, i := range r.Config().Interfaces {
		s := InterfaceState{Config: i, Link: r.linkOf(i.Name), MTU: 1500, Method: r.method(i)}
		for _, l := range links {
			if l.Name == s.Link {
				s.MTU, s.MAC = l.MTU, l.MAC
				s.LinkUp, s.Protocol = l.Up && l.Carrier, l.Up && l.Carrier && !i.Shutdown
				r.meters.with(i.Name, func(m *meter) {
					c := countOf(&l)
					s.Use = m.use(time.Now(), c)
					c = c.since(m.base)
					s.Input, s.Output, s.Detail = Traffic(c.in), Traffic(c.out), LinkDetail(c.detail)
				})
				s.ARPTimeout = time.Duration(r.kernel.ARPTimeout(l.Name)) * time.Second
				s.Medium = Medium(r.kernel.Medium(l.Name))
				s.Queue = Queue(r.kernel.Queue(&l))
				s.IP = IPSettings(r.kernel.IPSettings(l.Name))
			}
		}
		_, ok := loopbackNumber(i.Name)
		if ok {
			s.MTU, s.LinkUp, s.Protocol = 1514, !i.Shutdown, !i.Shutdown
			s.MAC = nil
		}
		s.IPMTU = ipMTU(i, s.MTU)
		if ok {
			loopbacks = append(loopbacks, s)
		} else {
			out = append(out, s)
		}
	}
	return append(out, loopbacks...)
}

// method says where an interface's address comes from: "NVRAM" when it was read at the
// start, "manual" when it was typed since, saved or not.
func (r *Router) method(i *config.Interface) string {
	if r.loaded != nil {
		if s := r.loaded.Interface(i.Name); s != nil && s.Address == i.Address {
			return "NVRAM"
		}
	}
	if i.Address == (config.Address{}) {
		return "unset"
	}
	return "manual"
}
