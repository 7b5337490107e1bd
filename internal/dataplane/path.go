package dataplane

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
	"time"

	"conft/debug"
)

// Options are what a Path needs. The callbacks run on the packet path: they must
// not block.
type Options struct {
	ESP Socket // raw protocol 50; nil when there is none
	AH  Socket // whole packets: sends any, receives those of protocol 51; nil when there is none
	UDP Socket // UDP 4500; nil when there is none
	Hub Hub

	Cores int // that ciphers are spread over

	// IKE takes the IKE messages that arrive on UDP 4500, without the non-ESP
	// marker. datagram is valid until it returns.
	IKE func(local, remote netip.AddrPort, datagram []byte)
	// Acquire asks for an SA; at most once a second for one flow.
	Acquire func(Acquire)
	// VolumeExpired says once that an SA reached its soft volume, and once that
	// its hard volume or its sequence numbers are used up.
	VolumeExpired func(inSPI uint32, hard bool)
	// Moved says that a peer behind a NAT is seen elsewhere now. It may be nil.
	Moved func(inSPI uint32, remote netip.AddrPort)
	// InvalidSPI says that ESP or AH came for an SA that is not there; at most once a
	// second. It may be nil.
	InvalidSPI func(local, remote netip.Addr, spi uint32, ah bool)
	// Toward is the router's address on the link by which a host is reached, the zero
	// value where that is not known. ICMP errors to the host come from there, none by a
	// link that is quiet. It may be nil.
	Toward func(host netip.Addr) (from netip.Addr, quiet bool)
}

// Hub takes the %CRYPTO-4 messages; debug.Hub is one.
type Hub interface{ Emit(debug.Event) }

// Path is the packet path of one router. Its methods are safe for concurrent use.
type Path struct {
	Options
	started    time.Time
	drops      drops
	cramped    bool // no cores to spare
	invalidLog limiter
	invalidSPI limiter
	unproved   limiter
	sad        table[*pair] // by inbound SPI
	ahSAD      table[*pair] // those with AH, by its inbound SPI
	outer      table[*pair] // by outerKey

	mu      sync.Mutex // guards what follows, and every publication
	policy  map[string]*Link
	links   map[string]*link
	flows   map[FlowKey]*flow
	narrows map[entryKey]*narrow    // of the policy
	learnt  map[netip.Addr]*pathMTU // by the peer's address
	born    uint64
	closed  bool

	work    chan task
	workers sync.WaitGroup
	sockets sync.WaitGroup
}

// now is the time of the limiters: since New, unmoved by a clock that is set.
func (p *Path) now() time.Duration { return time.Since(p.started) }

// task is a batch on its way to any worker, which unlocks it when it is done.
type task interface {
	process()
	sync.Locker
}

// queueLen bounds the batches that wait for a worker.
const queueLen = 64

// handOver is the number of packets from which on a batch is worth two changes of
// goroutine. The reader sees smaller ones through itself, unless others are ahead
// of them; meanwhile more arrives, and the next batch is larger. Where there are no
// cores to spare and AES-GCM, which costs little beside sending, it is handOverLight.
const (
	handOver      = 16
	handOverLight = 64
)

// limit is handOver for a batch that begins with a packet of that SA.
func (p *Path) limit(first *pair) int {
	if p.cramped && first.OutKeys.Transform.Combined() {
		return handOverLight
	}
	return handOver
}

// New starts to receive on the sockets, which belong to the Path from now on.
func New(o Options) *Path {
	p := &Path{
		Options: o,
		started: time.Now(),
		cramped: o.Cores <= 2,
		links:   make(map[string]*link),
		flows:   make(map[FlowKey]*flow),
		learnt:  make(map[netip.Addr]*pathMTU),
		work:    make(chan task, queueLen),
	}
	p.invalidLog.interval, p.invalidLog.burst = eventInterval, 1
	p.invalidSPI.interval, p.invalidSPI.burst = invalidInterval, 1
	p.unproved.interval, p.unproved.burst = unprovedInterval, unprovedBurst
	for range max(1, o.Cores) {
		p.workers.Go(func() {
			for t := range p.work {
				t.process()
				t.Unlock()
			}
		})
	}
	for _, s := range []Socket{o.ESP, o.UDP, o.AH} {
		if s != nil {
			r := newReceiver(p, s)
			p.sockets.Go(r.run)
		}
	}
	return p
}

// Attach starts to read the TUN of an interface, which belongs to the Path from
// now on. An earlier one of the same interface is detached.
func (p *Path) Attach(iface string, t TUN) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		t.Close()
		return
	}
	l := p.link(iface)
	d := newDevice(p, l, t)
	old := l.dev.Swap(d)
	d.start()
	p.mu.Unlock()
	old.stop()
}

// Detach closes the TUN of an interface and waits for its goroutines.
func (p *Path) Detach(iface string) {
	p.mu.Lock()
	var old *device
	if l := p.links[iface]; l != nil {
		old = l.dev.Swap(nil)
	}
	p.mu.Unlock()
	old.stop()
}

// Counters returns every reason for a drop with its count.
func (p *Path) Counters() []Counter { return p.drops.counters() }

// Close closes TUNs and sockets, waits for every goroutine and clears the keys.
func (p *Path) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		p.workers.Wait()
		return nil
	}
	p.closed = true
	for _, l := range p.learnt {
		l.timer.Stop()
	}
	devices := make([]*device, 0, len(p.links))
	for _, l := range p.links {
		devices = append(devices, l.dev.Swap(nil))
	}
	sad := slices.Collect(p.sad.all())
	for _, s := range sad {
		p.withdraw(s)
	}
	p.mu.Unlock()

	var errs error
	for _, s := range []Socket{p.ESP, p.UDP, p.AH} {
		if s != nil {
			errs = errors.Join(errs, s.Close())
		}
	}
	for _, d := range devices {
		d.stop()
	}
	p.sockets.Wait()
	close(p.work)
	p.workers.Wait()
	for _, s := range sad {
		s.close()
	}
	return errs
}
