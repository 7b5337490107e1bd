package aaa

import (
	"cmp"
	"context"
	"net/netip"
	"sync"
	"time"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/radius"
)

// dead is the servers that have not answered, and until when they are not asked. The clock of the
// machine is not asked, which somebody may set meanwhile.
type dead struct {
	mu    sync.Mutex
	until map[netip.AddrPort]time.Time
}

// skip reports whether a server is not to be asked; back tells that its time has just ended.
func (d *dead) skip(s netip.AddrPort) (skip, back bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	until, found := d.until[s]
	if found && !time.Now().Before(until) {
		delete(d.until, s)
		return false, true
	}
	return found, false
}

func (d *dead) mark(s netip.AddrPort, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.until == nil {
		d.until = map[netip.AddrPort]time.Time{}
	}
	d.until[s] = until
}

// askGroup asks the servers of a group in turn until one answers. With a dead time one that has
// not answered is passed over for as long, by everybody.
func (a *Access) askGroup(ctx context.Context, c *config.Config, group string, at Attempt, user, password string) (radius.Reply, error) {
	r := radius.Request{User: user, Password: password, Name: c.Hostname, Port: uint32(at.Number), Virtual: !at.Console}
	if at.By.Addr.IsValid() && !at.Console {
		r.Caller = at.By.Addr.String()
	}
	deadtime := time.Duration(c.AAA.RADIUS.Deadtime) * time.Minute
	from := source(c, group)
	servers, asked := serversOf(&c.AAA, group), false
	for _, s := range servers {
		server := request(&c.AAA.RADIUS, s)
		server.From = from
		tell := debug.RADIUSServer{Addr: server.Addr, AcctPort: s.AcctPort}
		if deadtime > 0 {
			skip, back := a.dead.skip(server.Addr)
			if back {
				a.Emit(debug.RADIUSAlive{RADIUSServer: tell})
			}
			if skip {
				continue
			}
		}
		asked = true
		reply, err := a.Ask(ctx, server, r)
		if err == nil {
			return reply, nil
		}
		if deadtime > 0 && ctx.Err() == nil {
			a.dead.mark(server.Addr, time.Now().Add(deadtime))
			a.Emit(debug.RADIUSDead{RADIUSServer: tell})
		}
	}
	if len(servers) > 0 && !asked {
		a.Emit(debug.RADIUSAllDead{Group: group})
	}
	return radius.Reply{}, ErrUnable
}

// request is how a server is asked: what it does not say itself holds for all.
func request(usual *config.RADIUS, s config.RADIUSServer) radius.Server {
	retries := config.DefaultRADIUSRetransmit
	if usual.Retransmit >= 0 {
		retries = usual.Retransmit
	}
	if s.Retransmit >= 0 {
		retries = s.Retransmit
	}
	return radius.Server{
		Addr:    netip.AddrPortFrom(acl.IPv4(s.Addr), s.AuthPort),
		Secret:  cmp.Or(s.Key.Text, usual.Key.Text),
		Timeout: time.Duration(cmp.Or(s.Timeout, usual.Timeout, config.DefaultRADIUSTimeout)) * time.Second,
		Retries: retries,
	}
}

// source is the address that the servers of a group are asked from; the zero address for
// that of the route.
func source(c *config.Config, group string) netip.Addr {
	name := c.AAA.RADIUS.Source
	if g := c.AAA.Group(group); g != nil {
		name = cmp.Or(g.Source, name)
	}
	if i := c.Interface(name); i != nil && i.Address.IP != 0 {
		return acl.IPv4(i.Address.IP)
	}
	return netip.Addr{}
}

// serversOf are the servers of a group that have an address; of "radius" all.
func serversOf(a *config.AAA, group string) []config.RADIUSServer {
	var all []config.RADIUSServer
	add := func(s config.RADIUSServer) {
		if s.Addr != 0 {
			all = append(all, s)
		}
	}
	if group == config.RADIUSGroup {
		for _, s := range a.Servers {
			add(s)
		}
	} else if g := a.Group(group); g != nil {
		for _, name := range g.Servers {
			if s := a.Server(name); s != nil {
				add(*s)
			}
		}
	}
	return all
}
