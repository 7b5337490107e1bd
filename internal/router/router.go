package router

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/internal/aaa"
	"conft/internal/config"
	"conft/internal/dataplane"
	"conft/internal/flash"
	"conft/internal/kernel"
	"conft/internal/pki"
	"conft/internal/radius"
	"conft/internal/seat"
	"conft/nvram"
)

// Options of a router.
type Options struct {
	Dir   string            // holds nvram.db and console.sock
	Map   map[string]string // interface to Linux link
	Clock ClockSource
	// Text writes a configuration as it is stored.
	Text func(*config.Config) string
	// Reloaded tells that a router ran in this process before.
	Reloaded bool
	Cores    int // that work is spread over
}

// Sockets is how many threads wait for packets: of UDP 500 and 4500, protocols 50 and 51.
const Sockets = 4

// Router is one appliance in one network namespace. Its exported methods are safe
// for concurrent use.
type Router struct {
	clock *Clock
	hub   *debug.Hub
	nvram *nvram.Store
	flash *flash.FS
	pki   *pki.Store
	crls  *pki.Revocations

	kernel *kernel.Kernel
	engine *ike.Engine
	path   *dataplane.Path
	ike    *ikeSockets
	raw    *kernel.Conn // of protocol 50, which the data plane reads
	ah     *kernel.Conn // protocol 51, and whole packets

	live *live

	access  *aaa.Access
	seats   *seat.Table
	changed chan struct{} // holds one when the configuration or a key has changed

	plugs  *plugTable
	adopt  atomic.Pointer[config.Config] // what was found on the machine
	reason string                        // why this router was started, for show version

	mu        sync.Mutex // commits, and what follows from them
	running   atomic.Pointer[config.Config]
	settled   *config.Config // what of it the kernel, IKE and the data plane have
	staged    []staged       // what they have not
	draft     *config.Config // running with what was staged since, not seen by anybody; nil for nothing
	drafted   atomic.Bool    // there is a draft
	undrafted int            // how many of staged are not in the draft, but published
	overdue   *time.Timer    // has them settled
	settling  time.Duration  // how long that took the last time
	ended     bool           // nothing is settled any more
	loaded    *config.Config // what was read from nvram at the start, nil when nothing was
	behind    bool           // the kernel refused the last change
	wanted    kernel.Desired // of the kernel, last
	// sheltered is the last change of live.flows that the kernel and the data plane have.
	sheltered uint64
	attached  map[string]kernel.TUN
	states    map[string]linkState // as last reported, by interface
	meters    meters
	base      listCounts                // counters at the last `clear access-list counters`
	baseAt    listCounts                // likewise, by place
	inClear   map[identKey]uint64       // refused in clear at the last `clear crypto sa counters`
	kept      listCounts                // of lists that have since been taken off an interface or crypto map, and of logins
	dropped   atomic.Pointer[ruleDrops] // by rules that are there no more; nil for nothing
	packets   *accessLog                // those that entries with `log` match

	loads      loadMeter
	syslog     *syslogSender
	names      nameCache
	stamps     stamps
	untrace    func()    // ends what shows translated packets, nil when they are not shown
	natCleared uint64    // translations ended by `clear ip nat translation`
	natBase    natCounts // as of `clear ip nat statistics`
	text       func(*config.Config) string
	archiver   archiver
	rollbacks  rollbacks
	scheduled  schedule
	changes    configLog

	stop   context.CancelFunc
	wait   sync.WaitGroup
	reload chan struct{}
	once   sync.Once
}

// Open checks that a router can run here and takes what it needs: nvram, the
// kernel, ports. An error's text names the remedy, and nothing is changed. Start
// makes it a router.
func Open(o Options) (*Router, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w; name a directory you may write with --dir", err)
	}
	r := &Router{
		clock:    NewClock(o.Clock, kernel.ClockSynchronised),
		live:     newLive(),
		attached: map[string]kernel.TUN{},
		states:   map[string]linkState{},
		base:     listCounts{},
		baseAt:   listCounts{},
		kept:     listCounts{},
		packets:  newAccessLog(),
		reload:   make(chan struct{}, 1),
		crls:     pki.NewRevocations(),
		reason:   "power-on",
		text:     o.Text,
		seats:    seat.NewTable(),
		changed:  make(chan struct{}, 1),
		stop:     func() {},
	}
	if o.Reloaded {
		r.reason = "reload"
	}
	if err := r.open(o); err != nil {
		return nil, errors.Join(err, r.release())
	}
	return r, nil
}

