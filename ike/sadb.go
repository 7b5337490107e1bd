package ike

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
	"conft/ike/v1"
)

// MaxDatagram is how long a message may be, in octets.
const MaxDatagram = 10000

// Bounds of what one peer can make the engine keep, so that there is room for others.
const (
	maxPeerSAs   = 16               // ISAKMP SAs that are up
	maxPeerFlows = 1024             // with IPsec SAs
	maxPeerPairs = 2 * maxPeerFlows // of those: for a while a pair is there beside the one it replaces
)

// sa is an ISAKMP SA: its machine and what it is found by.
type sa struct {
	timed
	m      *v1.Phase1
	cookie [8]byte // our own
	peer   *exchange.Peer
	offer  offer // of a responder's SA
	gone   bool
	lost   bool // its peer does not answer

	// Where the index has it.
	responder, dead, computing bool
	lot                        lot
	place                      int
	born                       uint64

	past exchange.Traffic // of pairs with the peer that are gone
}

// offer is what a first message is recognised by when it comes again.
type offer struct {
	remote netip.AddrPort
	cookie [8]byte
}

// receive finds the SA of a datagram, or makes one for a first message.
func (c *Core) receive(d Datagram) {
	c.about = d.Remote.Addr()
	if len(d.Data) > MaxDatagram {
		c.drop("too long")
		c.refuse(d.Remote.Addr(), debug.CryptoBadMessage{Peer: d.Remote.Addr()})
		return
	}
	h, err := payload.DecodeHeader(d.Data)
	if err != nil {
		c.drop("malformed header")
		c.refuse(d.Remote.Addr(), debug.CryptoBadMessage{Peer: d.Remote.Addr()})
		return
	}
	if h.Version>>4 != payload.Version1>>4 {
		c.drop("IKE version not supported")
		return
	}
	if s := c.find(h, d.Remote); s != nil {
		c.step(s, exchange.Message{Local: d.Local, Remote: d.Remote, Data: d.Data})
		if list := c.by.open[routable]; len(list) > maxRoutable {
			c.drop("SA evicted before authentication")
			c.evict(c.crowding(list))
		}
		return
	}
	switch {
	case h.ResponderCookie != [8]byte{}:
		c.drop("no SA")
		c.refuse(d.Remote.Addr(), debug.CryptoNoSA{Peer: d.Remote.Addr()})
	case len(c.policy.Tunnels) == 0:
		c.drop("ISAKMP is off")
	case h.Exchange != payload.ExchangeMain && h.Exchange != payload.ExchangeAggressive || h.MessageID != 0 || h.Encrypted():
		c.drop("not an initialization offer")
		c.refuse(d.Remote.Addr(), debug.CryptoNoSA{Peer: d.Remote.Addr()})
	case h.Exchange == payload.ExchangeAggressive && c.policy.NoAggressive:
		c.drop("aggressive mode is disabled")
		c.refuse(d.Remote.Addr(), debug.CryptoAggressiveDisabled{})
	case h.Exchange == payload.ExchangeAggressive && c.by.computing >= maxComputing:
		c.drop("too many Diffie-Hellman computations")
	case v1.CheckOffer(d.Data) != nil:
		c.drop("malformed")
		c.refuse(d.Remote.Addr(), debug.CryptoBadMessage{Peer: d.Remote.Addr()})
	default:
		c.respond(d, h)
	}
}

// find returns the SA of a message: by the cookie that is our own, or, for a first
// message that comes again, by where it came from.
func (c *Core) find(h payload.Header, remote netip.AddrPort) *sa {
	if s := c.own[h.InitiatorCookie]; s != nil && s.m.At().Role == debug.Initiator {
		return s
	}
	if h.ResponderCookie == [8]byte{} {
		return c.offers[offer{remote, h.InitiatorCookie}]
	}
	if s := c.own[h.ResponderCookie]; s != nil && s.offer.cookie == h.InitiatorCookie {
		return s
	}
	return nil
}

// respond makes an SA for a first message.
func (c *Core) respond(d Datagram, h payload.Header) {
	if !c.makeRoom(h.Exchange == payload.ExchangeAggressive) {
		c.drop("too many SAs")
		return
	}
	at := debug.At{Message: 1}
	if h.Exchange == payload.ExchangeAggressive {
		at.Message = debug.AM1
	}
	c.emit(debug.ISAKMPReceived{At: at, Peer: d.Remote.Addr(), DPort: d.Local.Port(), SPort: d.Remote.Port()})
	at.Role = debug.Responder
	s := &sa{cookie: c.cookie(), offer: offer{d.Remote, h.InitiatorCookie}}
	var cky [16]byte
	copy(cky[:8], h.InitiatorCookie[:])
	copy(cky[8:], s.cookie[:])
	c.insert(s, at, cky, d.Local, d.Remote)
	c.offers[s.offer] = s
	c.step(s, exchange.Message{Local: d.Local, Remote: d.Remote, Data: d.Data})
}

