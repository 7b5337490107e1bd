package ike_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"conft/debug"
	"conft/ike"
	"conft/ike/iketest"
	"conft/ike/payload"
)

// state is everything that a message could change.
func state(n *iketest.Net, r *iketest.Router) string {
	return fmt.Sprintf("%+v %+v %d", r.Core.ISAKMPSAs(n.Now), r.Core.IPsecSAs(), len(r.Plane.Pairs))
}

// Every message of a negotiation, damaged or repeated, in clear or not, comes again once
// the tunnel is up: nothing changes.
func TestNothingUnauthenticatedChangesAnything(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	var seen []iketest.Packet
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if p.N <= 9 {
			q := *p
			q.Data = append([]byte(nil), p.Data...)
			seen = append(seen, q)
		}
		return []time.Duration{0}
	}
	up(t, n, r1, r3)
	cookies := seen[8].Data[:16]
	for _, kind := range []payload.ExchangeType{payload.ExchangeInformational, payload.ExchangeMain, payload.ExchangeQuick, payload.ExchangeAggressive} {
		for _, flags := range []byte{0, payload.FlagEncryption} {
			for _, mid := range []uint32{0, 1, binary.BigEndian.Uint32(seen[8].Data[20:])} {
				w := payload.NewWriter(payload.Header{InitiatorCookie: [8]byte(cookies[:8]), ResponderCookie: [8]byte(cookies[8:]),
					Version: payload.Version1, Exchange: kind, Flags: flags, MessageID: mid})
				spi := r1.Core.IPsecSAs()[0].OutboundSPI
				w.Add(payload.TypeDelete, &payload.Delete{DOI: 1, Protocol: payload.ProtocolESP, SPIs: [][]byte{binary.BigEndian.AppendUint32(nil, spi)}})
				w.Add(payload.TypeDelete, &payload.Delete{DOI: 1, Protocol: payload.ProtocolISAKMP, SPIs: [][]byte{cookies}})
				w.Add(payload.TypeNotify, &payload.Notify{DOI: 1, Protocol: payload.ProtocolISAKMP, Type: payload.InitialContact})
				for _, p := range seen[:2] {
					seen = append(seen, iketest.Packet{From: p.From, To: p.To, Data: w.Message()})
				}
			}
		}
	}
	for _, p := range seen {
		for _, flip := range []int{-1, 16, 18, 19, 20, 30, len(p.Data) - 1} {
			q := p
			q.Data = append([]byte(nil), p.Data...)
			if flip >= 0 {
				q.Data[flip] ^= 4
			}
			before1, before3, now := state(n, r1), state(n, r3), n.Now
			n.Inject(q)
			n.Until(time.Second, n.Idle)
			n.Now = now // so that remaining lifetimes compare
			if before1 != state(n, r1) || before3 != state(n, r3) {
				// A damaged first message is just another first message.
				if q.Data[18] == byte(payload.ExchangeMain) && binary.BigEndian.Uint64(q.Data[8:]) == 0 {
					continue
				}
				t.Fatalf("changed by %x\n%s\n%s", q.Data, before3, state(n, r3))
			}
		}
	}
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Error(err)
	}
}

