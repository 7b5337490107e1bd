package router

import (
	"slices"

	"conft/internal/acl"
	"conft/internal/kernel"
)

// CryptoDrops counts what was dropped instead of being passed on, since the router was
// started.
type CryptoDrops struct {
	Interfaces []InterfaceDrops // those with a crypto map
	Packets    []DropReason     // of the packet path
	IKE        []DropReason     // messages
}

// InterfaceDrops counts the packets dropped at one interface.
type InterfaceDrops struct {
	Interface string
	Address   uint32
	Dropped   uint64
}

// DropReason is one reason and how often it applied.
type DropReason struct {
	Reason string
	Count  uint64
}

// CryptoDrops returns every drop counter there is: of the kernel's rules, the data
// plane and IKE.
func (r *Router) CryptoDrops() CryptoDrops {
	var d CryptoDrops
	counters, _ := r.kernel.Counters() // as of a kernel that has counted nothing
	for _, p := range r.protectedInterfaces(r.running.Load()) {
		c := counters[p.link]
		d.Interfaces = append(d.Interfaces, InterfaceDrops{p.ifc.Name, p.ifc.Address.IP, c.Blocked + c.Unsaid + c.Overflow})
	}
	for _, id := range r.IPsecIdents() {
		i := slices.IndexFunc(d.Interfaces, func(i InterfaceDrops) bool { return i.Interface == id.Interface })
		if i >= 0 {
			d.Interfaces[i].Dropped += id.SendErrs + id.RecvErrs
		}
	}
	for _, c := range r.path.Counters() {
		d.Packets = append(d.Packets, DropReason{c.Name, c.Value})
	}
	k := r.ruleDrops(counters)
	if before := r.dropped.Load(); before != nil {
		k = k.and(*before)
	}
	d.Packets = append(d.Packets, DropReason{"output no way to the crypto engine", k.blocked},
		DropReason{"output ICMP error about a decrypted packet", k.unsaid},
		DropReason{"output queue to the crypto engine full", k.overflow},
		DropReason{"input not encrypted", k.clear},
		DropReason{"input buffer of protocol 50 full", r.raw.Overflowed()},
		DropReason{"input buffer of protocol 51 full", r.ah.Overflowed()},
		DropReason{"input buffer of UDP 4500 full", r.ike.encap.Overflowed()},
		DropReason{"input access list", k.in}, DropReason{"output access list", k.out})
	for _, c := range r.engine.Counters() {
		d.IKE = append(d.IKE, DropReason{c.Name, c.Value})
	}
	d.IKE = append(d.IKE, DropReason{"buffer of UDP 500 full", r.ike.plain.Overflowed()})
	return d
}

// ruleDrops are the packets that the kernel's rules and the queues before the engine have
// dropped.
type ruleDrops struct{ blocked, unsaid, overflow, clear, in, out uint64 }

func (r *Router) ruleDrops(counters map[string]kernel.Counters) (k ruleDrops) {
	for _, c := range counters {
		k.blocked += c.Blocked
		k.unsaid += c.Unsaid
		k.overflow += c.Overflow
		for _, refused := range c.Refused {
			for _, n := range refused {
				k.clear += n
			}
		}
	}
	k.in, k.out, _ = r.kernel.Denied()
	return k
}

func (k ruleDrops) and(o ruleDrops) ruleDrops {
	return ruleDrops{k.blocked + o.blocked, k.unsaid + o.unsaid, k.overflow + o.overflow,
		k.clear + o.clear, k.in + o.in, k.out + o.out}
}

// without is what k has and o, read later, has no more.
func (k ruleDrops) without(o ruleDrops) ruleDrops {
	less := func(a, b uint64) uint64 { return a - min(a, b) }
	return ruleDrops{less(k.blocked, o.blocked), less(k.unsaid, o.unsaid), less(k.overflow, o.overflow),
		less(k.clear, o.clear), less(k.in, o.in), less(k.out, o.out)}
}

// keepDropped keeps of what was dropped before a change that which nothing counts any more. The
// caller holds r.mu.
func (r *Router) keepDropped(was *ruleDrops) {
	if was == nil {
		return
	}
	counters, err := r.kernel.Counters()
	if err != nil { // somebody was at the rules: they count again from where they were
		return
	}
	kept := was.without(r.ruleDrops(counters))
	if before := r.dropped.Load(); before != nil {
		kept = kept.and(*before)
	}
	r.dropped.Store(&kept)
}

// countersGo reports whether a rule or a queue that counts what it drops is in old and not
// in want.
func countersGo(old, want kernel.Desired) bool {
	for _, l := range old.Crypto {
		i := slices.IndexFunc(want.Crypto, func(o kernel.CryptoLink) bool { return o.Link == l.Link && o.TUN == l.TUN })
		if i < 0 || lacks(want.Crypto[i].Selectors, l.Selectors) {
			return true
		}
	}
	return takenOff(old, want)
}

// lacks reports whether an entry of old is not in now.
func lacks(now, old []kernel.Selector) bool {
	if slices.EqualFunc(now, old, func(a, b kernel.Selector) bool { return a.Name == b.Name && slices.Equal(a.Rules, b.Rules) }) {
		return false
	}
	type place struct {
		name string
		acl.Entry
	}
	there := map[place]bool{}
	for _, s := range now {
		for _, e := range s.Rules {
			there[place{s.Name, unnumbered(e)}] = true
		}
	}
	for _, s := range old {
		for _, e := range s.Rules {
			if !there[place{s.Name, unnumbered(e)}] {
				return true
			}
		}
	}
	return false
}
