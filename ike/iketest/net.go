package iketest

import (
	"container/heap"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
)

// Latency is how long a datagram travels.
const Latency = 5 * time.Millisecond

// Packet is a datagram under way. Data is without non-ESP marker.
type Packet struct {
	From, To netip.AddrPort
	Data     []byte
	N        int // the how-many-eth of the net, from 1
}

// Net is virtual time and the network between the routers.
type Net struct {
	Now time.Time
	// Fate says when the copies of a datagram arrive, as additions to Latency; none
	// is a loss. It may change the packet. Nil delivers everything once.
	Fate func(p *Packet) []time.Duration
	// Sent is the number of datagrams so far.
	Sent int
	// Log is what happened, in order: datagrams and, with Record, debug lines.
	Log    []string
	Record bool
	// Quiet has debugging off, as Tracing of exchange.Env describes it; routers keep
	// syslog messages alone.
	Quiet bool

	seed    uint64
	routers map[netip.Addr]*Router
	order   []*Router
	air     flights
	flown   int
}

// New returns an empty net at the start of virtual time.
func New(seed uint64) *Net {
	return &Net{
		Now:     time.Date(1993, time.March, 1, 0, 1, 43, 499e6, time.UTC),
		seed:    seed,
		routers: make(map[netip.Addr]*Router),
	}
}

// Add adds a router.
func (n *Net) Add(name string, addr netip.Addr, p *exchange.Policy) *Router {
	r := &Router{Name: name, Addr: addr, Plane: NewPlane(), net: n}
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], n.seed)
	binary.BigEndian.PutUint64(key[8:], uint64(len(n.order)))
	r.Core = ike.NewCore(ike.Options{Rand: rand.NewChaCha8(key), Send: r.send, IPsec: r.Plane, Hub: r})
	n.routers[addr] = r
	n.order = append(n.order, r)
	r.Do(ike.SetPolicy{Policy: p})
	return r
}

// Leave takes a router off the net: nobody hears of it again.
func (n *Net) Leave(r *Router) {
	delete(n.routers, r.Addr)
	n.order = slices.DeleteFunc(n.order, func(o *Router) bool { return o == r })
}

// Run lets d of virtual time pass.
func (n *Net) Run(d time.Duration) {
	end := n.Now.Add(d)
	for n.turn(end) {
	}
	n.Now = end
}

// Until runs until done or for d, and reports whether done.
func (n *Net) Until(d time.Duration, done func() bool) bool {
	end := n.Now.Add(d)
	for !done() {
		if !n.turn(end) {
			n.Now = end
			return done()
		}
	}
	return true
}

// turn handles what is next, if it is due by end.
func (n *Net) turn(end time.Time) bool {
	next, at := (*Router)(nil), end
	for _, r := range n.order {
		if d, ok := r.Core.Deadline(); ok && !d.After(at) && (next == nil || d.Before(at)) {
			next, at = r, d
		}
	}
	if len(n.air) > 0 && !n.air[0].at.After(at) {
		f := heap.Pop(&n.air).(flight)
		n.Now = f.at
		if r := n.routers[f.To.Addr()]; r != nil {
			r.Do(ike.Datagram{Local: f.To, Remote: f.From, Data: slices.Clone(f.Data)})
		}
		return true
	}
	if next == nil {
		return false
	}
	n.Now = at
	next.Do(ike.Tick{})
	return true
}

// Idle reports whether no datagram is under way.
func (n *Net) Idle() bool { return len(n.air) == 0 }

// Inject puts a datagram of nobody's on the net.
func (n *Net) Inject(p Packet) { n.fly(p, 0) }

func (n *Net) fly(p Packet, extra time.Duration) {
	n.flown++
	heap.Push(&n.air, flight{p, n.Now.Add(Latency + extra), n.flown})
}

func (n *Net) launch(p Packet) {
	n.Sent++
	p.N = n.Sent
	fates := []time.Duration{0}
	if n.Fate != nil {
		fates = n.Fate(&p)
	}
	if n.Record {
		n.Log = append(n.Log, fmt.Sprintf("%s > %s: %d octets%s", p.From, p.To, len(p.Data), map[bool]string{true: ", lost"}[len(fates) == 0]))
	}
	for _, extra := range fates {
		n.fly(p, extra)
	}
}

type flight struct {
	Packet
	at    time.Time
	order int
}

// flights implements heap.Interface.
type flights []flight

func (f flights) Len() int { return len(f) }
func (f flights) Less(i, j int) bool {
	if f[i].at.Equal(f[j].at) {
		return f[i].order < f[j].order
	}
	return f[i].at.Before(f[j].at)
}
func (f flights) Swap(i, j int) { f[i], f[j] = f[j], f[i] }
func (f *flights) Push(x any)   { *f = append(*f, x.(flight)) }
func (f *flights) Pop() any {
	old := *f
	x := old[len(old)-1]
	*f = old[:len(old)-1]
	return x
}

// Router is one engine with its fake data plane.
type Router struct {
	Name   string
	Addr   netip.Addr
	Core   *ike.Core
	Plane  *Plane
	Events []debug.Event // everything reported
	// Keepalives counts the NAT keepalives sent.
	Keepalives int
	manner     debug.Manner // of the policy
	net        *Net
}

// Do hands the router an input, and does the slow work that follows at once.
func (r *Router) Do(in ike.Input) {
	if p, ok := in.(ike.SetPolicy); ok {
		r.manner = p.Policy.Version
	}
	jobs := r.Core.Handle(r.net.Now, in)
	for len(jobs) > 0 {
		result := jobs[0].Run()
		jobs = append(jobs[1:], r.Core.Handle(r.net.Now, result)...)
	}
}

// Acquire asks for IPsec SAs as the data plane would.
func (r *Router) Acquire(name string, seq int, s exchange.Selector) {
	r.Do(ike.Acquire{Acquire: exchange.Acquire{Flow: exchange.Flow{Interface: Outside, Map: name, Seq: seq, Selector: s}}})
}

// Emit implements ike.Hub.
func (r *Router) Emit(e debug.Event) {
	if r.net.Quiet && e.Flag() != debug.FlagNone {
		return
	}
	r.Events = append(r.Events, e)
	if r.net.Record {
		r.net.Log = append(r.net.Log, r.Name+": "+string(e.AppendLine(nil, r.manner)))
	}
}

// On implements ike.Hub.
func (r *Router) On(debug.Flag) bool { return !r.net.Quiet }

// Watches implements ike.Hub.
func (r *Router) Watches(netip.Addr) bool { return true }

// Lines returns what `debug` with these switches would have printed in the manner of the
// router's policy, syslog messages with FlagNone.
func (r *Router) Lines(flags ...debug.Flag) []string {
	var list []string
	for _, e := range r.Events {
		if slices.Contains(flags, e.Flag()) {
			list = append(list, string(e.AppendLine(nil, r.manner)))
		}
	}
	return list
}

func (r *Router) send(local, remote netip.AddrPort, datagram []byte) error {
	if local.Port() == 4500 {
		if len(datagram) < 4 || binary.BigEndian.Uint32(datagram) != 0 {
			r.Keepalives++ // nobody answers it
			return nil
		}
		datagram = datagram[4:]
	}
	r.net.launch(Packet{From: local, To: remote, Data: slices.Clone(datagram)})
	return nil
}
