package dataplane

import (
	"conft/debug"
	"conft/internal/acl"
	"conft/internal/packet"
)

// The %CRYPTO-4 messages. Anybody on the path can cause them, so each comes once
// a minute: of one SA, or of all that have none.

// refuse counts an inbound packet that an SA does not let pass.
func (s *pair) refuse(d *drops, r Drop) {
	d.add(r)
	s.drops.add(r)
	s.flow.drops.add(r)
}

// outerConn is the connection of the SA that a packet meets first.
func (s *pair) outerConn() uint32 {
	if s.ahIn != nil {
		return s.AH.ConnID
	}
	return s.ConnID
}

func (p *Path) refuseReplay(s *pair, seq uint32) {
	s.refuse(&p.drops, InReplay)
	if s.replayLog.allow(p.now()) {
		p.Hub.Emit(debug.CryptoReplay{ConnID: s.outerConn(), Sequence: seq})
	}
}

func (p *Path) refuseMAC(s *pair) {
	s.refuse(&p.drops, InMAC)
	if s.macLog.allow(p.now()) {
		p.Hub.Emit(debug.CryptoMACError{ConnID: s.outerConn()})
	}
}

func (p *Path) reportInvalidSPI(d *Datagram, spi uint32, ah bool) {
	if p.invalidLog.allow(p.now()) {
		protocol := uint8(packet.ESP)
		if ah {
			protocol = packet.AH
		}
		p.Hub.Emit(debug.CryptoInvalidSPI{Src: d.Remote.Addr(), Dst: d.Local.Addr(), Protocol: protocol, SPI: spi})
	}
	if p.InvalidSPI != nil && p.invalidSPI.allow(p.now()) {
		p.InvalidSPI(d.Local.Addr(), d.Remote.Addr(), spi, ah)
	}
}

// reportIdentity says that the peer sent inner, which was not negotiated.
func (p *Path) reportIdentity(s *pair, inner []byte) {
	var in packet.Parsed
	if !s.identityLog.allow(p.now()) || in.Decode(inner) != nil {
		return
	}
	p.Hub.Emit(debug.CryptoInvalidIdentity{
		Src: acl.IPv4(in.Src), Dst: acl.IPv4(in.Dst), Protocol: in.Protocol,
		Local: s.Local.Addr(), Remote: s.Remote.Addr(),
		LocalProxy: proxyText(s.Flow.Selector.Local), RemoteProxy: proxyText(s.Flow.Selector.Remote),
	})
}

func proxyText(x acl.Proxy) debug.Proxy {
	return debug.Proxy{Addr: acl.IPv4(x.Addr.Base), Mask: acl.IPv4(^x.Addr.Wildcard), Protocol: x.Protocol, Port: x.Port}
}
