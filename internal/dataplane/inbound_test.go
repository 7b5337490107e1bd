package dataplane

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"conft/internal/acl"
	"conft/internal/packet"
)

func TestReplayedPacketIsDropped(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		_, in3 := n.up(t)
		n.r1.esp.setTamper(func(d Datagram) []Datagram {
			again := d
			again.Buf = slices.Clone(d.Buf) // opening changes the octets
			return []Datagram{d, again}
		})
		n.r1.send(ping, ping, ping)
		wantPackets(t, n.r3, ping, ping, ping)
		wantDrops(t, n.r3, map[string]uint64{"input replay": 3})
		if st, _ := n.r3.Stats(in3); st.Drops(InReplay) != 3 || st.RecvErrors != 3 {
			t.Errorf("statistics %+v, want 3 replays", st)
		}
		if want := []string{"%CRYPTO-4-PKT_REPLAY_ERR: decrypt: replay check failed connection id=1"}; !slices.Equal(n.r3.events, want) {
			t.Errorf("messages %q, want %q", n.r3.events, want)
		}
		time.Sleep(eventInterval)
		n.r1.send(ping)
		if len(n.r3.events) != 2 {
			t.Errorf("%d messages, want another after a minute", len(n.r3.events))
		}
	})
}

func TestReorderingWithinTheWindowLosesNothing(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		var held []Datagram
		n.r1.esp.setTamper(func(d Datagram) []Datagram {
			if held = append(held, d); len(held) < 65 {
				return nil
			}
			slices.Reverse(held)
			return held
		})
		batch := slices.Repeat([]testPacket{ping}, 65)
		n.r1.send(batch...)
		if got := len(n.r3.received()); got != 64 {
			t.Errorf("%d packets arrived, want the 64 of the window", got)
		}
		wantDrops(t, n.r3, map[string]uint64{"input replay": 1})
	})
}

func TestCorruptPacketIsDroppedAndDoesNotMoveTheWindow(t *testing.T) {
	for _, s := range suites {
		inNet(t, func(t *testing.T, n *testNet) {
			n.suite = s
			n.up(t)
			n.r1.esp.setTamper(func(d Datagram) []Datagram {
				var out []Datagram
				for _, at := range []int{4, len(d.Buf) / 2, len(d.Buf) - 1} {
					bad := d
					bad.Buf = slices.Clone(d.Buf)
					bad.Buf[at] ^= 0x80
					out = append(out, bad)
				}
				return append(out, d)
			})
			n.r1.send(ping)
			wantPackets(t, n.r3, ping)
			wantDrops(t, n.r3, map[string]uint64{"input MAC verify failed": 3})
			if want := []string{"%CRYPTO-4-RECVD_PKT_MAC_ERR: decrypt: mac verify failed for connection id=1"}; !slices.Equal(n.r3.events, want) {
				t.Errorf("messages %q, want %q", n.r3.events, want)
			}
		})
	}
}

func TestUnknownSPI(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		_, in3 := n.up(t)
		n.r3.Remove(in3)
		n.r1.send(ping, ping)
		wantPackets(t, n.r3)
		wantDrops(t, n.r3, map[string]uint64{"input invalid SPI": 2})
		want := []string{"%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=23.23.23.3, prot=50, spi=0x1003(4099), srcaddr=12.12.12.1"}
		if !slices.Equal(n.r3.events, want) {
			t.Errorf("messages %q, want %q", n.r3.events, want)
		}
	})
}

func TestSAOfTheOtherEncapsulation(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		n.r1.esp.setTamper(func(d Datagram) []Datagram {
			n.r3.udp.in <- d
			return nil
		})
		n.r1.send(ping)
		wantPackets(t, n.r3)
		wantDrops(t, n.r3, map[string]uint64{"input wrong encapsulation": 1})
	})
}

