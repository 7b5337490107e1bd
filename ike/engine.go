package ike

import (
	"context"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"conft/ike/exchange"
	"conft/ike/payload"
)

// Sizes of the mailbox. A full queue of datagrams drops the newest and counts it. First
// messages, with which anybody can flood it, have a queue of their own, so that they take
// the room of each other only.
const (
	datagramQueue = 512
	controlQueue  = 64
)

// Engine runs a Core: one goroutine owns it, Run's. All methods are safe for concurrent
// use, except that Run may be called only once.
type Engine struct {
	core *Core // exclusively owned by Run
	now  func() time.Time

	firsts    *queue     // Receive, what anybody can send
	datagrams *queue     // Receive, what belongs to an SA, and Acquire
	control   chan Input // everything else: waits

	running atomic.Bool
	stop    chan struct{} // closed by Close
	once    sync.Once
	done    chan struct{} // closed when Run has returned
}

// New returns an engine that does nothing before Run.
func New(o Options) *Engine {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Engine{
		core:      NewCore(o),
		now:       o.Now,
		firsts:    &queue{in: make(chan Input, datagramQueue)},
		datagrams: &queue{in: make(chan Input, datagramQueue)},
		control:   make(chan Input, controlQueue),
		stop:      make(chan struct{}),
		done:      make(chan struct{}),
	}
}

// Run serves the mailbox until ctx ends or Close is called.
func (e *Engine) Run(ctx context.Context) {
	if !e.running.CompareAndSwap(false, true) {
		return
	}
	defer close(e.done)
	jobs, results := make(chan Job), make(chan Input)
	var workers sync.WaitGroup
	defer workers.Wait()
	quit := make(chan struct{})
	defer close(quit)
	for range max(1, runtime.GOMAXPROCS(0)-1) {
		workers.Go(func() { work(&workers, jobs, results, quit) })
	}

	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var waiting backlog
	do := func(in Input) { waiting.add(e.handle(in)) }
	for {
		next, some := waiting.next()
		// A flood whose SAs are evicted must not keep the workers from those of others.
		for some {
			in, dead := next.Skip()
			if !dead {
				break
			}
			waiting.take()
			do(in)
			next, some = waiting.next()
		}
		if at, ok := e.core.Deadline(); ok {
			timer.Reset(max(0, at.Sub(e.now())))
		} else {
			timer.Stop()
		}
		var ready chan<- Job // nil, so never chosen, without a job
		if some {
			ready = jobs
		}
		var in Input = Tick{}
		select {
		case <-ctx.Done():
			return
		case <-e.stop:
			return
		case ready <- next:
			waiting.take()
			continue
		case <-timer.C:
		case in = <-results:
		case in = <-e.control:
		case in = <-e.firsts.in:
			e.asked(do)
		case in = <-e.datagrams.in:
			e.asked(do)
		}
		do(in)
	}
}

// asked does what was asked for before a datagram came, which is done before it.
func (e *Engine) asked(do func(Input)) {
	for {
		select {
		case in := <-e.control:
			do(in)
		default:
			return
		}
	}
}

// handle gives the Core an input, or runs a function in its place.
func (e *Engine) handle(in Input) []Job {
	if call, ok := in.(snapshot); ok {
		call()
		return nil
	}
	return e.core.Handle(e.now(), in)
}

// work runs jobs until quit is closed. A job that waits gets a goroutine of its own;
// each belongs to an exchange under way, and those are bounded.
func work(all *sync.WaitGroup, jobs <-chan Job, results chan<- Input, quit <-chan struct{}) {
	run := func(j Job) {
		select {
		case results <- j.Run():
		case <-quit:
		}
	}
	for {
		select {
		case <-quit:
			return
		case j := <-jobs:
			if j.waits {
				all.Go(func() { run(j) })
			} else {
				run(j)
			}
		}
	}
}

// Close stops Run and waits for it. SAs are forgotten without a word to the peers;
// Shutdown tells them.
func (e *Engine) Close() {
	e.once.Do(func() { close(e.stop) })
	if e.running.Load() {
		<-e.done
	}
}

// Shutdown deletes every SA, tells the peers, and closes the engine.
func (e *Engine) Shutdown(ctx context.Context) {
	said := make(chan struct{})
	e.post(ClearSA{})
	e.post(ClearISAKMP{})
	e.post(snapshot(func() { close(said) }))
	select {
	case <-said:
	case <-e.stop:
	case <-e.done:
	case <-ctx.Done():
	}
	e.Close()
}

