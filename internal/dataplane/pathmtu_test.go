package dataplane

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"conft/internal/packet"
)

// about is what a router on the way says of the last packet that r sent.
func about(r *router, udp bool, mtu int) packet.TooBig {
	sock, protocol, head := r.esp, uint8(packet.ESP), []byte(nil)
	if udp {
		sock, protocol = r.udp, packet.UDP
		head = []byte{4500 >> 8, 4500 & 0xff, 4500 >> 8, 4500 & 0xff, 0, 0, 0, 0}
	}
	d := sock.sent[len(sock.sent)-1]
	return packet.TooBig{MTU: mtu, From: netip.MustParseAddr("12.12.12.2"), Src: d.Local.Addr(), Dst: d.Remote.Addr(),
		Protocol: protocol, DF: d.DF, Len: 20 + len(head) + len(d.Buf), Payload: append(head, d.Buf[:8]...)}
}

var long = testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: packet.UDP, sport: 1, dport: 2, df: true, size: 1400}

// The sender of a packet with DF learns what the path carries from the second one
// that is too long, and SAs that come later know it already.
func TestPathMTUIsLearntAndPassedOn(t *testing.T) {
	for _, udp := range []bool{false, true} {
		inNet(t, func(t *testing.T, n *testNet) {
			n.udp = udp
			in1, _ := n.up(t)
			_, before := n.r1.MTU(in1)
			n.r1.send(long)
			wantPackets(t, n.r3, long)
			n.r1.TooBig(about(n.r1, udp, 1300))
			path, plain := n.r1.MTU(in1)
			if path != 1300 || plain > before-192 || plain < before-208 {
				t.Fatalf("path MTU %d and plaintext MTU %d, before %d", path, plain, before)
			}
			n.r1.send(long)
			got := n.r1.received()
			if len(got) != 1 || int(binary.BigEndian.Uint16(got[0][26:])) != plain {
				t.Fatalf("the sender was told %x, want an MTU of %d", got, plain)
			}
			fits := long
			fits.size = plain
			n.r1.send(fits)
			wantPackets(t, n.r3, fits)

			in2, _ := n.up(t)
			if path, _ := n.r1.MTU(in2); path != 1300 {
				t.Errorf("a new SA believes in %d octets", path)
			}
			if !strings.Contains(strings.Join(n.r1.events, "\n"), "IPSEC(adjust_mtu): adjusting path mtu from 1500 to 1300,") {
				t.Errorf("events %q", n.r1.events)
			}
		})
	}
}

// A peer that has moved is found where it is, and not where it was.
func TestPathMTUOfAPeerThatMoved(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		n.udp = true
		in1, _ := n.up(t)
		n.r1.send(long)
		before := about(n.r1, true, 1300)
		n.r1.Move(in1, netip.MustParseAddrPort("34.34.34.4:4500"))
		n.r1.send(long)
		n.r1.TooBig(before)
		if path, _ := n.r1.MTU(in1); path != 1500 {
			t.Errorf("path MTU %d, by a router on the way to where the peer was", path)
		}
		n.r1.TooBig(about(n.r1, true, 1400))
		if path, _ := n.r1.MTU(in1); path != 1400 {
			t.Errorf("path MTU %d, want that of the way to where the peer is", path)
		}
		n.r1.Remove(in1)
		for part := range n.r1.outer {
			if m := n.r1.outer[part].Load(); m != nil && len(*m) > 0 {
				t.Errorf("a pair that is gone is still found: %v", *m)
			}
		}
	})
}

func TestPathMTUAges(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t)
		n.r1.send(long)
		n.r1.TooBig(about(n.r1, false, 1300))
		time.Sleep(9 * time.Minute)
		n.r1.TooBig(about(n.r1, false, 1300)) // again: it is true for ten minutes more
		time.Sleep(9 * time.Minute)
		if path, _ := n.r1.MTU(in1); path != 1300 {
			t.Errorf("path MTU %d after 9 minutes", path)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if path, _ := n.r1.MTU(in1); path != 1500 {
			t.Errorf("path MTU %d after 11 minutes, want the link's", path)
		}
		n.r1.send(long)
		n.r1.TooBig(about(n.r1, false, 1300))
		n.r1.Remove(in1)
		in2, _ := n.up(t)
		if path, _ := n.r1.MTU(in2); path != 1500 {
			t.Errorf("path MTU %d after all SAs with the peer went", path)
		}
	})
}