// initiate makes an SA towards a peer and begins phase 1.
func (c *Core) initiate(local, remote netip.AddrPort, ev exchange.Initiate) *sa {
	s := &sa{cookie: c.cookie()}
	var cky [16]byte
	copy(cky[:8], s.cookie[:])
	at := debug.At{Role: debug.Initiator, Message: 1}
	c.insert(s, at, cky, local, remote)
	c.step(s, ev)
	return s
}

// ikePort is where every negotiation begins, unless its peer is behind a NAT.
const ikePort = 500

func at500(a netip.Addr) netip.AddrPort { return netip.AddrPortFrom(a, ikePort) }

// insert enters a new SA with its reference on the peer.
func (c *Core) insert(s *sa, at debug.At, cky [16]byte, local, remote netip.AddrPort) {
	c.about = remote.Addr()
	s.peer = c.peer(at, remote)
	s.peer.IKE++
	s.responder = at.Role == debug.Responder
	ptr := c.pointer()
	c.traceInserted(s, at, ptr, local, remote)
	s.m = v1.New(at.Role, cky, local, remote, s.peer, ptr, c.now)
	c.own[s.cookie] = s
	c.sas = append(c.sas, s)
	c.by.addSA(s)
}

// traceInserted is what IOS says of a new SA that is about to be entered.
func (c *Core) traceInserted(s *sa, at debug.At, ptr uint32, local, remote netip.AddrPort) {
	if !c.tracing() {
		return
	}
	by := debug.ForInitiator
	if s.responder {
		by = debug.ForResponder
	}
	c.emit(debug.ISAKMPLock{At: at, Ptr: s.peer.Ptr, Count: s.peer.IKE, By: by})
	c.emit(debug.ISAKMPPorts{At: at, Local: local.Port(), Remote: remote.Port()})
	if at.Role == debug.Initiator {
		c.emit(debug.ISAKMPNewNode{At: at, State: debug.QMIdle})
	}
	c.emit(debug.ISAKMPInsertSA{At: at, Ptr: ptr, Duplicate: s.peer.IKE > 1})
}

// peer returns what is known of an address.
func (c *Core) peer(at debug.At, remote netip.AddrPort) *exchange.Peer {
	p := c.peers[remote.Addr()]
	if p == nil {
		c.handles++
		p = &exchange.Peer{Addr: remote.Addr(), Ptr: c.pointer(), Handle: 0x80000000 + c.handles}
		c.peers[p.Addr] = p
		c.emit(debug.ISAKMPPeerCreated{At: at, Peer: p.Addr, Port: remote.Port()})
		c.emit(debug.ISAKMPPeerHandle{At: at, Ptr: p.Ptr, Handle: p.Handle})
	}
	return p
}

// cookie draws a cookie that no other SA has. A random one needs no secret: the SA is
// kept until it is used or evicted.
func (c *Core) cookie() (cky [8]byte) {
	for cky == [8]byte{} || c.own[cky] != nil {
		binary.BigEndian.PutUint32(cky[:4], c.draw())
		binary.BigEndian.PutUint32(cky[4:], c.draw())
	}
	return cky
}

// crowd ends the oldest SA of a peer that has brought up too many.
func (c *Core) crowd(last *sa) {
	var list []*sa
	for _, s := range c.by.sas[last.peer.Addr] {
		if s.same(last) && !s.m.Dead() && !s.m.Since().IsZero() {
			list = append(list, s)
		}
	}
	if len(list) > maxPeerSAs {
		c.drop("too many ISAKMP SAs of one peer")
		c.step(list[0], exchange.Delete{Reason: debug.SANoReason})
	}
}

// forget removes the last traces of an SA.
func (c *Core) forget(s *sa) {
	s.gone = true
	c.timers.stopAll(&s.timed)
	delete(c.own, s.cookie)
	if c.offers[s.offer] == s {
		delete(c.offers, s.offer)
	}
	c.sas = take(c.sas, s)
	c.by.removeSA(s)
	c.reap(s.peer)
}

// reap forgets a peer to which nothing refers.
func (c *Core) reap(p *exchange.Peer) {
	if p.IKE == 0 && p.IPsec == 0 && c.peers[p.Addr] == p {
		delete(c.peers, p.Addr)
	}
}

// local is the router's own address.
func (s *sa) local() netip.Addr {
	a, _ := s.m.Endpoints()
	return a.Addr()
}

// usable returns the SA under which a Quick Mode between two addresses can begin, or one
// that will be usable. Where the request names an ISAKMP profile, the SA must have it; where
// several peers share an address, it must be with the peer of another SA, if one is given.
func (c *Core) usable(local, peer netip.Addr, profile string, with *sa) *sa {
	var budding *sa
	for _, s := range slices.Backward(c.by.sas[peer]) {
		if s.local() != local || profile != "" && s.m.Profile() != profile || with != nil && !s.same(with) && !c.budding(s, with) {
			continue
		}
		if s.m.Established(c.now) {
			return s
		}
		// A half-open SA may be a forgery: nothing must wait for it.
		if budding == nil && s.m.Budding() && !s.m.HalfOpen() {
			budding = s
		}
	}
	return budding
}
