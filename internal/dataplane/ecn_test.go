package dataplane

import (
	"testing"

	"conft/internal/packet"
)

// "The DS field is copied" and "normal mode: the encapsulator MUST copy the ECN field"
// (RFC 6040, sections 4.1 and 5). What leaves the tunnel is figure 4.
func TestTOSCrossesTheTunnel(t *testing.T) {
	const expedited = 0xb8
	for _, udp := range []bool{false, true} {
		for inner := packet.NotECT; inner <= packet.CE; inner++ {
			for outer := packet.NotECT; outer <= packet.CE; outer++ {
				inNet(t, func(t *testing.T, n *testNet) {
					n.udp = udp
					n.up(t)
					sock := n.r1.esp
					if udp {
						sock = n.r1.udp
					}
					sock.setTamper(func(d Datagram) []Datagram {
						if d.TOS != expedited|uint8(inner) {
							t.Errorf("outer TOS %#x around inner ECN %d", d.TOS, inner)
						}
						d.TOS = d.TOS&^3 | uint8(outer)
						return []Datagram{d}
					})
					sent := ping
					sent.tos = expedited | uint8(inner)
					n.r1.send(sent)
					want, ok := packet.DecapsulateECN(inner, outer)
					if !ok {
						if got := n.r3.received(); len(got) != 0 {
							t.Errorf("inner %d, outer %d: arrived as %x", inner, outer, got)
						}
						wantDrops(t, n.r3, map[string]uint64{"input ECN of a packet not capable": 1})
						return
					}
					sent.tos = expedited | uint8(want)
					wantPackets(t, n.r3, sent) // with the checksum
				})
			}
		}
	}
}