// open is Open; what it has taken when it fails is to be released.
func (r *Router) open(o Options) (err error) {
	if r.kernel, err = kernel.Open(); err != nil {
		return err
	}
	_ = kernel.Yield() // a matter of speed; where it is not allowed, packets take a little longer
	path := filepath.Join(o.Dir, "nvram.db")
	if r.nvram, err = nvram.Open(path); err != nil {
		return nvramRemedy(path, err)
	}
	if err = r.rememberSwitches(); err != nil {
		return err
	}
	if r.pki, err = pki.Open(r.nvram, r.pkiChanged); err != nil {
		return nvramRemedy(path, err)
	}
	if r.flash, err = flash.Open(filepath.Join(o.Dir, "flash")); err != nil {
		return err
	}
	r.hub = debug.NewHub(r.clock)
	r.syslog = newSyslogSender(r.hub)
	r.access = &aaa.Access{Config: r.Config, Emit: r.hub.Emit, Clock: r.clock, Ask: radius.Ask}
	r.rollbacks.emit, r.rollbacks.apply = r.hub.Emit, r.rollBack
	r.rollbacks.tell = func(text string) { r.seats.Tell(text, "") }
	kept, err := r.adoptLinks(o.Map)
	if err != nil {
		return err
	}
	if err := r.listen(o.Cores); err != nil {
		return err
	}
	r.keepLinks(kept)
	return nil
}

// unkept logs that what the router remembers for its next start could not be stored.
func (r *Router) unkept(what string, err error) {
	if err != nil {
		r.hub.Emit(debug.Notice{Level: 3, Facility: "CONFT", Mnemonic: "NVRAM", Text: what + " could not be kept: " + flash.Reason(err)})
	}
}

// switchesKey is the nvram key of what the machine's switches were before.
const switchesKey = "switches"

// rememberSwitches has an orderly stop put back what was found before a kill.
func (r *Router) rememberSwitches() error {
	kept, _, err := r.nvram.Get(switchesKey)
	if err != nil {
		return err
	}
	r.kernel.Remember(kept, func(b []byte) {
		r.unkept("what the kernel's settings were", r.nvram.Put(switchesKey, b))
	})
	return nil
}

func nvramRemedy(path string, err error) error {
	switch {
	case errors.Is(err, nvram.ErrDamaged):
		return fmt.Errorf("%w; it was left as it is: move %s away to start without configuration, or restore a copy of it", err, path)
	case errors.Is(err, nvram.ErrBusy):
		return fmt.Errorf("%w; stop it first, or give this router its own --dir", err)
	}
	return err
}

// Start makes the router what c says and serves packets. saved tells that c was
// read from the startup configuration.
func (r *Router) Start(c *config.Config, saved bool) {
	ctx, cancel := context.WithCancel(context.Background())
	r.stop = cancel
	if saved {
		r.loaded = c
	}
	r.mu.Lock()
	r.running.Store(c)
	r.applyRunning()
	r.mu.Unlock()
	r.wait.Go(func() { r.engine.Run(ctx) })
	r.wait.Go(func() { r.ike.serve(r.engine) })
	r.wait.Go(func() { r.watch(ctx) })
	r.wait.Go(func() { r.watchRefused(ctx) })
	r.wait.Go(func() { r.watchTooBig(ctx) })
	r.wait.Go(func() { r.watchPeers(ctx) })
	r.wait.Go(func() { r.watchLoad(ctx) })
	r.wait.Go(func() { r.watchExhausted(ctx) })
	r.hub.OnFlags(func() { r.followFlags(ctx) })
	r.wait.Go(func() { r.watchAccess(ctx) })
	r.wait.Go(func() { r.loads.run(ctx) })
	r.wait.Go(func() { r.syslog.run(ctx) })
	r.hub.Emit(debug.SysRestart{})
}

// Close ends the router in an orderly way: the peers are told, the kernel is as
// it was found. It is idempotent.
func (r *Router) Close(ctx context.Context) error {
	var err error
	r.once.Do(func() {
		r.ConfirmRollback()
		r.CancelReload()
		r.mu.Lock()
		r.ended = true
		r.mu.Unlock()
		r.setArchive(config.Archive{})
		r.engine.Shutdown(ctx)
		r.stop()
		err = r.release()
		r.wait.Wait()
	})
	return err
}

// release gives back what Open took, in reverse order.
func (r *Router) release() error {
	var errs []error
	if r.path != nil {
		r.path.Close()
	}
	if r.ike != nil {
		r.ike.close()
	}
	if r.running.Load() != nil { // until Start nothing in the kernel is this router's
		errs = append(errs, r.kernel.Close())
	}
	if r.flash != nil {
		errs = append(errs, r.flash.Close())
	}
	if r.nvram != nil {
		errs = append(errs, r.nvram.Close())
	}
	return errors.Join(errs...)
}

// Flash returns the router's file system.
func (r *Router) Flash() *flash.FS { return r.flash }

// Hub returns the router's log.
func (r *Router) Hub() *debug.Hub { return r.hub }
