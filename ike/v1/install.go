package v1

import (
	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// createSAs derives the keys of both directions, reports the block that IOS prints and
// asks for the pair to be installed.
func (t *turn) createSAs(n *node) {
	d := &n.deal
	t.peer.IPsec++
	t.lockIPsec(t.peer.IPsec, debug.ForStuffKE)
	t.engine(debug.EngineQMKeys)
	t.engine(debug.EngineIPsecSA) // one for each direction
	t.engine(debug.EngineIPsecSA)
	t.trace(debug.ISAKMPCreatingSAs{At: t.at()})
	info := exchange.SAInfo{
		Map: d.tunnel.Map, Seq: d.tunnel.Seq, Interface: d.tunnel.Interface,
		Local: t.local, Remote: t.remote, UDPEncap: t.floated(), Roams: t.roams(),
		InboundSPI: d.inSPI, OutboundSPI: d.outSPI,
		AH: exchange.AHInfo{InboundSPI: d.inAH, OutboundSPI: d.outAH}, Transport: d.transport,
		Set: d.set, PFS: d.group, Selector: d.selector,
		LifeSeconds: d.seconds, LifeKilobytes: d.kilobytes,
		Initiator: n.initiator, Installed: t.env.Now,
	}
	if d.transport && t.floated() && d.sentFrom.IsValid() {
		info.SentFrom, info.SentTo = d.sentFrom, d.sentTo
	}
	for _, leg := range info.Legs() {
		t.traceFlow(info, leg, false)
		t.traceFlow(info, leg, true)
	}
	t.do(exchange.Install{
		Pair:    exchange.SAPair{SAInfo: info, Inbound: t.cut2(n, info, false), Outbound: t.cut2(n, info, true)},
		Started: n.started,
	})
}

// cut2 cuts the keys of one direction from its KEYMAT, of which each protocol has its own:
// encryption first, then authentication (RFC 2401, section 4.4.3, as RFC 2409, section 5.5,
// uses it).
func (t *turn) cut2(n *node, i exchange.SAInfo, outbound bool) (keys exchange.Keys) {
	for _, leg := range i.Legs() {
		spi := leg.InboundSPI
		if outbound {
			spi = leg.OutboundSPI
		}
		if leg.AH {
			keys.AH = t.keys.keymat(leg.Set.AH.KeyLen(), n.gxy, payload.ProtocolAH, spi, n.ni, n.nr)
			continue
		}
		enc, _ := leg.Set.Transform.KeyLen(leg.Set.KeyBits)
		k := t.keys.keymat(enc+leg.Set.Auth.KeyLen(), n.gxy, payload.ProtocolESP, spi, n.ni, n.nr)
		keys.Encryption, keys.Authentication = k[:enc:enc], k[enc:]
	}
	return keys
}

// traceFlow reports one direction of one protocol of the pair.
func (t *turn) traceFlow(i exchange.SAInfo, leg exchange.Leg, outbound bool) {
	if !t.env.Tracing {
		return
	}
	flow := debug.ISAKMPSAFlow{At: t.at(), Outbound: outbound,
		From: i.Remote.Addr(), To: i.Local.Addr(),
		ProxyFrom: i.Selector.Remote.Debug().Addr, ProxyTo: i.Selector.Local.Debug().Addr}
	spi, client := leg.InboundSPI, uint32(0)
	if outbound {
		flow.From, flow.To = flow.To, flow.From
		flow.ProxyFrom, flow.ProxyTo = flow.ProxyTo, flow.ProxyFrom
		spi = leg.OutboundSPI
	}
	if i.UDPEncap {
		client = 0x10
	}
	t.trace(flow)
	t.trace(debug.ISAKMPSASPI{At: t.at(), Outbound: outbound, SPI: spi, Flags: i.Flags(outbound)})
	t.trace(debug.ISAKMPSALifetime{At: t.at(), Value: i.LifeSeconds})
	if i.LifeKilobytes != 0 {
		t.trace(debug.ISAKMPSALifetime{At: t.at(), Kilobytes: true, Value: i.LifeKilobytes})
	}
	if !t.ios15() {
		t.trace(debug.ISAKMPSAClientFlags{At: t.at(), Flags: client})
	}
}

// handOver reports how the reference on the peer passes to the SAs installed.
func (t *turn) handOver() {
	t.lockIPsec(t.peer.IPsec+1, debug.ForTransforms)
	if !t.ios15() {
		t.trace(debug.ISAKMPUnlock{At: t.at(), Ptr: t.peer.Ptr, IPsec: true, Count: t.peer.IPsec, By: debug.FromTransforms})
	}
}

// writeLife2 tells the initiator of lifetimes that are lower than its own (RFC 2407,
// section 4.6.3.1).
func (t *turn) writeLife2(w *payload.Writer, n *node) {
	if !n.deal.lowered {
		return
	}
	data := payload.Number(payload.IPsecLifeType, payload.LifeSeconds).Append(nil)
	data = payload.Number(payload.IPsecLifeDuration, n.deal.seconds).Append(data)
	if n.deal.kilobytes != 0 {
		data = payload.Number(payload.IPsecLifeType, payload.LifeKilobytes).Append(data)
		data = payload.Number(payload.IPsecLifeDuration, n.deal.kilobytes).Append(data)
	}
	t.trace(debug.ISAKMPSendNotify{At: t.at(), Type: debug.NotifyResponderLifetime, Protocol: uint8(n.deal.protocol), SPI: n.deal.inSPI, MessageID: n.mid})
	w.Add(payload.TypeNotify, &payload.Notify{DOI: payload.DOIIPsec, Protocol: n.deal.protocol,
		Type: payload.ResponderLifetime, SPI: octets(n.deal.inSPI), Data: data})
}

// readLife2 adopts the responder's lifetimes where they are lower.
func (t *turn) readLife2(n *node, m *message) {
	for r := range m.all(payload.TypeNotify) {
		note, err := payload.DecodeNotify(r.Body)
		if err != nil || note.Type != payload.ResponderLifetime {
			continue
		}
		list, err := payload.DecodeAttributes(payload.TypeNotify, note.Data)
		if err != nil {
			continue
		}
		t.trace(debug.ISAKMPNotify{At: t.at(), Type: debug.NotifyResponderLifetime, Protocol: uint8(note.Protocol), SPI: n.deal.outSPI, MessageID: n.mid, SA: t.ptr})
		var o terms
		var kind uint64
		for _, a := range list {
			v, _ := a.Uint()
			if a.Type == payload.IPsecLifeType {
				kind = v
			} else if a.Type == payload.IPsecLifeDuration {
				o.setLife(kind, v)
			}
		}
		n.deal.seconds = lower(n.deal.seconds, o.seconds)
		n.deal.kilobytes = lower(n.deal.kilobytes, o.kilobytes)
	}
}
