package kernel

import (
	"net"
	"sync"
	"testing"
	"time"

	"conft/internal/acl"
	"conft/internal/nstest"
)

// While thousands of entries change, none of the packets of one that stays goes in clear, be the
// change one of the list, or a new process that finds the rules of the last.
func TestNothingGoesInClearWhileMapsChange(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	far := newNetns(t)
	cable(t, netns{}, "lan0", "", newNetns(t), "eth0", "10.1.1.2/24")
	cable(t, netns{}, "wan0", "", far, "wan0", "12.12.12.3/24")
	d := router("12.12.12.1", "10.1.1.1", "30.0.0.0/8", "12.12.12.3")
	stays := acl.Entry{Src: acl.Any, Dst: network("30.1.0.0/16")}
	with := func(more int) Desired {
		d := d
		d.Crypto = []CryptoLink{d.Crypto[0]}
		s := Selector{Name: "CMAP 10", Rules: []acl.Entry{stays}}
		for i := range 2000 + more {
			s.Rules = append(s.Rules, acl.Entry{Src: acl.Any, Dst: acl.Addr{Base: 31<<24 | uint32(i)<<4}})
		}
		d.Crypto[0].Selectors = []Selector{s}
		return d
	}
	k, err := Open()
	must(t, err)
	must(t, k.Apply(with(0)))
	w := tap(t, far, "wan0")
	stop, tick := make(chan struct{}), time.NewTicker(200*time.Microsecond)
	defer tick.Stop()
	var sender sync.WaitGroup
	sender.Go(func() {
		c, err := net.Dial("udp4", "30.1.0.1:9")
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				c.Write([]byte("x")) // it is refused: nothing takes it from the rules
			}
		}
	})
	for i := range 6 {
		must(t, k.Apply(with(i%2)))
	}
	changed := clearPackets(w.arrived(t, 0))
	c, err := k.Counters()
	must(t, err)
	next, err := Open() // k is as one that was killed
	must(t, err)
	must(t, next.Apply(with(0)))
	began := clearPackets(w.arrived(t, 0))
	close(stop)
	sender.Wait()
	if changed > 0 || began > 0 || c["wan0"].Matched[0][0] == 0 {
		t.Errorf("in clear %d while rules changed, %d at a new beginning; %d were met", changed, began, c["wan0"].Matched[0][0])
	}
	next.Close()
}
