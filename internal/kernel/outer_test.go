package kernel

import (
	"bytes"
	"encoding/binary"
	"testing"

	"conft/internal/nstest"
	"conft/internal/packet"
)

func TestOuterHeaderOfUDP(t *testing.T) {
	if nstest.Alone(t) {
		outerHeader(t, func() (*Conn, error) { return (&Kernel{}).ListenUDP(4500) }, ":4500")
	}
}

func TestOuterHeaderOfESP(t *testing.T) {
	if nstest.Alone(t) {
		outerHeader(t, (&Kernel{}).ListenESP, ":0")
	}
}

// What a datagram says of its outer header is in the packet, and what the header said
// of congestion is in the datagram that arrives.
func outerHeader(t *testing.T, open func() (*Conn, error), port string) {
	t.Helper()
	a, b, peer := ends(t, open)
	seen := tap(t, peer, "eth0")
	var send []packet.Datagram
	for i := range 12 {
		d := packet.Datagram{Buf: bytes.Repeat([]byte{byte(i + 1)}, 400), Local: addrPort("192.0.2.1" + port), Remote: addrPort("192.0.2.2" + port)}
		d.TOS, d.DF = 0xb8|uint8(i%4), i/3%2 == 1
		if i >= 10 {
			d.Buf, d.DF, d.Long = bytes.Repeat([]byte{byte(i + 1)}, 4000), false, true
		}
		send = append(send, d)
	}
	if n, err := a.Send(send); n != len(send) || err != nil {
		t.Fatalf("sent %d, %v", n, err)
	}
	for i, d := range collect(t, b, len(send), 5000) {
		if !bytes.Equal(d.Buf[:d.N], send[i].Buf) || d.TOS != send[i].TOS || d.TTL != 64 {
			t.Errorf("datagram %d: %d octets, TOS %#x, TTL %d, want %d, %#x and 64", i, d.N, d.TOS, d.TTL, len(send[i].Buf), send[i].TOS)
		}
	}
	var ids []uint16
	frames := seen.arrived(t, 10+2*3)
	for i, p := range frames {
		frag := binary.BigEndian.Uint16(p[6:])
		if i < 10 {
			if df := frag&0x4000 != 0; df != send[i].DF || frag&0x3fff != 0 {
				t.Errorf("packet %d has the fragment field %#x, want DF %v", i, frag, send[i].DF)
			}
			if !send[i].DF {
				ids = append(ids, binary.BigEndian.Uint16(p[4:]))
			}
		} else if frag&0x4000 != 0 || frag&0x3fff == 0 {
			t.Errorf("packet %d is no fragment that may be fragmented again: %#x", i, frag)
		}
	}
	for i := range ids {
		for j := range i {
			if ids[i] == ids[j] {
				t.Errorf("two packets without DF have the identification %#x", ids[i])
			}
		}
	}
}
