package dataplane

import (
	"sync/atomic"

	"conft/internal/acl"
	"conft/internal/packet"
)

const (
	// indexSpread bounds the indices: octets of memory are 16 times that for each entry.
	indexSpread = 64
	// fewACEs are as soon gone through one by one as found by another address.
	fewACEs = 8
)

// link is one interface that has had a TUN, a policy or an SA. It is never
// removed from Path.links, so SAs refer to it for good.
type link struct {
	dev     atomic.Pointer[device]  // nil while detached
	spd     atomic.Pointer[spd]     // nil without policy
	members atomic.Pointer[[]*link] // where it only stands for the SAs that these share
	icmp    limiter
}

// device is where the packets of the link's SAs come out, nil for nowhere.
func (l *link) device() *device {
	if m := l.members.Load(); m != nil {
		for _, o := range *m {
			if d := o.dev.Load(); d != nil {
				return d
			}
		}
	}
	return l.dev.Load()
}

// spd is the policy of one link, compiled. Immutable.
type spd struct {
	local  uint32
	df     DFBit
	after  bool           // fragment after encryption
	aces   []spdACE       // of all entries in sequence order
	index  *acl.PairIndex // of aces, by their destinations and sources
	narrow []*narrow      // by spdACE.entry; they change with the SAs
}

// spdACE is an ACE of one crypto map entry.
type spdACE struct {
	*acl.Entry
	entry int
	flow  *flow // nil for a deny
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
	cleared Stats // what they were at the last ClearFlowStats; guarded by Path.mu
}

// lookup finds the flow that protects the packet: entries in sequence order, in
// each the first ACE that matches. A deny goes on to the next entry, as on IOS.
// No policy has no flows.
func (s *spd) lookup(pkt *packet.Parsed) *flow {
	if s == nil {
		return nil
	}
	denied := -1
	for _, i := range s.index.At(pkt.Dst, pkt.Src) {
		a := &s.aces[i]
		if a.entry == denied || !a.Match(pkt) {
			continue
		}
		if a.flow == nil {
			denied = a.entry
			continue
		}
		if a.flow.out.Load() == nil {
			if n := s.narrow[a.entry].lookup(pkt); n != nil {
				return n
			}
		}
		return a.flow
	}
	return nil
}

// SetPolicy replaces the whole policy. SAs stay; those of an entry that is gone
// only receive until IKE removes them.
func (p *Path) SetPolicy(policy *Policy) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.policy = make(map[string]*Link, len(policy.Links))
	members := make(map[string][]*link)
	for i := range policy.Links {
		l := &policy.Links[i]
		p.policy[l.Interface] = l
		if m := p.link(l.Interface); l.SAs != "" && l.SAs != l.Interface {
			members[l.SAs] = append(members[l.SAs], m)
			p.link(l.SAs)
		}
	}
	for name, l := range p.links {
		m := members[name]
		l.members.Store(&m)
	}
	for _, f := range p.flows {
		f.named = false
	}
	p.narrows = make(map[entryKey]*narrow)
	compiled := make(map[*link]*spd)
	for name, l := range p.links {
		compiled[l] = p.compile(p.policy[name])
	}
	for _, f := range p.flows {
		if len(f.pairs) > 0 {
			p.expose(f)
		}
	}
	for l, s := range compiled {
		l.spd.Store(s)
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

// compile returns the policy of one link, nil for none. The caller holds p.mu.
func (p *Path) compile(policy *Link) *spd {
	if policy == nil {
		return nil
	}
	s := &spd{df: policy.DF, after: policy.FragmentAfter, local: acl.Word(policy.Local), narrow: make([]*narrow, len(policy.Entries))}
	var destinations, sources []acl.Addr
	for i, e := range policy.Entries {
		for j := range e.ACL.Entries {
			ace := spdACE{Entry: &e.ACL.Entries[j], entry: i}
			if ace.Remark != "" {
				continue
			}
			if ace.Action == acl.Permit {
				ace.flow = p.flow(FlowKey{policy.sas(), e.Map, e.Seq, ace.Selector()})
				ace.flow.named = true
			}
			s.aces = append(s.aces, ace)
			destinations, sources = append(destinations, ace.Dst), append(sources, ace.Src)
		}
		at := entryKey{policy.sas(), e.Map, e.Seq}
		if p.narrows[at] == nil {
			p.narrows[at] = &narrow{}
		}
		s.narrow[i] = p.narrows[at]
	}
	s.index = acl.NewPairIndex(destinations, sources, fewACEs, indexSpread)
	return s
}

// expose lets packets find a flow that has pairs and that no ACE names. The caller holds
// p.mu.
func (p *Path) expose(f *flow) {
	if n := p.narrows[f.key.entry()]; n != nil && !f.named {
		n.add(f)
	}
}

// conceal undoes expose, and forgets the flow, when it has lost its last pair. The caller
// holds p.mu.
func (p *Path) conceal(f *flow) {
	if f.named {
		return
	}
	if n := p.narrows[f.key.entry()]; n != nil {
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
