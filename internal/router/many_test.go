package router

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"time"

	"conft/ike/exchange"
	"conft/internal/acl"
	"conft/internal/config"
	"conft/internal/nstest"
)

// Thousands of peers of a dynamic map without `match address` come at once: each is answered when
// the kernel has its traffic, and the kernel does not begin anew for each. When half of them
// have gone the others' traffic is still there, in the order in which they came.
func TestThousandsOfPeersAreShelteredTogether(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	r, err := Open(Options{Dir: t.TempDir(), Text: func(*config.Config) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	_, c := hub()
	c.CryptoMaps[0].LocalAddress = ""
	r.Start(c, false)
	defer r.Close(context.Background())
	r.mu.Lock()
	r.plugs.set([]mapping{{Interface: "GigabitEthernet0/0", Link: "none0"}}) // its rules wait for it
	r.mu.Unlock()
	const peers = 5000
	flow := func(i int) exchange.Flow {
		return exchange.Flow{Interface: "GigabitEthernet0/0", Map: "cisco", Seq: 65535<<16 | 10,
			Selector: exchange.Selector{Local: prefix("10.1.1.0/24"), Remote: exchange.Proxy{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{40, 1, byte(i >> 8), byte(i)}), 32)}}}
	}
	rules := func() map[acl.Entry]bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		has := map[acl.Entry]bool{}
		for _, e := range r.wanted.Crypto[0].Selectors[2].Rules {
			has[e] = true
		}
		return has
	}
	begin := time.Now()
	var all sync.WaitGroup
	for i := range peers {
		all.Go(func() {
			f := flow(i)
			if err := r.shelter(f); err != nil {
				t.Error(err)
			}
			if e := aclSelector(f.Selector).Entry(); i%100 == 0 && !rules()[e] {
				t.Errorf("peer %d was answered before its traffic was sheltered", i)
			}
		})
	}
	all.Wait()
	if took := time.Since(begin); took > 30*time.Second { // one after the other they took that long
		t.Errorf("%d peers in %v", peers, took)
	}
	for i := range peers / 2 {
		r.live.drop(flow(i))
	}
	for end := time.Now().Add(30 * time.Second); len(rules()) > peers/2; {
		if time.Now().After(end) {
			t.Fatalf("%d are still there", len(rules()))
		}
		<-time.After(10 * time.Millisecond)
	}
	if e := aclSelector(flow(peers - 1).Selector).Entry(); !rules()[e] {
		t.Errorf("peer %d lost its traffic", peers-1)
	}
}
