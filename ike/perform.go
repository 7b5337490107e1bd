package ike

import (
	"slices"

	"conft/debug"
	"conft/ike/exchange"
)

// nonESPMarker precedes IKE messages on port 4500 (RFC 3948, section 2.2).
var nonESPMarker = []byte{0, 0, 0, 0}

const floatPort = 4500

// step gives a machine one event and performs the actions it answers with.
func (c *Core) step(s *sa, ev exchange.Event) {
	env := exchange.Env{Now: c.now, Rand: c.o.Rand, Policy: c.policy, Registry: c, Tracing: c.tracing()}
	said := account{f: exchange.Failure{Peer: s.peer.Addr}}
	out := s.m.Step(env, ev, c.actions[:0])
	c.actions = nil // in use: what an action does may be another step
	if !s.gone {
		c.by.sort(s)
	}
	for _, a := range out {
		if t, ok := a.(exchange.Trace); ok {
			said.read(t.Event)
		}
		c.about = s.peer.Addr
		c.perform(s, a)
	}
	clear(out)
	c.actions = out[:0]
	if said.failed {
		said.stand(s.m.At())
		c.remember(said.f)
	}
}

// perform does one action. What concerns other machines waits until this step is done.
func (c *Core) perform(s *sa, a exchange.Action) {
	switch a := a.(type) {
	case exchange.Trace:
		c.emit(a.Event)
	case exchange.Send:
		c.send(a)
	case exchange.Arm:
		c.timers.set(timerKey{s, a.Timer}, c.now.Add(a.After))
	case exchange.Disarm:
		c.timers.stop(timerKey{s, a.Timer})
	case exchange.Derive:
		c.job(s, c.derive(s, a))
	case exchange.Sign:
		c.job(s, Job{skip: result{s, exchange.Signed{}}, run: func() result {
			signature, err := a.With(a.Hash)
			return result{s, exchange.Signed{Signature: signature, Err: err}}
		}})
	case exchange.Verify:
		c.job(s, Job{skip: result{s, exchange.Verdict{}}, waits: true, run: func() result {
			return result{s, a.By.Judge(a.Claim)}
		}})
	case exchange.Shelter:
		c.shelter(s, a)
	case exchange.Drop:
		c.drop(a.Reason)
	case exchange.Established:
		for _, r := range c.requests {
			if r.sa == s {
				r.tried = false
			}
		}
		c.later = append(c.later, func() { c.crowd(s) })
	case exchange.InitialContact:
		c.later = append(c.later, func() { c.initialContact(s) })
	case exchange.Renew:
		c.later = append(c.later, func() { c.renew(s) })
	case exchange.Install:
		c.install(s, a)
	case exchange.Enable:
		c.later = append(c.later, func() { c.confirmed(a.InboundSPI) })
	case exchange.Withdraw:
		c.later = append(c.later, func() { c.withdraw(a.InboundSPI) })
	case exchange.PeerDeleted:
		c.later = append(c.later, func() { c.peerDeleted(s, a) })
	case exchange.Roamed:
		c.later = append(c.later, func() { c.roamed(s, a.Remote) })
	case exchange.PeerDead:
		s.lost = true
		c.later = append(c.later, func() { c.peerDead(s) })
	case exchange.Failed:
		c.later = append(c.later, func() { c.failed(a.Request) })
	case exchange.Dead:
		c.later = append(c.later, func() { c.dead(s, a.Requests) })
	case exchange.Gone:
		c.later = append(c.later, func() { c.forget(s) })
	}
}

func (c *Core) send(a exchange.Send) {
	data := a.Data
	if a.Local.Port() == floatPort && len(data) > 1 { // not a keepalive
		data = slices.Concat(nonESPMarker, data)
	}
	if err := c.o.Send(a.Local, a.Remote, data); err != nil {
		c.drop("not sent")
	}
}

// job leaves slow work for somebody else.
func (c *Core) job(s *sa, j Job) {
	j.peer, j.stranger = s.peer.Addr, s.lot != notOpen
	c.jobs = append(c.jobs, j)
}

// derive is the job of a Derive. The worker alone uses the private key until the result
// is handled.
func (c *Core) derive(s *sa, a exchange.Derive) Job {
	rand := c.o.Rand
	skip := result{s, exchange.Secret{Node: a.Node, Key: a.Key}}
	return Job{skip: skip, run: func() result {
		ev := exchange.Secret{Node: a.Node, Key: a.Key}
		if ev.Key == nil {
			ev.Key, ev.Err = a.Group.GenerateKey(rand)
		}
		if ev.Err == nil && a.Peer != nil {
			ev.Shared, ev.Err = ev.Key.Secret(a.Peer)
		}
		return result{s, ev}
	}}
}

// dead gives the requests of an SA that ended another chance: with the same peer if
// phase 1 had been up, else with the next one.
func (c *Core) dead(s *sa, requests []exchange.Request) {
	c.reap(s.peer)
	for _, r := range requests {
		q := c.requests[keyOf(r)]
		if q == nil {
			continue
		}
		if q.tried = !s.m.Since().IsZero() && !s.lost && !q.tried; !q.tried && !c.nextPeer(q) {
			c.dropRequest(q)
			continue
		}
		c.assign(q)
	}
}

// keyMessage reports that the key engine asks for SAs, of which 15.x says nothing.
func (c *Core) keyMessage(at debug.At) {
	if !c.ios15() {
		c.emit(debug.ISAKMPKeyMessage{At: at, Kind: debug.KeySARequest, Count: 1})
	}
}
