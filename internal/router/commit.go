package router

import (
	"fmt"
	"reflect"
	"strings"

	"conft/debug"
	"conft/internal/config"
	"conft/internal/kernel"
	"conft/nvram"
)

// Config returns the running configuration, which nobody changes any more.
func (r *Router) Config() *config.Config {
	if r.drafted.Load() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.publish()
	}
	return r.running.Load()
}

// Change makes f's changes to a clone of the running configuration and makes the
// result the running one. One change is one transaction: when f or the kernel
// refuses it, everything stays as it was and the error's text, which begins with
// "%", says why.
func (r *Router) Change(f func(*config.Config) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	old := r.running.Load()
	c := old.Clone()
	if err := f(c); err != nil {
		return err
	}
	return r.commit(c)
}

// commit makes c the running configuration in place of the one that is settled.
func (r *Router) commit(c *config.Config) error {
	old := r.settled
	if c.Equal(old) {
		r.running.Store(old)
		return nil
	}
	var was, now listCounts
	// Most lines of a pasted configuration do not concern the kernel, and to compare
	// it with what is wanted takes tens of milliseconds.
	if want := r.desired(c); r.behind || !reflect.DeepEqual(want, r.wanted) {
		before := r.wanted
		gone := takenOff(before, want)
		if gone {
			was = r.matches(old)
		}
		if err := r.apply(want); err != nil {
			r.retry(r.apply(before))
			return fmt.Errorf("%% The kernel refused the change: %s", oneLine(err))
		}
		if gone {
			now = r.matches(c)
		}
		if len(r.baseAt) > 0 {
			r.baseAt = r.baseAt.inPlace(want)
		}
	}
	if len(r.kept)+len(was) > 0 {
		r.kept = r.kept.changed(c, was, now)
	}
	if len(r.base) > 0 {
		r.base = r.base.changed(c, nil, nil)
	}
	r.running.Store(c)
	r.settled = c
	r.follow(old, c)
	return nil
}

// applyRunning brings the kernel and everything else to the running configuration.
func (r *Router) applyRunning() {
	r.settled = r.running.Load()
	r.retry(r.apply(r.desired(r.settled)))
	r.follow(config.New(), r.settled)
}

// apply brings the kernel to what is wanted.
func (r *Router) apply(want kernel.Desired) error {
	var dropped *ruleDrops
	if countersGo(r.wanted, want) {
		counters, _ := r.kernel.Counters()
		k := r.ruleDrops(counters)
		dropped = &k
	}
	err := r.kernel.Apply(want)
	r.keepDropped(dropped)
	r.behind, r.wanted = err != nil, want
	return err
}

// retry logs what could not be applied. The configuration is the desired state: the
// next change of it or of a link tries again.
func (r *Router) retry(err error) {
	if err != nil {
		r.hub.Emit(debug.Notice{Level: 3, Facility: "CONFT", Mnemonic: "APPLY", Text: oneLine(err)})
	}
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// follow hands a configuration that the kernel has accepted to IKE and to the data
// plane, in the order in which nothing is negotiated that cannot be used.
func (r *Router) follow(old, c *config.Config) {
	if r.plugs.claim(c) {
		r.keepLinks(r.plugs.lasting())
	}
	r.clock.SetZone(c.Zone) // before anything is said in it
	r.setLogging(c)
	r.setSyslog(c)
	r.attachTUNs(c)
	r.setArchive(c.Archive)
	r.forgetTrustpoints(old, c)
	r.path.SetPolicy(r.spd(c, r.mtu))
	r.engine.SetPolicy(r.ikePolicy(c))
	was, is := usesCrypto(old), usesCrypto(c)
	if was != is {
		r.hub.Emit(debug.CryptoOnOff{On: is})
	}
	r.reportAdministrative(old, c)
	r.tell()
}

// Changed holds one when the configuration or a key has changed since it was read.
func (r *Router) Changed() <-chan struct{} { return r.changed }

func (r *Router) tell() {
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// usesCrypto reports whether any interface has a crypto map.
func usesCrypto(c *config.Config) bool {
	for _, i := range c.Interfaces {
		if i.CryptoMap != "" {
			return true
		}
	}
	return false
}

// attachTUNs gives the data plane the TUN of each interface with a crypto map.
// Those that the configuration no longer wants have been closed by the kernel.
func (r *Router) attachTUNs(c *config.Config) {
	wanted := map[string]kernel.TUN{}
	for _, p := range r.protectedInterfaces(c) {
		if t := r.kernel.TUN(p.tun); t != nil {
			wanted[p.ifc.Name] = t
		}
	}
	for name, t := range r.attached {
		if wanted[name] != t {
			r.path.Detach(name)
			delete(r.attached, name)
		}
	}
	for name, t := range wanted {
		if r.attached[name] == nil {
			r.path.Attach(name, t)
			r.attached[name] = t
		}
	}
}

// Startup returns the saved configuration, nil when there is none.
func (r *Router) Startup() ([]byte, error) {
	text, ok, err := r.nvram.StartupConfig()
	if err != nil || !ok {
		return nil, err
	}
	return text, nil
}

// SaveStartup saves the text of the running configuration; it returns when the
// text is on stable storage.
func (r *Router) SaveStartup(text []byte, by debug.Origin) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settle()
	err := r.nvram.SetStartupConfig(text, []byte(r.running.Load().MasterKey))
	if err == nil && r.plugs.save(string(text)) {
		r.keepLinks(r.plugs.lasting())
		r.retry(r.applyAgain())
	}
	if err == nil {
		r.stampSaved(by)
	}
	return err
}

// NVRAMSize is the room for a saved configuration, in octets.
func (r *Router) NVRAMSize() int { return nvram.Size }

// EraseStartup removes the saved configuration.
func (r *Router) EraseStartup() error { return r.nvram.EraseStartupConfig() }
