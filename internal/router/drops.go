package router

import "slices"

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
	var clear, blocked, unsaid, overflow uint64
	for _, p := range r.protectedInterfaces(r.running.Load()) {
		c := counters[p.link]
		blocked += c.Blocked
		unsaid += c.Unsaid
		overflow += c.Overflow
		for _, refused := range c.Refused {
			for _, n := range refused {
				clear += n
			}
		}
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
	in, out, _ := r.kernel.Denied()
	d.Packets = append(d.Packets, DropReason{"output no way to the crypto engine", blocked},
		DropReason{"output ICMP error about a decrypted packet", unsaid},
		DropReason{"output queue to the crypto engine full", overflow},
		DropReason{"input not encrypted", clear},
		DropReason{"input buffer of protocol 50 full", r.raw.Overflowed()},
		DropReason{"input buffer of protocol 51 full", r.ah.Overflowed()},
		DropReason{"input buffer of UDP 4500 full", r.ike.encap.Overflowed()},
		DropReason{"input access list", in}, DropReason{"output access list", out})
	for _, c := range r.engine.Counters() {
		d.IKE = append(d.IKE, DropReason{c.Name, c.Value})
	}
	d.IKE = append(d.IKE, DropReason{"buffer of UDP 500 full", r.ike.plain.Overflowed()})
	return d
}