// "If the SA … selectors do not match … the packet MUST be discarded", in the
// words of RFC 4301, section 5.2, step 4: a peer cannot reach what was not
// negotiated with it.
func TestDecryptedPacketMustMatchTheSelectors(t *testing.T) {
	port := func(p uint16) acl.Ports { return acl.Ports{Op: acl.PortEq, Low: p} }
	tcp := &acl.Entry{Protocol: packet.TCP, Src: lan1, Dst: lan3, DstPort: port(80)}
	all := acl.Selector{Local: acl.Proxy{Addr: acl.Any}, Remote: acl.Proxy{Addr: acl.Any}}
	http := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.TCP, sport: 9, dport: 80}
	for name, p := range map[string]testPacket{
		"source":      {src: "10.1.2.1", dst: "20.1.1.1", protocol: packet.TCP, dport: 80},
		"destination": {src: "10.1.1.1", dst: "20.1.2.1", protocol: packet.TCP, dport: 80},
		"protocol":    {src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, dport: 80},
		"port":        {src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.TCP, sport: 80, dport: 81},
		"no ports":    {src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.TCP, size: 22},
	} {
		inNet(t, func(t *testing.T, n *testNet) {
			// r1 plays the peer that sends what it likes.
			n.policy(&acl.List{Entries: []acl.Entry{{Src: acl.Any, Dst: acl.Any}}})
			_, in3 := n.connect(t, 10, tcp.Selector(), func(a, _ *SA) { a.Flow.Selector = all })
			raw := p.bytes
			if p.size == 22 {
				raw = func() []byte {
					b := testPacket{src: p.src, dst: p.dst, protocol: packet.ICMP, size: 28}.bytes()
					b[9] = packet.TCP
					return setTotal(b, 22)
				}
			}
			n.r1.tun.in <- [][]byte{raw(), http.bytes()}
			synctest.Wait()
			wantPackets(t, n.r3, http)
			wantDrops(t, n.r3, map[string]uint64{"input invalid identity": 1})
			if st, _ := n.r3.Stats(in3); st.RecvErrors != 1 || st.Decaps != 1 {
				t.Errorf("%s: statistics %+v, want one error and one packet", name, st)
			}
			want := fmt.Sprintf("%%CRYPTO-4-RECVD_PKT_INV_IDENTITY: identity doesn't match negotiated identity "+
				"(ip) dest_addr= %s, src_addr= %s, prot= %d (ident) local=23.23.23.3, remote=12.12.12.1 "+
				"local proxy=20.1.1.0/255.255.255.0/6/80, remote_proxy=10.1.1.0/255.255.255.0/6/0", p.dst, p.src, p.protocol)
			if !slices.Equal(n.r3.events, []string{want}) {
				t.Errorf("%s: messages %q, want %q", name, n.r3.events, want)
			}
		})
	}
}

// setTotal cuts an IPv4 packet to n octets.
func setTotal(b []byte, n int) []byte {
	binary.BigEndian.PutUint16(b[2:], uint16(n))
	binary.BigEndian.PutUint16(b[10:], 0)
	binary.BigEndian.PutUint16(b[10:], packet.Checksum(b[:20]))
	return b[:n]
}

// What an authentic peer may put inside that is not a packet for the TUN.
func TestAuthenticButNotAPacket(t *testing.T) {
	for name, c := range map[string]struct {
		next byte
		body []byte
		drop string
	}{
		"dummy":          {59, make([]byte, 40), "input dummy"},
		"transport mode": {6, ping.bytes()[20:], "input next header"},
		"IPv6":           {4, append([]byte{0x60}, make([]byte, 39)...), "input malformed"},
		"short":          {4, ping.bytes()[:19], "input malformed"},
		"length":         {4, ping.bytes()[:60], "input malformed"},
	} {
		inNet(t, func(t *testing.T, n *testNet) {
			in1, _ := n.up(t)
			out := n.r1.sad.get(uint64(in1)).out
			buf := make([]byte, 2048)
			copy(buf[Headroom:], c.body)
			seq, _ := out.NextSeq()
			start, end := out.Seal(buf, Headroom, len(c.body), seq, c.next)
			n.r3.esp.in <- Datagram{Buf: buf[start:end]}
			synctest.Wait()
			wantPackets(t, n.r3)
			if got := n.r3.dropped(); len(got) != 1 || got[c.drop] != 1 {
				t.Errorf("%s: drops %v, want %q", name, got, c.drop)
			}
		})
	}
}

// "the receiver … MUST be prepared to discard such padding": octets after the
// packet's total length hide its size (RFC 4303, section 2.7).
func TestTrafficFlowPaddingIsRemoved(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t)
		out := n.r1.sad.get(uint64(in1)).out
		buf := make([]byte, 2048)
		copy(buf[Headroom:], ping.bytes())
		seq, _ := out.NextSeq()
		start, end := out.Seal(buf, Headroom, 1000, seq, packet.IPIP)
		n.r3.esp.in <- Datagram{Buf: buf[start:end]}
		synctest.Wait()
		wantPackets(t, n.r3, ping)
	})
}

func FuzzInbound(f *testing.F) {
	good := func() []byte {
		n := newNet()
		defer n.close()
		in1, _ := n.up(f)
		out := n.r1.sad.get(uint64(in1)).out
		buf := make([]byte, 512)
		copy(buf[Headroom:], ping.bytes())
		start, end := out.Seal(buf, Headroom, 84, 1, packet.IPIP)
		return buf[start:end]
	}()
	f.Add(good)
	f.Add(good[:8])
	f.Add([]byte{0xff})
	f.Add([]byte{0, 0, 0x10, 3, 0, 0, 0, 1})
	n := newNet()
	f.Cleanup(n.close)
	n.up(f)
	r := newReceiver(n.r3.Path, n.r3.esp)
	f.Fuzz(func(t *testing.T, d []byte) {
		b := newInBatch(1)
		defer b.release()
		b.datagrams[0].N = copy(b.datagrams[0].Buf, d)
		r.accept(b, 0)
		b.process()
		r.finish(b)
		// Whatever came in, only a packet of the flow comes out.
		for _, got := range n.r3.received() {
			var p packet.Parsed
			if p.Decode(got) != nil || !lan1.Match(p.Src) || !lan3.Match(p.Dst) {
				t.Errorf("%x came out of the tunnel", got)
			}
		}
	})
}
