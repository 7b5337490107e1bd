package kernel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"conft/internal/nstest"
	"conft/internal/packet"

	"golang.org/x/sys/unix"
)

// Packets of protocol 51 arrive with the IP header they were sent with, fragments put
// together; what is longer than the link takes is refused and keeps back nothing.
func TestWholePackets(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	a, b, _ := ends(t, (&Kernel{}).ListenAH)
	whole := func(options []byte, payload int, id uint16) []byte {
		h := append([]byte{0x45 + byte(len(options)/4), 0x10, 0, 0, 0, 0, 0, 0, 33, packet.AH, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}, options...)
		h = append(h, bytes.Repeat([]byte{byte(id)}, payload)...)
		binary.BigEndian.PutUint16(h[2:], uint16(len(h)))
		binary.BigEndian.PutUint16(h[4:], id)
		packet.SetChecksum(h)
		return h
	}
	send := func(pkts ...[]byte) (n int, err error) {
		var list []packet.Datagram
		for _, p := range pkts {
			list = append(list, packet.Datagram{Buf: p, Local: addrPort("192.0.2.1:0"), Remote: addrPort("192.0.2.2:0")})
		}
		return a.Send(list)
	}
	plain, optioned, long := whole(nil, 100, 1), whole([]byte{148, 4, 0, 0}, 64, 2), whole(nil, 3000, 3)
	if n, err := send(plain, long, optioned); n != 2 || !errors.Is(err, unix.EMSGSIZE) {
		t.Errorf("sent %d, %v; want 2, message too long", n, err)
	}
	var p packet.Parsed
	must(t, p.Decode(long))
	if n, err := send(p.AppendFragment(nil, long, 0, 1480), p.AppendFragment(nil, long, 1480, 2960), p.AppendFragment(nil, long, 2960, 3000)); n != 3 || err != nil {
		t.Errorf("sent %d fragments: %v", n, err)
	}
	want := [][]byte{plain, optioned, long}
	for i, got := range collect(t, b, len(want), 4000) {
		pkt := got.Buf[:got.N]
		if len(pkt) == len(want[i]) { // the kernel leaves its own mark on a packet put together
			copy(pkt[10:12], want[i][10:12])
		}
		if !bytes.Equal(pkt, want[i]) || got.Local != addrPort("192.0.2.2:0") || got.Remote != addrPort("192.0.2.1:0") {
			t.Errorf("packet %d from %v to %v: %d octets\n%x\nwant\n%x", i, got.Remote, got.Local, len(pkt), pkt[:40], want[i][:40])
		}
	}
}
