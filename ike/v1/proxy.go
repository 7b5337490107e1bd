package v1

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"

	"conft/debug"
	"conft/ike/exchange"
	"conft/ike/payload"
)

// proxyID is the identity of a proxy as IOS sends it: an address where the mask is
// that of a host, otherwise a network.
func proxyID(p exchange.Proxy) payload.ID {
	if p.Prefix.IsSingleIP() {
		return payload.AddrID(p.Prefix.Addr(), p.Protocol, p.Port)
	}
	return payload.SubnetID(p.Prefix, p.Protocol, p.Port)
}

// proxies reads IDci as Local and IDcr as Remote. Where a peer sends none, "the
// identities of the SAs … are implicitly assumed to be the IP addresses of the ISAKMP
// peers". RFC 2409, section 5.5.
func proxies(m *message, ci, cr netip.Addr) (s exchange.Selector, err error) {
	ids := slices.Collect(m.all(payload.TypeID))
	switch len(ids) {
	case 0:
		return exchange.Selector{Local: host(ci), Remote: host(cr)}, nil
	case 2:
		if s.Local, err = proxy(ids[0].Body); err != nil {
			return s, err
		}
		s.Remote, err = proxy(ids[1].Body)
		return s, err
	}
	return s, &payload.DecodeError{Payload: payload.TypeID, Notify: payload.InvalidIDInformation, Reason: "not a pair of identities"}
}

func host(a netip.Addr) exchange.Proxy { return exchange.Proxy{Prefix: netip.PrefixFrom(a, 32)} }

// proxy reads one identity. A range is taken if it is a network.
func proxy(body []byte) (exchange.Proxy, error) {
	id, err := payload.DecodeID(body)
	if err != nil {
		return exchange.Proxy{}, err
	}
	prefix, ok := id.Prefix()
	if !ok {
		prefix, ok = rangePrefix(id)
	}
	if !ok {
		return exchange.Proxy{}, &payload.DecodeError{Payload: payload.TypeID, Notify: payload.InvalidIDInformation, Reason: "not an address or network"}
	}
	return exchange.Proxy{Prefix: prefix, Protocol: id.Protocol, Port: id.Port}, nil
}

func rangePrefix(id payload.ID) (netip.Prefix, bool) {
	first, last, ok := id.Range()
	if !ok {
		return netip.Prefix{}, false
	}
	n := bits.LeadingZeros32(bigEndian(first.AsSlice()) ^ bigEndian(last.AsSlice()))
	p := netip.PrefixFrom(first, n)
	host := ^uint32(0) >> n
	if n == 32 {
		host = 0
	}
	return p, p.Masked().Addr() == first && bigEndian(last.AsSlice())&host == host
}

// bigEndian reads an SPI or address.
func bigEndian(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

// nearest returns the entry of an access list that has most in common with what the peer
// proposes, to tell the operator which one is not its mirror.
func (t *turn) nearest(ids exchange.Selector) (best debug.CryptoACE) {
	most := 0
	for i := range t.env.Policy.Tunnels {
		tunnel := &t.env.Policy.Tunnels[i]
		if tunnel.Local != t.local.Addr() || tunnel.Dynamic || !tunnel.HasPeer(t.peer.Addr) {
			continue
		}
		for _, s := range tunnel.Selectors {
			if n := 1 + common(s.Local, ids.Local) + common(s.Remote, ids.Remote); n > most {
				most = n
				best = debug.CryptoACE{Map: tunnel.Map, Seq: tunnel.Seq, Local: s.Local.Debug(), Remote: s.Remote.Debug()}
			}
		}
	}
	return best
}

// common is how many leading bits the addresses of two proxies share, and more where they
// agree in the rest.
func common(p, q exchange.Proxy) int {
	a, b := p.Prefix.Addr().AsSlice(), q.Prefix.Addr().AsSlice()
	n := min(bits.LeadingZeros32(bigEndian(a)^bigEndian(b)), p.Prefix.Bits(), q.Prefix.Bits())
	if p.Prefix.Bits() == q.Prefix.Bits() {
		n++
	}
	if p.Protocol == q.Protocol && p.Port == q.Port {
		n++
	}
	return n
}
