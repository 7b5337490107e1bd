package dataplane

import (
	"cmp"
	"slices"
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
	acl *acl.List
	// flows has the flow of each permitting ACE by its index.
	flows []*flow
	// narrow are the flows of SAs that the peer proposed for a part of what an
	// ACE permits, newest first.
	narrow []*flow
}

// flow is one traffic flow with its SAs.
type flow struct {
	key   FlowKey
	born  uint64
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
		for _, n := range e.narrow {
			if n.out.Load() != nil && n.key.Selector.MatchOutbound(pkt) {
				return n
			}
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
	for _, s := range *p.sad.Load() {
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
	if policy == nil {
		l.spd.Store(nil)
		return
	}
	s := &spd{df: policy.DF, after: policy.FragmentAfter, entries: make([]spdEntry, len(policy.Entries))}
	if policy.Local.Is4() {
		s.local = ipv4(policy.Local)
	}
	type place struct {
		name string
		seq  int
	}
	named := make(map[*flow]bool)
	for i, e := range policy.Entries {
		c := spdEntry{acl: e.ACL, flows: make([]*flow, len(e.ACL.Entries))}
		for j := range e.ACL.Entries {
			if ace := &e.ACL.Entries[j]; ace.Remark == "" && ace.Action == acl.Permit {
				c.flows[j] = p.flow(FlowKey{name, e.Map, e.Seq, ace.Selector()})
				named[c.flows[j]] = true
			}
		}
		s.entries[i] = c
	}
	narrow := make(map[place][]*flow)
	for key, f := range p.flows {
		if key.Interface == name && len(f.pairs) > 0 && !named[f] {
			at := place{key.Map, key.Seq}
			narrow[at] = append(narrow[at], f)
		}
	}
	for i, e := range policy.Entries {
		n := narrow[place{e.Map, e.Seq}]
		slices.SortFunc(n, func(a, b *flow) int { return cmp.Compare(b.born, a.born) })
		s.entries[i].narrow = n
	}
	l.spd.Store(s)
}

// forgetFlows removes the flows that neither the policy nor an SA names. The
// caller holds p.mu.
func (p *Path) forgetFlows() {
	named := make(map[*flow]bool)
	for _, l := range p.links {
		if s := l.spd.Load(); s != nil {
			for i := range s.entries {
				for _, f := range s.entries[i].flows {
					named[f] = true
				}
			}
		}
	}
	for key, f := range p.flows {
		if len(f.pairs) == 0 && !named[f] {
			delete(p.flows, key)
		}
	}
}
