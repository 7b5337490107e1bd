package ike

import (
	"errors"

	"conft/ike/exchange"
)

// shelter is the protection of a flow under a dynamic crypto map that leaves it to the
// peers which traffic is protected. It is kept while a Quick Mode waits for it or SAs need
// it.
type shelter struct {
	waiting int  // Quick Modes whose Shelter is under way
	stands  bool // the data plane has it
}

var errSkipped = errors.New("ike: the SA is gone")

// shelter begins a Shelter.
func (c *Core) shelter(s *sa, a exchange.Shelter) {
	h := c.shelters[a.Flow]
	if h == nil {
		h = &shelter{}
		c.shelters[a.Flow] = h
	}
	h.waiting++
	ipsec := c.o.IPsec
	c.job(s, Job{
		skip:  result{s, exchange.Sheltered{Node: a.Node, Flow: a.Flow, Err: errSkipped}},
		waits: true, // for the router, which may be applying a configuration
		run: func() result {
			return result{s, exchange.Sheltered{Node: a.Node, Flow: a.Flow, Err: ipsec.Shelter(a.Flow)}}
		},
	})
}

// sheltered notes the result of a Shelter before the machine has it. When the machine has
// done what it does, the Shelter is taken back unless there are SAs that need it.
func (c *Core) sheltered(ev exchange.Event) {
	if ev, ok := ev.(exchange.Sheltered); ok {
		h := c.shelters[ev.Flow]
		h.waiting--
		h.stands = h.stands || ev.Err == nil
		c.later = append(c.later, func() { c.release(ev.Flow) })
	}
}

// stands reports whether the data plane protects a flow.
func (c *Core) stands(f exchange.Flow) bool {
	h := c.shelters[f]
	return h != nil && h.stands
}

// release takes a Shelter back when nothing needs it any more.
func (c *Core) release(f exchange.Flow) {
	h := c.shelters[f]
	if h == nil || h.waiting > 0 {
		return
	}
	for _, p := range c.by.serving[f] {
		if p.Interface == f.Interface {
			return
		}
	}
	delete(c.shelters, f)
	c.o.IPsec.Release(f)
}