// A flood of first messages with forged addresses takes a bounded amount of memory and
// keeps nobody out.
func TestFlood(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	var first []byte
	n.Fate = func(p *iketest.Packet) []time.Duration {
		if first == nil {
			first = append([]byte(nil), p.Data...)
		}
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	forged := func(i int) iketest.Packet {
		d := append([]byte(nil), first...)
		binary.BigEndian.PutUint64(d, uint64(i)+1)
		from := netip.AddrFrom4([4]byte{12, 12, 12, 1}) // even under the peer's own address
		if i%2 == 0 {
			from = netip.AddrFrom4([4]byte{100, 64, byte(i >> 8), byte(i)})
		}
		return iketest.Packet{From: netip.AddrPortFrom(from, 500), To: netip.AddrPortFrom(iketest.Addr3, 500), Data: d}
	}
	for i := range 20000 {
		n.Inject(forged(i))
		if i%50 == 0 {
			n.Run(time.Millisecond)
		}
	}
	consistent(t, r3)
	if got := len(r3.Core.ISAKMPSAs(n.Now)); got > 8300 {
		t.Errorf("%d SAs are kept", got)
	}
	n.Run(11 * time.Second) // the initiator tries again
	if err := r1.Ping(r3, iketest.Flow); err != nil {
		t.Errorf("after the flood: %v", err)
	}
	n.Run(5 * time.Minute)
	if got := len(r3.Core.ISAKMPSAs(n.Now)); got != 1 {
		t.Errorf("%d SAs remain", got)
	}
}

// Strangers cannot fill the log.
func TestMessagesAreLimited(t *testing.T) {
	n, _, r3 := iketest.Classic(1)
	for range 1000 {
		n.Inject(iketest.Packet{From: netip.AddrPortFrom(iketest.Addr1, 500), To: netip.AddrPortFrom(iketest.Addr3, 500), Data: []byte("rubbish")})
	}
	n.Run(10 * time.Millisecond)
	want := []string{"%CRYPTO-4-IKMP_BAD_MESSAGE: IKE message from 12.12.12.1 failed its sanity check or is malformed"}
	if got := r3.Lines(debug.FlagNone); !reflect.DeepEqual(got, want) {
		t.Errorf("%d lines, the first %q", len(got), got[:1])
	}
}

// Neither the pre-shared key nor any key of an SA is in anything that is reported.
func TestNoSecretIsPrinted(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	text := strings.Join(append(r1.Lines(both...), r3.Lines(both...)...), "\n")
	secrets := []string{"cisco"}
	for _, p := range r1.Plane.Pairs {
		for _, k := range [][]byte{p.Inbound.Encryption, p.Inbound.Authentication, p.Outbound.Encryption, p.Outbound.Authentication} {
			secrets = append(secrets, fmt.Sprintf("%x", k[:4]))
		}
	}
	for _, s := range secrets {
		if strings.Contains(strings.ToLower(text), s) {
			t.Errorf("%q is printed", s)
		}
	}
}

// One side forgets a pair without a word; the other goes on sending on it. Being told so,
// it forgets too, and the next packet brings a new pair.
func TestInvalidSPI(t *testing.T) {
	n, r1, r3 := iketest.Classic(1)
	up(t, n, r1, r3)
	n.Fate = func(*iketest.Packet) []time.Duration { return nil }
	r3.Do(ike.ClearSA{}) // and its notification is lost
	n.Run(time.Second)
	n.Fate = nil
	for _, p := range r1.Plane.Pairs {
		r3.Do(ike.InvalidSPI{Local: iketest.Addr3, Remote: iketest.Addr1, SPI: p.OutboundSPI})
	}
	n.Run(time.Second)
	if len(r1.Plane.Pairs) != 0 {
		t.Error("the pair that nobody receives on remains")
	}
	up(t, n, r1, r3)
}

// A router that has lost everything, at the first packet that it cannot read, has the
// peer forget as well, where it may.
func TestInvalidSPIRecovery(t *testing.T) {
	for _, allowed := range []bool{true, false} {
		n, r1, r3 := iketest.Classic(1)
		up(t, n, r1, r3)
		_, policy := iketest.Policies()
		policy.InvalidSPIRecovery = allowed
		again := n.Add("R3", iketest.Addr3, policy) // in place of the one that was
		for range 3 {
			again.Do(ike.InvalidSPI{Local: iketest.Addr3, Remote: iketest.Addr1, SPI: 0x12345678})
			n.Run(time.Second)
		}
		if lost := len(r1.Plane.Pairs) == 0; lost != allowed {
			t.Fatalf("allowed: %v, the survivor has forgotten: %v", allowed, lost)
		}
		again.Do(ike.InvalidSPI{Local: iketest.Addr3, Remote: netip.MustParseAddr("9.9.9.9"), SPI: 1})
		if sas := len(again.Core.ISAKMPSAs(n.Now)); allowed && sas != 1 || !allowed && sas != 0 {
			t.Errorf("allowed: %v, %d ISAKMP SAs", allowed, sas)
		}
		if allowed {
			up(t, n, r1, again)
		}
	}
}

// No datagram makes a router panic, whatever its state.
func FuzzCore(f *testing.F) {
	n, r1, _ := iketest.Classic(1)
	n.Fate = func(p *iketest.Packet) []time.Duration {
		f.Add(byte(p.N), byte(p.N%2), p.Data)
		f.Add(byte(p.N+1), byte(p.N%2), p.Data)
		return []time.Duration{0}
	}
	r1.Acquire("MAP", 10, iketest.Flow)
	n.Run(time.Second)
	f.Fuzz(func(t *testing.T, k, who byte, data []byte) {
		n, r1, r3 := iketest.Classic(1)
		var cookies []byte
		n.Fate = func(p *iketest.Packet) []time.Duration {
			if p.N > int(k%10) {
				return nil
			}
			cookies = append([]byte(nil), p.Data[:16]...)
			return []time.Duration{0}
		}
		r1.Acquire("MAP", 10, iketest.Flow)
		n.Run(time.Second)
		if len(data) > 28 { // or it would not get far
			copy(data, cookies)
			binary.BigEndian.PutUint32(data[24:], uint32(len(data)))
		}
		p := iketest.Packet{From: netip.AddrPortFrom(r1.Addr, 500), To: netip.AddrPortFrom(r3.Addr, 500), Data: data}
		if who%2 == 1 {
			p.From, p.To = p.To, p.From
		}
		n.Inject(p)
		n.Run(5 * time.Minute)
	})
}
