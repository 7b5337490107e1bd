package router

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"conft/debug"
	"conft/internal/acl"
	"conft/internal/config"
)

// syslogQueue is how many lines wait for the syslog hosts at most.
const syslogQueue = 512

// SyslogHostState is a syslog host and what was sent there.
type SyslogHostState struct {
	Host netip.AddrPort
	Sent uint64
	Up   bool // the last message left
}

// syslogSender sends messages to the syslog hosts. It is safe for concurrent use.
type syslogSender struct {
	hub *debug.Hub
	sub *debug.Subscription

	mu      sync.Mutex
	hosts   []*syslogHost
	form    syslogForm
	counter uint64 // of the datagrams, which each carries
}

// syslogHost is one host; socket is nil until a message is to be sent.
type syslogHost struct {
	SyslogHostState
	source netip.Addr
	socket *net.UDPConn
}

// syslogForm is what a message looks like on the wire.
type syslogForm struct {
	facility uint8
	origin   config.Origin
	hostname string
	source   netip.Addr // that messages are sent from, zero for any
}

func newSyslogSender(h *debug.Hub) *syslogSender {
	return &syslogSender{hub: h, sub: h.Subscribe(debug.TrapLine, syslogQueue, debug.ExplainOff)}
}

// run sends until ctx is done.
func (s *syslogSender) run(ctx context.Context) {
	defer s.close()
	for {
		select {
		case <-ctx.Done():
			return
		case l := <-s.sub.C:
			s.send(l)
		}
	}
}

func (s *syslogSender) close() {
	s.sub.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hosts {
		h.close()
	}
	s.hosts = nil
}

func (h *syslogHost) close() {
	if h.socket != nil {
		h.socket.Close()
		h.socket = nil
	}
}

// send sends each line of a message as a datagram to each host.
func (s *syslogSender) send(l debug.Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for text := range l.Lines() {
		s.counter++
		for _, h := range s.hosts {
			if h.write(s.form, l.Severity, s.counter, text) {
				h.Sent++
			}
		}
	}
}

// write sends a datagram; a host that cannot be reached is tried again with the next.
func (h *syslogHost) write(f syslogForm, severity uint8, counter uint64, text string) bool {
	if h.socket == nil {
		var from *net.UDPAddr
		if h.source.IsValid() {
			from = net.UDPAddrFromAddrPort(netip.AddrPortFrom(h.source, 0))
		}
		socket, err := net.DialUDP("udp4", from, net.UDPAddrFromAddrPort(h.Host))
		if h.Up = err == nil; !h.Up {
			return false
		}
		h.socket = socket
	}
	local := h.socket.LocalAddr().(*net.UDPAddr).AddrPort().Addr()
	_, err := h.socket.Write(f.append(nil, severity, counter, local, text))
	if h.Up = err == nil; !h.Up {
		h.close() // the way there, and so the source address, may be another next time
	}
	return h.Up
}

// append appends a datagram as IOS sends it: "<189>29: *Mar  1 00:01:43: %SYS-5-…", with
// the origin behind the counter. The priority is that of RFC 3164, section 4.1.1.
func (f syslogForm) append(b []byte, severity uint8, counter uint64, local netip.Addr, text string) []byte {
	b = fmt.Appendf(b, "<%d>%d: ", int(f.facility)*8+int(severity), counter)
	switch f.origin.Kind {
	case config.OriginHostname:
		b = fmt.Appendf(b, "%s: ", f.hostname)
	case config.OriginIP:
		b = fmt.Appendf(b, "%s: ", local)
	case config.OriginText:
		b = fmt.Appendf(b, "%s: ", f.origin.Text)
	}
	return append(b, text...)
}

// SyslogHosts returns the syslog hosts in the order of the configuration.
func (r *Router) SyslogHosts() []SyslogHostState {
	r.syslog.mu.Lock()
	defer r.syslog.mu.Unlock()
	var out []SyslogHostState
	for _, h := range r.syslog.hosts {
		out = append(out, h.SyslogHostState)
	}
	return out
}

// setSyslog sends messages where the configuration says.
func (r *Router) setSyslog(c *config.Config) {
	trap := debug.Off
	if len(c.Syslog.Hosts) > 0 && !c.LoggingOff {
		trap = level(c.Syslog.Trap)
	}
	form := syslogForm{facility: c.Syslog.FacilityNumber(), origin: c.Syslog.Origin, hostname: c.Hostname}
	if i := c.Interface(c.Syslog.Source); i != nil && i.Address.IP != 0 {
		form.source = acl.IPv4(i.Address.IP)
	}
	r.hub.SetLevel(debug.TrapLine, trap)
	for _, e := range r.syslog.set(c.Syslog.Hosts, form) {
		r.hub.Emit(e)
	}
}

// set replaces the hosts, and returns what is to be said of those that come and go.
func (s *syslogSender) set(hosts []config.SyslogHost, form syslogForm) (said []debug.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.form = form
	was, old := s.hosts, map[netip.AddrPort]*syslogHost{}
	for _, h := range was {
		old[h.Host] = h
	}
	s.hosts = nil
	for _, c := range hosts {
		at := netip.AddrPortFrom(acl.IPv4(c.IP), c.Port)
		h := old[at]
		delete(old, at)
		if h == nil {
			h = &syslogHost{SyslogHostState: SyslogHostState{Host: at, Up: true}, source: form.source}
			said = append(said, debug.SysLoggingHost{Host: at})
		}
		if h.source != form.source {
			h.close()
			h.source = form.source
		}
		s.hosts = append(s.hosts, h)
	}
	for _, h := range was {
		if old[h.Host] != nil {
			h.close()
			said = append(said, debug.SysLoggingHost{Host: h.Host, Stopped: true})
		}
	}
	return said
}
