package dataplane

import (
	"sync/atomic"

	"conft/internal/acl"
	"conft/internal/packet"
)

// link is one interface that has had a TUN, a policy or an SA. It is never
// removed from Path.links, so SAs refer to it for good.
type link struct {
	dev  atomic.Pointer[device] // nil while detached
	spd  atomic.Pointer[spd]    // nil without policy
	icmp limiter
}

// spd is the policy of one link, compiled. Immutable.
type spd struct {
	local   uint32
	df      DFBit
	after   bool // fragment after encryption
	entries []spdEntry
}

// spdEntry is one crypto map entry.
type spdEntry struct {
	name string // and seq: of the crypto map
	seq  int
	acl  *acl.List
	// flows has the flow of each permitting ACE by its index.
	flows []*flow
	// narrow are the others that have SAs. It changes with them.
	narrow *narrow
}

// flow is one traffic flow with its SAs.
type flow struct {
	key   FlowKey
	born  uint64
	named bool                 // by an ACE of the policy; guarded by Path.mu
	pairs []*pair              // guarded by Path.mu; the last to be installed or enabled is last
	out   atomic.Pointer[pair] // the last of pairs that may send; nil asks IKE
	ask   limiter
	stats
}

// lookup finds the flow that protects the packet: entries in sequence order, in
// each the first ACE that matches. A deny goes on to the next entry, as on IOS.
// No policy has no flows.
func (s *spd) lookup(pkt *packet.Parsed) *flow {
	if s == nil {
		return nil
	}
	for i := range s.entries {
		e := &s.entries[i]
		ace := e.acl.Match(pkt)
		if ace < 0 || e.flows[ace] == nil {
			continue
		}
		f := e.flows[ace]
		if sa := f.out.Load(); sa != nil {
			return f
		}
		if n := e.narrow.lookup(pkt); n != nil {
			return n
		}
		return f
	}
	return nil
}

// SetPolicy replaces the whole policy. SAs stay; those of an entry that is gone
// only receive until IKE removes them.
func (p *Path) SetPolicy(policy *Policy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.policy = make(map[string]*Link, len(policy.Links))
	for i := range policy.Links {
		p.policy[policy.Links[i].Interface] = &policy.Links[i]
		p.link(policy.Links[i].Interface)
	}
	for name := range p.links {
		p.publish(name)
	}
	p.forgetFlows()
	for s := range p.sad.all() {
		p.fitMTU(s)
	}
}

// link returns the link of an interface, making it on first use. The caller
// holds p.mu.
func (p *Path) link(name string) *link {
	l := p.links[name]
	if l == nil {
		l = &link{icmp: limiter{interval: icmpInterval, burst: icmpBurst}}
		p.links[name] = l
	}
	return l
}

// flow likewise returns the flow of a key.
func (p *Path) flow(key FlowKey) *flow {
	f := p.flows[key]
	if f == nil {
		p.born++
		f = &flow{key: key, born: p.born, ask: limiter{interval: acquireInterval, burst: 1}}
		p.flows[key] = f
	}
	return f
}

// publish compiles the policy of one link. The caller holds p.mu.
func (p *Path) publish(name string) {
	l, policy := p.links[name], p.policy[name]
	for key, f := range p.flows {
		if key.Interface == name {
			f.named = false
		}
	}
	if policy == nil {
		l.spd.Store(nil)
		return
	}
	s := &spd{df: policy.DF, after: policy.FragmentAfter, entries: make([]spdEntry, len(policy.Entries))}
	if policy.Local.Is4() {
		s.local = ipv4(policy.Local)
	}
	for i, e := range policy.Entries {
		c := spdEntry{name: e.Map, seq: e.Seq, acl: e.ACL, flows: make([]*flow, len(e.ACL.Entries)), narrow: &narrow{}}
		for j := range e.ACL.Entries {
			if ace := &e.ACL.Entries[j]; ace.Remark == "" && ace.Action == acl.Permit {
				c.flows[j] = p.flow(FlowKey{name, e.Map, e.Seq, ace.Selector()})
				c.flows[j].named = true
			}
		}
		s.entries[i] = c
	}
	for key, f := range p.flows {
		if n := s.narrow(key); n != nil && key.Interface == name && len(f.pairs) > 0 && !f.named {
			n.add(f)
		}
	}
	l.spd.Store(s)
}

// narrow returns where the flows of an entry are that no ACE names, nil if there is no
// such entry.
func (s *spd) narrow(key FlowKey) *narrow {
	if s == nil {
		return nil
	}
	for i := range s.entries {
		if e := &s.entries[i]; e.name == key.Map && e.seq == key.Seq {
			return e.narrow
		}
	}
	return nil
}

// expose lets packets find a flow that has its first pair. The caller holds p.mu.
func (p *Path) expose(f *flow) {
	if n := p.links[f.key.Interface].spd.Load().narrow(f.key); n != nil && !f.named {
		n.add(f)
	}
}

// conceal undoes expose, and forgets the flow, when it has lost its last pair. The caller
// holds p.mu.
func (p *Path) conceal(f *flow) {
	if f.named {
		return
	}
	if n := p.links[f.key.Interface].spd.Load().narrow(f.key); n != nil {
		n.remove(f)
	}
	delete(p.flows, f.key)
}

// forgetFlows removes the flows that neither the policy nor an SA names. The
// caller holds p.mu.
func (p *Path) forgetFlows() {
	for key, f := range p.flows {
		if len(f.pairs) == 0 && !f.named {
			delete(p.flows, key)
		}
	}
}
