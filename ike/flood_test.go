package ike_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"conft/ike"
	"conft/ike/exchange"
	"conft/ike/iketest"
	"conft/ike/payload"
)

// firstOf is the first message of a router, which nobody has received.
func firstOf(r *iketest.Router, n *iketest.Net) (first []byte) {
	n.Fate = func(p *iketest.Packet) []time.Duration {
		first = append(first, p.Data...)
		return nil
	}
	r.Acquire("MAP", 10, iketest.Flow)
	n.Fate = nil
	n.Leave(r)
	return first
}

// spokes are routers with an address each.
func spokes(n *iketest.Net, count int) (list []*iketest.Router, flows []exchange.Selector) {
	for i := range count {
		r, flow := addSpoke(n, netip.AddrFrom4([4]byte{100, 64, 9, byte(i)}))
		list, flows = append(list, r), append(flows, flow)
	}
	return list, flows
}

// While first messages with forged addresses come at twenty thousand a second, each of those
// who answer in time gets in, and at the first attempt.
func TestNobodyIsKeptOutByForgeries(t *testing.T) {
	n := iketest.New(1)
	n.Quiet = true
	h := hub(n)
	first := firstOf(n.Add("X", netip.MustParseAddr("192.0.2.77"), stranger()), n)
	list, flows := spokes(n, 20)
	n.Fate = func(*iketest.Packet) []time.Duration { return []time.Duration{40 * time.Millisecond} } // ninety there and back
	for ms := range 2000 {
		for i := range 20 {
			forged := append([]byte(nil), first...)
			binary.BigEndian.PutUint64(forged, 1<<63|uint64(ms*20+i))
			from := netip.AddrFrom4([4]byte{198, 18, byte(ms), byte(i)})
			n.Inject(iketest.Packet{From: netip.AddrPortFrom(from, 500), To: netip.AddrPortFrom(h.Addr, 500), Data: forged})
		}
		if i := (ms - 600) / 40; ms >= 600 && ms%40 == 0 && i < len(list) {
			list[i].Acquire("MAP", 10, flows[i])
		}
		n.Run(time.Millisecond)
	}
	if got := counted(h, "half-open SA evicted"); got < 20000 {
		t.Fatalf("only %d evicted: that was no flood", got)
	}
	if got := tunnelled(list); got != len(list) {
		t.Errorf("%d of %d came up", got, len(list))
	}
	consistent(t, h)
}

// Who answers, from an address that is his own, takes the room of others there and nobody
// else's: those who are slow to authenticate are not driven out by a thousand at one address,
// nor at twenty.
func TestWhoAnswersCrowdsOutHimself(t *testing.T) {
	for _, addresses := range []int{1, 20} {
		t.Run(fmt.Sprint(addresses), func(t *testing.T) { answeringFlood(t, addresses) })
	}
}

func answeringFlood(t *testing.T, addresses int) {
	n := iketest.New(1)
	n.Quiet = true
	h := hub(n)
	hostile := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{100, 64, 200, byte(i % addresses)}) }
	p := stranger()
	p.Tunnels[0].Local = hostile(0)
	first := firstOf(n.Add("X", hostile(0), p), n)
	list, flows := spokes(n, 10)
	slow := true
	n.Fate = func(p *iketest.Packet) []time.Duration {
		switch {
		case slow && p.Data[19]&payload.FlagEncryption != 0:
			return []time.Duration{3 * time.Second}
		case p.To.Addr().As4()[2] == 200 && payload.Type(p.Data[16]) == payload.TypeSA:
			w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte(p.Data[:8]), ResponderCookie: [8]byte(p.Data[8:16]),
				Version: payload.Version1, Exchange: payload.ExchangeMain})
			w.Add(payload.TypeKE, payload.Opaque(generator))
			w.Add(payload.TypeNonce, payload.Opaque(make([]byte, 20)))
			n.Inject(iketest.Packet{From: p.To, To: p.From, Data: w.Message()})
		}
		return []time.Duration{0}
	}
	for i, r := range list {
		r.Acquire("MAP", 10, flows[i])
	}
	for i := range 3000 {
		forged := append([]byte(nil), first...)
		binary.BigEndian.PutUint64(forged, 1<<63|uint64(i))
		n.Inject(iketest.Packet{From: netip.AddrPortFrom(hostile(i), 500), To: netip.AddrPortFrom(h.Addr, 500), Data: forged})
		n.Run(time.Millisecond / 2)
	}
	if got := counted(h, "SA evicted before authentication"); got < 1900 {
		t.Fatalf("only %d evicted", got)
	}
	slow = false
	n.Run(4 * time.Second)
	if got := tunnelled(list); got != len(list) {
		t.Errorf("%d of %d came up", got, len(list))
	}
	consistent(t, h)
}

// generator is a public value in the group of RFC 5903, section 3.1: its generator.
var generator = []byte{
	0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96,
	0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
}

// However long first messages are, little of them is kept.
func TestMemoryOfFirstMessages(t *testing.T) {
	n := iketest.New(1)
	n.Quiet = true
	h := hub(n)
	first := firstOf(n.Add("X", netip.MustParseAddr("192.0.2.77"), stranger()), n)
	body := first[payload.HeaderLen:]
	const count = 2000
	before := heap()
	for i := range count {
		w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte{1, 2, 3, byte(i >> 8), byte(i)}, Version: payload.Version1, Exchange: payload.ExchangeMain})
		w.Add(payload.TypeSA, payload.Opaque(body[4:binary.BigEndian.Uint16(body[2:])]))
		w.Add(payload.TypeVendor, payload.Opaque(make([]byte, 9000)))
		from := netip.AddrFrom4([4]byte{198, 18, byte(i >> 8), byte(i)})
		h.Do(ike.Datagram{Local: netip.AddrPortFrom(h.Addr, 500), Remote: netip.AddrPortFrom(from, 500), Data: w.Message()})
	}
	if got := len(h.Core.ISAKMPSAs(n.Now)); got != count {
		t.Fatalf("%d SAs", got)
	}
	if each := (heap() - before) / count; each > 4000 {
		t.Errorf("%d octets are kept of each", each)
	}
	runtime.KeepAlive(h)
}

// First messages, which anybody can send, fill their own part of the mailbox only.
func TestFirstMessagesTakeNoOthersRoom(t *testing.T) {
	e := ike.New(ike.Options{Send: func(_, _ netip.AddrPort, _ []byte) error { return nil }, IPsec: iketest.NewPlane(), Hub: silent{}})
	from := netip.AddrPortFrom(iketest.Addr1, 500)
	send := func(responder [8]byte) {
		w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte{1}, ResponderCookie: responder, Version: payload.Version1, Exchange: payload.ExchangeInformational})
		e.Receive(from, from, w.Message())
	}
	for range 10000 {
		send([8]byte{})
	}
	send([8]byte{2})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go e.Run(ctx)
	count := make(map[string]uint64)
	for count["ISAKMP is off"]+count["no SA"]+count["mailbox full of first messages"] < 10001 {
		for _, c := range e.Counters() {
			count[c.Name] = c.Value
		}
	}
	if count["no SA"] != 1 || count["mailbox full of first messages"] == 0 {
		t.Errorf("counters: %v", count)
	}
	e.Close()
}
