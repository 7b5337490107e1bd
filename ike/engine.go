package ike

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
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
	for range max(1, e.core.o.Cores-1) {
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
