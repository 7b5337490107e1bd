package dataplane

import (
	"cmp"
	"slices"
	"sync/atomic"

	"conft/internal/acl"
	"conft/internal/packet"
)

// indexSpread bounds the indices: octets of memory are 8 times that for each entry.
const indexSpread = 64

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
	after  bool       // fragment after encryption
	aces   []spdACE   // of all entries in sequence order
	byDst  *acl.Index // of aces, by their destinations
	narrow []narrow   // by spdACE.entry
}

// spdACE is an ACE of one crypto map entry.
type spdACE struct {
	*acl.Entry
	entry int
	flow  *flow // nil for a deny
}

// narrow are the flows of SAs that the peer proposed for a part of what an ACE of one
// entry permits, newest first.
type narrow struct {
	flows    []*flow
	byRemote *acl.Index
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
	denied := -1
	for _, i := range s.byDst.At(pkt.Dst) {
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

// lookup finds the newest flow with an SA for the packet.
func (n *narrow) lookup(pkt *packet.Parsed) *flow {
	if len(n.flows) == 0 {
		return nil
	}
	for _, i := range n.byRemote.At(pkt.Dst) {
		if f := n.flows[i]; f.out.Load() != nil && f.key.Selector.MatchOutbound(pkt) {
			return f
		}
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
	s := &spd{df: policy.DF, after: policy.FragmentAfter, narrow: make([]narrow, len(policy.Entries))}
	if policy.Local.Is4() {
		s.local = ipv4(policy.Local)
	}
	type place struct {
		name string
		seq  int
	}
	named := make(map[*flow]bool)
	var destinations []acl.Addr
	for i, e := range policy.Entries {
		for j := range e.ACL.Entries {
			ace := spdACE{Entry: &e.ACL.Entries[j], entry: i}
			if ace.Remark != "" {
				continue
			}
			if ace.Action == acl.Permit {
				ace.flow = p.flow(FlowKey{policy.sas(), e.Map, e.Seq, ace.Selector()})
				named[ace.flow] = true
			}
			s.aces = append(s.aces, ace)
			destinations = append(destinations, ace.Dst)
		}
	}
	s.byDst = acl.NewIndex(destinations, indexSpread)
	parts := make(map[place][]*flow)
	for key, f := range p.flows {
		if key.Interface == policy.sas() && len(f.pairs) > 0 && !named[f] {
			at := place{key.Map, key.Seq}
			parts[at] = append(parts[at], f)
		}
	}
	for i, e := range policy.Entries {
		n := parts[place{e.Map, e.Seq}]
		slices.SortFunc(n, func(a, b *flow) int { return cmp.Compare(b.born, a.born) })
		remotes := make([]acl.Addr, len(n))
		for j, f := range n {
			remotes[j] = f.key.Selector.Remote.Addr
		}
		s.narrow[i] = narrow{n, acl.NewIndex(remotes, indexSpread)}
	}
	l.spd.Store(s)
}

// publishSAs compiles the policy of every link that has the SAs of a set. The caller holds
// p.mu.
func (p *Path) publishSAs(sas string) {
	for name, l := range p.policy {
		if l.sas() == sas {
			p.publish(name)
		}
	}
}

// named reports whether an ACE of the policy has the flow. The caller holds p.mu.
func (p *Path) named(f *flow) bool {
	for name, l := range p.policy {
		if l.sas() != f.key.Interface {
			continue
		}
		s := p.links[name].spd.Load()
		for _, i := range s.byDst.At(f.key.Selector.Remote.Addr.Base) {
			if s.aces[i].flow == f {
				return true
			}
		}
	}
	return false
}

// forgetFlows removes the flows that neither the policy nor an SA names. The
// caller holds p.mu.
func (p *Path) forgetFlows() {
	named := make(map[*flow]bool)
	for _, l := range p.links {
		if s := l.spd.Load(); s != nil {
			for i := range s.aces {
				named[s.aces[i].flow] = true
			}
		}
	}
	for key, f := range p.flows {
		if len(f.pairs) == 0 && !named[f] {
			delete(p.flows, key)
		}
	}
}
