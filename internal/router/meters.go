package router

import (
	"context"
	"sync"
	"time"

	"conft/internal/config"
	"conft/internal/kernel"
)

// samplePeriod is how often the counters of the links are read.
const samplePeriod = 5 * time.Second

// meters are the meters of the interfaces by name. They are safe for concurrent use.
type meters struct {
	mu  sync.Mutex
	all map[string]*meter
}

// with calls f with the meter of an interface.
func (m *meters) with(name string, f func(*meter)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[string]*meter{}
	}
	if m.all[name] == nil {
		m.all[name] = &meter{}
	}
	f(m.all[name])
}

// watchLoad samples the counters until ctx ends.
func (r *Router) watchLoad(ctx context.Context) {
	tick := time.NewTicker(samplePeriod)
	defer tick.Stop()
	for {
		now := time.Now()
		r.eachLink(r.linkStates(), func(i *config.Interface, l *kernel.LinkState) {
			interval := time.Duration(i.LoadSeconds()) * time.Second
			r.meters.with(i.Name, func(m *meter) { m.sample(now, countOf(l), interval) })
		})
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// eachLink calls f with each interface that has a link now.
func (r *Router) eachLink(links []kernel.LinkState, f func(*config.Interface, *kernel.LinkState)) {
	for _, i := range r.running.Load().Interfaces {
		for n := range links {
			if links[n].Name == r.linkOf(i.Name) {
				f(i, &links[n])
			}
		}
	}
}

func countOf(l *kernel.LinkState) linkCount { return linkCount{l.RX, l.TX, l.Detail} }

// ClearCounters counts an interface anew from now, or all when name is "".
func (r *Router) ClearCounters(name string) {
	now := time.Now()
	r.eachLink(r.linkStates(), func(i *config.Interface, l *kernel.LinkState) {
		if name == "" || name == i.Name {
			r.meters.with(i.Name, func(m *meter) { m.clear(now, countOf(l)) })
		}
	})
}
