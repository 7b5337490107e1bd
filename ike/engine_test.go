package ike_test

import (
	"context"
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

// line joins engines as a network would; it is safe for concurrent use.
type line struct {
	mu      sync.Mutex
	engines map[netip.Addr]*ike.Engine
	sent    int
}

func (l *line) send(local, remote netip.AddrPort, datagram []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent++
	if e := l.engines[remote.Addr()]; e != nil {
		e.Receive(remote, local, datagram)
	}
	return nil
}

// plane guards a fake data plane that the test looks at while the engine runs.
type plane struct {
	mu sync.Mutex
	*iketest.Plane
}

func (p *plane) Install(s exchange.SAPair) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Plane.Install(s)
}

func (p *plane) Remove(spi uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.Plane.Remove(spi)
}

func (p *plane) pairs() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.Pairs)
}

type silent struct{}

func (silent) Emit(debug.Event)        {}
func (silent) On(debug.Flag) bool      { return false }
func (silent) Watches(netip.Addr) bool { return true }

// seeded is a source of randomness that workers may share.
type seeded struct {
	mu sync.Mutex
	r  *rand.ChaCha8
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.r.Read(b)
}

// engines returns both routers of the lab, running.
func engines(ctx context.Context) (l *line, e1, e3 *ike.Engine, p1, p3 *plane) {
	l = &line{engines: make(map[netip.Addr]*ike.Engine)}
	one := func(addr netip.Addr, policy *exchange.Policy, seed byte) (*ike.Engine, *plane) {
		p := &plane{Plane: iketest.NewPlane()}
		e := ike.New(ike.Options{Send: l.send, IPsec: p, Hub: silent{}, Rand: &seeded{r: rand.NewChaCha8([32]byte{seed})}})
		l.engines[addr] = e
		go e.Run(ctx)
		e.SetPolicy(policy)
		return e, p
	}
	a, b := iketest.Policies()
	e1, p1 = one(iketest.Addr1, a, 1)
	e3, p3 = one(iketest.Addr3, b, 3)
	return l, e1, e3, p1, p3
}

func TestEngines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, e1, e3, p1, p3 := engines(t.Context())
		for range 100 { // as many packets find no SA
			e1.Acquire(exchange.Acquire{Flow: exchange.Flow{Interface: iketest.Outside, Map: "MAP", Seq: 10, Selector: iketest.Flow}})
		}
		synctest.Wait()
		if p1.pairs() != 1 || p3.pairs() != 1 || l.sent != 9 {
			t.Fatalf("%d and %d pairs after %d datagrams", p1.pairs(), p3.pairs(), l.sent)
		}
		if sas := e3.ISAKMPSAs(); len(sas) != 1 || sas[0].State != "QM_IDLE" || sas[0].Initiator || sas[0].ConnID != 1 {
			t.Errorf("the responder shows %+v", sas)
		}
		if sas := e1.IPsecSAs(); len(sas) != 1 || sas[0].Selector != iketest.Flow || !sas[0].Initiator {
			t.Errorf("the initiator shows %+v", sas)
		}
		time.Sleep(2 * time.Hour) // of the bubble's: unused SAs end
		synctest.Wait()
		if p1.pairs() != 0 || p3.pairs() != 0 {
			t.Error("SAs outlive their lifetime")
		}
		e1.Close()
		e1.Close()
		e3.Close()
		if e1.ISAKMPSAs() != nil {
			t.Error("a closed engine answers")
		}
	})
}

// What an operator types after `clear crypto sa` finds no SA.
func TestClearIsDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, e1, e3, p1, _ := engines(t.Context())
		for range 20 {
			e1.Acquire(exchange.Acquire{Flow: exchange.Flow{Interface: iketest.Outside, Map: "MAP", Seq: 10, Selector: iketest.Flow}})
			synctest.Wait()
			if p1.pairs() != 1 {
				t.Fatalf("%d pairs before", p1.pairs())
			}
			e1.ClearSA(ike.ClearSA{})
			if n := p1.pairs(); n != 0 {
				t.Fatalf("%d pairs after", n)
			}
		}
		e1.Close()
		e3.Close()
	})
}

// An orderly stop tells the peers.
func TestShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, e1, e3, p1, p3 := engines(t.Context())
		e1.Acquire(exchange.Acquire{Flow: exchange.Flow{Interface: iketest.Outside, Map: "MAP", Seq: 10, Selector: iketest.Flow}})
		synctest.Wait()
		if p3.pairs() != 1 {
			t.Fatal("no tunnel")
		}
		e1.Shutdown(t.Context())
		synctest.Wait()
		if p1.pairs() != 0 || p3.pairs() != 0 {
			t.Errorf("%d and %d pairs remain", p1.pairs(), p3.pairs())
		}
		if sas := e3.ISAKMPSAs(); len(sas) != 1 || !sas[0].Deleted {
			t.Errorf("the peer shows %+v", sas)
		}
		e3.Close()
	})
}

// A loop that is busy, or not running yet, costs datagrams and nothing else.
func TestMailboxIsBounded(t *testing.T) {
	e := ike.New(ike.Options{Send: func(_, _ netip.AddrPort, _ []byte) error { return nil }, IPsec: iketest.NewPlane(), Hub: silent{}})
	from := netip.AddrPortFrom(iketest.Addr1, 500)
	for range 10000 {
		e.Receive(from, from, []byte("not ISAKMP"))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go e.Run(ctx)
	count := make(map[string]uint64)
	for count["malformed header"] == 0 {
		for _, c := range e.Counters() {
			count[c.Name] = c.Value
		}
	}
	if count["mailbox full"] == 0 || count["mailbox full"] > 10000 {
		t.Errorf("counters: %v", count)
	}
	cancel()
	e.Close()
}
