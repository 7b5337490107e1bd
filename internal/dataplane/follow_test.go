package dataplane

import (
	"net/netip"
	"slices"
	"testing"

	"conft/internal/packet"
)

// "The host not behind NAT … SHOULD use the last valid UDP-encapsulated IKE or IPsec
// packet to determine which IP address and port numbers should be used." RFC 3947,
// section 4.
func TestSAFollowsItsPeer(t *testing.T) {
	reply := testPacket{src: "20.1.1.1", dst: "10.1.1.1", protocol: packet.ICMP}
	at := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(addr1, port) }
	for _, roams := range []bool{true, false} {
		inNet(t, func(t *testing.T, n *testNet) {
			n.udp = true
			_, in3 := n.up(t, func(_, b *SA) { b.Roams = roams })
			from := at(4500)
			var kept []Datagram
			n.r1.udp.setTamper(func(d Datagram) []Datagram {
				d.Local = from
				again := d
				again.Buf = slices.Clone(d.Buf)
				kept = append(kept, again)
				return []Datagram{d}
			})
			sentTo := func(what string, want netip.AddrPort) {
				t.Helper()
				if !roams {
					want = at(4500)
				}
				n.r3.send(reply)
				n.r3.udp.mu.Lock()
				defer n.r3.udp.mu.Unlock()
				if got := n.r3.udp.sent[len(n.r3.udp.sent)-1].Remote; got != want {
					t.Errorf("roams %v, %s: sent to %v, want %v", roams, what, got, want)
				}
			}
			n.r1.send(ping)
			sentTo("at first", at(4500))
			from = at(20001)
			n.r1.send(ping)
			sentTo("after the mapping changed", at(20001))

			// What was seen before, what is damaged and what is older.
			forged := kept[len(kept)-1]
			forged.Local = at(6666)
			forged.Buf = slices.Clone(forged.Buf)
			n.r1.udp.setTamper(func(d Datagram) []Datagram {
				d.Local, d.Buf[len(d.Buf)-1] = at(6666), d.Buf[len(d.Buf)-1]^1
				return []Datagram{forged, d}
			})
			n.r1.send(ping)
			sentTo("after forgeries", at(20001))
			n.r1.udp.setTamper(func(d Datagram) []Datagram {
				if kept = append(kept, d); len(kept) < 4 {
					return nil
				}
				late, last := kept[2], kept[3]
				late.Local, last.Local = at(20001), at(20002)
				return []Datagram{last, late}
			})
			n.r1.send(ping, ping)
			sentTo("when an older packet comes late", at(20002))

			n.r3.mu.Lock()
			moved := slices.Clone(n.r3.moved)
			n.r3.mu.Unlock()
			want := []move{{in3, at(20001)}, {in3, at(20002)}}
			if !roams {
				want = nil
			}
			if !slices.Equal(moved, want) {
				t.Errorf("roams %v: IKE was told %v, want %v", roams, moved, want)
			}
			n.r3.Move(in3, at(20003))
			n.r3.send(reply)
			n.r3.udp.mu.Lock()
			if got := n.r3.udp.sent[len(n.r3.udp.sent)-1].Remote; got != at(20003) {
				t.Errorf("IKE moved the SA to %v, and it sends to %v", at(20003), got)
			}
			n.r3.udp.mu.Unlock()
		})
	}
}
