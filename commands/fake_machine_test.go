package commands

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"conft/internal/acl"
	"conft/internal/router"
)

func (r *fakeRouter) Load() router.Load {
	return router.Load{
		Total: router.CPUUse{FiveSec: 1250, OneMin: 900, FiveMin: 100}, Interrupt: 130,
		Processes: []router.Process{
			{ID: 7, Name: "conft", Runtime: 60 * time.Millisecond, Invoked: 30, Use: router.CPUUse{FiveSec: 31, OneMin: 5}},
			{ID: 1203, Name: "conft", Runtime: 5 * time.Second, Invoked: 1000, Use: router.CPUUse{FiveSec: 205, OneMin: 4}},
		},
		Seconds: []int{100, 42, 7},
		Minutes: []router.Peak{{Average: 10, Maximum: 60}},
	}
}

func (r *fakeRouter) Memory() router.Memory {
	return router.Memory{
		Processor: router.Pool{Head: 0x7FFB80463010, Total: 4096000000, Used: 1000000000, Free: 3096000000, Lowest: 3000000000, Largest: 2000000000},
		IO:        router.Pool{Total: 100000, Used: 4096, Free: 95904, Lowest: 95904, Largest: 95904},
		Allocated: 5000, Freed: 3000, Holding: 2000, PID: 7,
	}
}

func (r *fakeRouter) TCP() []router.TCPConn {
	return []router.TCPConn{
		{ID: 0x6523, Local: netip.MustParseAddrPort("0.0.0.0:22"), Remote: netip.MustParseAddrPort("0.0.0.0:0"), State: "LISTEN"},
		{ID: 0x6A01, Local: netip.MustParseAddrPort("10.1.1.1:22"), Remote: netip.MustParseAddrPort("10.1.1.100:49152"), State: "ESTAB"},
	}
}

func (r *fakeRouter) TimeSource() router.TimeSource { return router.UserSource }

func (r *fakeRouter) SyslogHosts() []router.SyslogHostState {
	var out []router.SyslogHostState
	for n, h := range r.config.Syslog.Hosts {
		out = append(out, router.SyslogHostState{Host: netip.AddrPortFrom(acl.IPv4(h.IP), h.Port), Sent: uint64(142 + n), Up: n == 0})
	}
	return out
}

func (r *fakeRouter) Hosts() []router.HostState {
	var out []router.HostState
	for _, h := range r.config.Hosts {
		s := router.HostState{Name: h.Name, Permanent: true}
		for _, ip := range h.Addrs {
			s.Addrs = append(s.Addrs, acl.IPv4(ip))
		}
		out = append(out, s)
	}
	return append(out, router.HostState{Name: "www.lab", Addrs: []netip.Addr{addr("10.0.0.80")}, Age: 90 * time.Minute})
}

func (r *fakeRouter) ForgetHost(name string) { r.did = append(r.did, "forget host "+name) }

// Lookup knows the configured hosts and www.lab, which a server must be asked for.
func (r *fakeRouter) Lookup(_ context.Context, name string, asking func(netip.Addr)) ([]netip.Addr, error) {
	for _, h := range r.Hosts() {
		if h.Name != name {
			continue
		}
		if !h.Permanent {
			asking(addr("10.0.0.53"))
		}
		return h.Addrs, nil
	}
	if len(r.config.Servers) > 0 {
		asking(addr("10.0.0.53"))
	}
	return nil, errors.New("no such name")
}

func (r *fakeRouter) ConfigStamps() (running, saved router.ConfigStamps) {
	return r.stamps[0], r.stamps[1]
}
