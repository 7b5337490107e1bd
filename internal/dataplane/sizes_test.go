package dataplane

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"conft/internal/packet"
)

// fate is what becomes of a packet that is longer than the plaintext MTU.
type fate string

const (
	inner   fate = "fragmented before encryption"
	whole   fate = "fragmented after encryption"
	told    fate = "dropped, the sender told"
	dropped fate = "dropped"
)

// IOS's table of `crypto ipsec df-bit` and `crypto ipsec fragmentation`.
var oversizeTable = []struct {
	df           DFBit
	after        bool
	without, set fate // by the DF bit of the inner header
}{
	{DFCopy, false, inner, told},
	{DFClear, false, inner, inner},
	{DFSet, false, inner, told},
	{DFCopy, true, whole, told},
	{DFClear, true, whole, whole},
	{DFSet, true, dropped, told},
}

// Packets of every size from 21 to 9,000 octets arrive as they were sent, or their
// sender is told the MTU that fits.
func TestEverySize(t *testing.T) {
	for _, row := range oversizeTable {
		for _, df := range []bool{false, true} {
			want := map[bool]fate{false: row.without, true: row.set}[df]
			t.Run(fmt.Sprintf("df-bit %d after %v inner DF %v", row.df, row.after, df), func(t *testing.T) {
				inWhole(t, func(t *testing.T, n *testNet, w1 *wholeSocket) {
					l := Link{Interface: outside, Local: addr1, MTU: 1500, DF: row.df, FragmentAfter: row.after}
					l.Entries = n.r1.policy[outside].Entries
					n.r1.SetPolicy(&Policy{Links: []Link{l}})
					in1, _ := n.up(t)
					for size := 21; size <= 9000; size++ {
						checkSize(t, n, w1, in1, size, df, row.df.outer(df), want)
						if t.Failed() {
							return
						}
					}
				})
			})
		}
	}
}

func checkSize(t *testing.T, n *testNet, w1 *wholeSocket, spi uint32, size int, df, outerDF bool, want fate) {
	_, mtu := n.r1.MTU(spi)
	p := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: 254, size: size, df: df}
	n.r1.esp.sent, w1.sizes = n.r1.esp.sent[:0], w1.sizes[:0]
	n.r1.send(p)
	got := n.r3.received()
	switch {
	case size <= mtu:
		if len(got) != 1 || !bytes.Equal(got[0], p.bytes()) {
			t.Fatalf("%d octets fit, and arrived as %d packets", size, len(got))
		}
	case want == inner:
		p.df = false
		for _, f := range got {
			if len(f) > mtu {
				t.Fatalf("%d octets: a fragment of %d", size, len(f))
			}
		}
		if joined, sent := reassemble(t, got), p.bytes(); !bytes.Equal(joined[20:], sent[20:]) || !bytes.Equal(joined[12:20], sent[12:20]) {
			t.Fatalf("%d octets: the fragments are not the packet", size)
		}
	case want == whole:
		if len(got) != 1 || !bytes.Equal(got[0], p.bytes()) || len(w1.sizes) < 2 || slices.Max(w1.sizes) > 1500 || w1.last[6]&0x40 != 0 {
			t.Fatalf("%d octets arrived as %d packets, in fragments of %v", size, len(got), w1.sizes)
		}
	default:
		if len(got) != 0 {
			t.Fatalf("%d octets arrived as %d packets", size, len(got))
		}
		m := n.r1.received()
		switch {
		case want == dropped && len(m) != 0:
			t.Fatalf("%d octets: told %x", size, m)
		case want == told && (len(m) != 1 || int(binary.BigEndian.Uint16(m[0][26:])) != mtu):
			t.Fatalf("%d octets: told %x, want an MTU of %d", size, m, mtu)
		}
		time.Sleep(icmpInterval)
	}
	for _, d := range n.r1.esp.sent {
		if d.DF != outerDF || len(d.Buf)+packet.HeaderLen > 1500 {
			t.Fatalf("%d octets left in %d with DF %v, want %v", size, len(d.Buf)+packet.HeaderLen, d.DF, outerDF)
		}
	}
}

// A sender need not number packets with DF; their fragments are told apart all the same.
func TestFragmentsOfPacketsWithDFAreNumbered(t *testing.T) {
	inNet(t, func(t *testing.T, n *testNet) {
		l := Link{Interface: outside, Local: addr1, MTU: 1500, DF: DFClear, Entries: n.r1.policy[outside].Entries}
		n.r1.SetPolicy(&Policy{Links: []Link{l}})
		n.up(t)
		p := long
		p.size = 1500
		n.r1.send(p, p)
		got := n.r3.received()
		if len(got) != 4 {
			t.Fatalf("%d packets, want two fragments each", len(got))
		}
		id := func(b []byte) uint16 { return binary.BigEndian.Uint16(b[4:]) }
		if id(got[0]) != id(got[1]) || id(got[2]) != id(got[3]) || id(got[0]) == id(got[2]) {
			t.Errorf("identifications %x %x %x %x", id(got[0]), id(got[1]), id(got[2]), id(got[3]))
		}
	})
}

// What is fragmented after encryption stays in its place between packets that are not, else
// the peer would take what is overtaken for a replay.
func TestLongPacketsKeepTheirPlace(t *testing.T) {
	inWhole(t, func(t *testing.T, n *testNet, _ *wholeSocket) {
		l := Link{Interface: outside, Local: addr1, MTU: 1500, FragmentAfter: true, Entries: n.r1.policy[outside].Entries}
		n.r1.SetPolicy(&Policy{Links: []Link{l}})
		n.up(t, func(a, b *SA) { b.Window = 64 })
		var want []testPacket
		for i := range 120 {
			p := testPacket{src: "10.1.1.1", dst: "20.1.1.1", protocol: 254, size: 100 + i}
			if i%3 == 0 || i > 100 {
				p.size += 1380
			}
			want = append(want, p)
		}
		n.r1.send(want...)
		wantPackets(t, n.r3, want...)
	})
}