func TestPathMTUHasAFloor(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		in1, _ := n.up(t)
		n.r1.send(long)
		m := about(n.r1, false, 0)
		n.r1.TooBig(m)
		if path, _ := n.r1.MTU(in1); path != 1006 {
			t.Errorf("path MTU %d where the router names none, want the next lower of common links", path)
		}
		m.MTU = 68
		n.r1.TooBig(m)
		if path, _ := n.r1.MTU(in1); path != minPathMTU {
			t.Errorf("path MTU %d, want the floor", path)
		}
		m.MTU = 1200 // late
		n.r1.TooBig(m)
		if path, _ := n.r1.MTU(in1); path != minPathMTU {
			t.Errorf("path MTU %d, want the least that was said", path)
		}
	})
	// Of UDP a router may quote no more than the ports, which anybody knows.
	inNet(t, func(t *testing.T, n *testNet) {
		n.udp = true
		in1, _ := n.up(t)
		n.r1.send(long)
		m := about(n.r1, true, 300)
		m.Payload = m.Payload[:8]
		n.r1.TooBig(m)
		if path, _ := n.r1.MTU(in1); path != minUnproved {
			t.Errorf("path MTU %d, want %d", path, minUnproved)
		}
	})
}

// Anybody can send ICMP; who has not seen a packet of the SA changes nothing.
func TestForgedPathMTU(t *testing.T) {
	for name, forge := range map[string]func(*packet.TooBig){
		"another SPI":     func(m *packet.TooBig) { m.Payload[3]++ },
		"never sent":      func(m *packet.TooBig) { m.Payload[7]++ },
		"number 0":        func(m *packet.TooBig) { m.Payload[7] = 0 },
		"another source":  func(m *packet.TooBig) { m.Src = addr3 },
		"another peer":    func(m *packet.TooBig) { m.Dst = addr1 },
		"without DF":      func(m *packet.TooBig) { m.DF = false },
		"it fits":         func(m *packet.TooBig) { m.MTU = m.Len },
		"to another port": func(m *packet.TooBig) { m.Protocol = packet.UDP; copy(m.Payload, []byte{0x11, 0x94, 0x11, 0x95}) },
		"no SA in UDP":    func(m *packet.TooBig) { m.Protocol = packet.UDP; copy(m.Payload, []byte{0x11, 0x94, 0x11, 0x94}) },
	} {
		inNet(t, func(t *testing.T, n *testNet) {
			in1, _ := n.up(t)
			n.r1.send(long)
			m := about(n.r1, false, 1300)
			forge(&m)
			n.r1.TooBig(m)
			if path, _ := n.r1.MTU(in1); path != 1500 {
				t.Errorf("%s: path MTU %d", name, path)
			}
			wantDrops(t, n.r1, map[string]uint64{"input fragmentation needed, not ours": 1})
		})
	}
	// What else the router sends is not the engine's: it pings with DF, say, and tells itself.
	for name, protocol := range map[string]uint8{"TCP": packet.TCP, "a ping": packet.ICMP, "another port": packet.UDP} {
		inNet(t, func(t *testing.T, n *testNet) {
			in1, _ := n.up(t)
			n.r1.send(long)
			m := about(n.r1, false, 1300)
			m.Protocol = protocol
			n.r1.TooBig(m)
			if path, _ := n.r1.MTU(in1); path != 1500 {
				t.Errorf("%s: path MTU %d", name, path)
			}
			wantDrops(t, n.r1, map[string]uint64{})
		})
	}
	inNet(t, func(t *testing.T, n *testNet) {
		n.up(t)
		n.r1.send(long)
		m := about(n.r1, false, 1300)
		m.Payload[3]++
		for range 1000 {
			n.r1.TooBig(m)
		}
		m.Payload[3]--
		n.r1.TooBig(m)
		if path, _ := n.r1.MTU(n.spi); path != 1300 {
			t.Errorf("path MTU %d: a flood keeps the truth away", path)
		}
	})
}
