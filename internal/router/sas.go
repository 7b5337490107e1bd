package router

import (
	"cmp"
	"net/netip"
	"slices"

	"conft/esp"
	"conft/ike"
	"conft/ike/exchange"
	"conft/internal/config"
	"conft/internal/dataplane"
)

// sas is the data plane as IKE sees it.
type sas struct {
	path *dataplane.Path
	r    *Router
}

// Install implements ike.IPsec.
func (s *sas) Install(p exchange.SAPair) error {
	sa := dataplane.SA{
		Flow:  flowOf(p.SAInfo),
		InSPI: p.InboundSPI, OutSPI: p.OutboundSPI,
		InKeys: espKeys(p.Set, p.Inbound), OutKeys: espKeys(p.Set, p.Outbound),
		Local: p.Local, Remote: p.Remote,
		ConnID:  p.InboundConn,
		HardKB:  uint64(p.LifeKilobytes),
		Window:  s.r.window(p.SAInfo),
		Standby: true,
		Roams:   p.Roams,

		Transport: p.Transport, SentFrom: p.SentFrom, SentTo: p.SentTo,
	}
	for _, leg := range p.Legs() {
		if leg.AH {
			sa.AH = dataplane.AH{Auth: leg.Set.AH, InSPI: leg.InboundSPI, OutSPI: leg.OutboundSPI,
				InKey: p.Inbound.AH, OutKey: p.Outbound.AH, ConnID: leg.InboundConn}
		}
	}
	if !p.UDPEncap {
		sa.Local, sa.Remote = netip.AddrPortFrom(p.Local.Addr(), 0), netip.AddrPortFrom(p.Remote.Addr(), 0)
	}
	err := s.path.Install(sa)
	p.Inbound.Clear()
	p.Outbound.Clear()
	if err == nil {
		s.r.live.change(func() { s.r.live.pairs[p.InboundSPI] = p.SAInfo })
	}
	return err
}

// Enable implements ike.IPsec.
func (s *sas) Enable(inboundSPI uint32) { s.path.Enable(inboundSPI) }

// Remove implements ike.IPsec.
func (s *sas) Remove(inboundSPI uint32) {
	s.path.Remove(inboundSPI)
	s.r.live.change(func() { delete(s.r.live.pairs, inboundSPI) })
}

// Shelter implements ike.IPsec.
func (s *sas) Shelter(f exchange.Flow) error { return s.r.shelter(f) }

// Release implements ike.IPsec.
func (s *sas) Release(f exchange.Flow) { s.r.live.drop(f) }

// Move implements ike.IPsec.
func (s *sas) Move(inboundSPI uint32, remote netip.AddrPort) { s.path.Move(inboundSPI, remote) }

// Traffic implements ike.IPsec.
func (s *sas) Traffic(inboundSPI uint32) exchange.Traffic {
	st, _ := s.path.Stats(inboundSPI)
	return exchange.Traffic{Sent: st.Encaps, Received: st.Decaps}
}

// window is the anti-replay window of a pair, as the configuration has it now.
func (r *Router) window(i exchange.SAInfo) int {
	c := r.running.Load()
	for _, p := range r.protectedInterfaces(c) {
		for _, e := range p.entries {
			if p.ifc.Name == i.Interface && p.cmap.Name == i.Map && e.Seq == i.Seq {
				return cmp.Or(e.Replay.Size(c.Replay), esp.NoWindow)
			}
		}
	}
	return cmp.Or(config.Replay{}.Size(c.Replay), esp.NoWindow)
}

func flowOf(i exchange.SAInfo) dataplane.FlowKey {
	return dataplane.FlowKey{Interface: i.Interface, Map: i.Map, Seq: i.Seq, Selector: aclSelector(i.Selector)}
}

func espKeys(t exchange.TransformSet, k exchange.Keys) esp.Keys {
	return esp.Keys{Transform: t.Transform, KeyBits: t.KeyBits, Auth: t.Auth, EncKey: k.Encryption, AuthKey: k.Authentication}
}

// acquire passes a packet's wish for an SA on to IKE.
func (r *Router) acquire(a dataplane.Acquire) {
	f := a.Flow
	s := exchange.Selector{Local: ikeProxy(f.Selector.Local), Remote: ikeProxy(f.Selector.Remote)}
	r.engine.Acquire(exchange.Acquire{Flow: exchange.Flow{Interface: f.Interface, Map: f.Map, Seq: f.Seq, Selector: s}})
}

// listen opens the sockets and makes IKE and the data plane, which need each other.
func (r *Router) listen(cores int) error {
	udp500, err := r.kernel.ListenUDP(500)
	if err != nil {
		return err
	}
	udp4500, err := r.kernel.ListenUDP(4500)
	if err != nil {
		udp500.Close()
		return err
	}
	raw, err := r.kernel.ListenESP()
	if err != nil {
		udp500.Close()
		udp4500.Close()
		return err
	}
	ah, err := r.kernel.ListenAH()
	if err != nil {
		udp500.Close()
		udp4500.Close()
		raw.Close()
		return err
	}
	r.ike, r.raw, r.ah = &ikeSockets{plain: udp500, encap: udp4500}, raw, ah
	ipsec := &sas{r: r}
	r.engine = ike.New(ike.Options{Send: r.ike.send, IPsec: ipsec, Hub: r.hub, Cores: cores})
	// The data plane receives from here on; what it has for IKE waits in the mailbox.
	r.path = dataplane.New(dataplane.Options{
		ESP: raw, AH: ah, UDP: udp4500, Hub: r.hub, Cores: cores,
		IKE:           r.engine.Receive,
		Acquire:       r.acquire,
		VolumeExpired: r.engine.VolumeExpired,
		InvalidSPI:    r.engine.InvalidSPI,
		Moved:         r.engine.Moved,
		Toward:        r.toward,
	})
	ipsec.path = r.path
	return nil
}

// toward is the router's address towards a host, and whether no ICMP unreachables leave by
// the interface there.
func (r *Router) toward(host netip.Addr) (from netip.Addr, quiet bool) {
	link, from := r.kernel.Toward(host)
	quiet = link != "" && slices.ContainsFunc(r.running.Load().Interfaces, func(i *config.Interface) bool {
		return i.NoUnreachables && r.plugs.link(i.Name) == link
	})
	return from, quiet
}

// SASelection names IPsec SAs, all of them when it is the zero value.
type SASelection struct {
	Peer netip.Addr
	Map  string     // crypto map
	To   netip.Addr // with SPI and AH: where one of them leads to
	SPI  uint32
	AH   bool
}

// ClearSA deletes IPsec SAs.
func (r *Router) ClearSA(s SASelection) { r.engine.ClearSA(ike.ClearSA(s)) }

// ClearISAKMP deletes the ISAKMP SA of a connection id, or all when it is 0.
func (r *Router) ClearISAKMP(connID uint32) { r.engine.ClearISAKMP(connID) }
