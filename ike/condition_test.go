package ike_test

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
)

// watcher counts the debug lines that reach it; it watches one peer.
type watcher struct {
	peer netip.Addr

	mu    sync.Mutex
	debug int
}

func (w *watcher) On(debug.Flag) bool           { return true }
func (w *watcher) Watches(peer netip.Addr) bool { return peer == w.peer }
func (w *watcher) Emit(e debug.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Flag() != debug.FlagNone {
		w.debug++
	}
}

// TestDebugOfOnePeer negotiates, renews and deletes under a condition: every line is about
// the one peer that there is, or none is wanted.
func TestDebugOfOnePeer(t *testing.T) {
	lines := func(watched netip.Addr) (count int) {
		synctest.Test(t, func(t *testing.T) {
			l := &line{engines: make(map[netip.Addr]*ike.Engine)}
			a, b := iketest.Policies()
			hub := &watcher{peer: watched}
			e1 := ike.New(ike.Options{Send: l.send, IPsec: &plane{Plane: iketest.NewPlane()}, Hub: hub, Rand: &seeded{r: rand.NewChaCha8([32]byte{1})}})
			e3 := ike.New(ike.Options{Send: l.send, IPsec: &plane{Plane: iketest.NewPlane()}, Hub: silent{}, Rand: &seeded{r: rand.NewChaCha8([32]byte{3})}})
			l.engines[iketest.Addr1], l.engines[iketest.Addr3] = e1, e3
			go e1.Run(t.Context())
			go e3.Run(t.Context())
			e1.SetPolicy(a)
			e3.SetPolicy(b)
			e1.Acquire(exchange.Acquire{Flow: exchange.Flow{Interface: iketest.Outside, Map: "MAP", Seq: 10, Selector: iketest.Flow}})
			synctest.Wait()
			time.Sleep(2 * time.Hour)
			synctest.Wait()
			e1.Close()
			e3.Close()
			count = hub.debug
		})
		return count
	}
	with, without := lines(iketest.Addr3), lines(netip.MustParseAddr("192.0.2.1"))
	if with < 50 || without != 0 {
		t.Errorf("%d lines about the peer, %d about another", with, without)
	}
}