// SetPolicy replaces the policy. Whoever calls must not change the value any more.
func (e *Engine) SetPolicy(p *exchange.Policy) { e.post(SetPolicy{p}) }

// Receive takes a datagram without non-ESP marker and copies it. It never blocks.
func (e *Engine) Receive(local, remote netip.AddrPort, datagram []byte) {
	queue := e.datagrams
	if payload.IsFirst(datagram) {
		queue = e.firsts
	}
	// One octet more than is looked at, so that the Core sees that it is too long.
	queue.offer(Datagram{local, remote, slices.Clone(datagram[:min(len(datagram), MaxDatagram+1)])})
}

// Acquire asks for IPsec SAs. It never blocks: a packet that comes later asks again.
func (e *Engine) Acquire(a exchange.Acquire) { e.datagrams.offer(Acquire{a}) }

// VolumeExpired says that the kilobytes of a pair run out, or have run out (hard).
func (e *Engine) VolumeExpired(inboundSPI uint32, hard bool) {
	e.post(VolumeExpired{inboundSPI, hard})
}

// ClearSA deletes IPsec SAs.
func (e *Engine) ClearSA(which ClearSA) { e.ask(which) }

// ClearISAKMP deletes the ISAKMP SA with that connection id, or all when it is 0.
func (e *Engine) ClearISAKMP(connID uint32) { e.ask(ClearISAKMP{connID}) }

// InvalidSPI says that ESP or AH arrived for an SA that is not there. It never blocks. The peer
// is told, so that one side's loss of memory does not silence a tunnel until its end.
func (e *Engine) InvalidSPI(local, remote netip.Addr, spi uint32, ah bool) {
	e.datagrams.offer(InvalidSPI{local, remote, spi, ah})
}

// Moved says that authenticated ESP for a pair came from elsewhere than its peer was, so
// that IKE follows. It never blocks.
func (e *Engine) Moved(inboundSPI uint32, remote netip.AddrPort) {
	e.datagrams.offer(Moved{inboundSPI, remote})
}

// ISAKMPSAs returns the ISAKMP SAs, the newest first.
func (e *Engine) ISAKMPSAs() (list []exchange.PhaseOneInfo) {
	e.call(func() { list = e.core.ISAKMPSAs(e.now()) })
	return list
}

// IPsecSAs returns the pairs of IPsec SAs, the newest first.
func (e *Engine) IPsecSAs() (list []exchange.SAInfo) {
	e.call(func() { list = e.core.IPsecSAs() })
	return list
}

// Failures returns the last failures, the newest first.
func (e *Engine) Failures() (list []exchange.Failure) {
	e.call(func() { list = e.core.Failures() })
	return list
}

// Counters returns how often each kind of input was refused, by reason.
func (e *Engine) Counters() (list []Counter) {
	e.call(func() { list = e.core.Counters() })
	return append(list, Counter{"mailbox full", e.datagrams.overflow.Load()},
		Counter{"mailbox full of first messages", e.firsts.overflow.Load()})
}

// snapshot is a function that the loop calls between two inputs.
type snapshot func()

func (snapshot) input() {}

// call runs f in the loop and waits for it; f is not run once the engine is closed.
func (e *Engine) call(f func()) {
	ran := make(chan struct{})
	e.post(snapshot(func() { f(); close(ran) }))
	select {
	case <-ran:
	case <-e.stop:
		e.settle()
	case <-e.done:
	}
}

// ask puts an input into the mailbox and waits until it has been handled: what is typed
// next finds it done.
func (e *Engine) ask(in Input) {
	e.post(in)
	e.call(func() {})
}

// settle waits until the loop can no longer touch what call's function touches.
func (e *Engine) settle() {
	if e.running.Load() {
		<-e.done
	}
}

// post puts an input that must not be lost into the mailbox.
func (e *Engine) post(in Input) {
	select {
	case e.control <- in:
	case <-e.stop:
	case <-e.done:
	}
}

// queue is a part of the mailbox that drops what does not fit.
type queue struct {
	in       chan Input
	overflow atomic.Uint64
}

func (q *queue) offer(in Input) {
	select {
	case q.in <- in:
	default:
		q.overflow.Add(1)
	}
}
