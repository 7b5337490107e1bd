package kernel

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"
	"time"

	"conft/internal/nstest"
	"conft/internal/packet"
)

// What comes out of a tunnel for a network that is not there does not go on in clear by a
// default route: the filter diverts it back to the engine. Without the filter a rule drops it.
func TestNothingTurnsRoundInClear(t *testing.T) {
	if !nstest.Alone(t) {
		return
	}
	l := newLab(t)
	l.e1.stop()
	must(t, l.k1.Apply(l.d1))
	l.d1.Links = slices.DeleteFunc(slices.Clone(l.d1.Links), func(n Link) bool { return n.Name == "lan0" })
	l.d1.Routes[0].Prefix = netip.MustParsePrefix("0.0.0.0/0")
	must(t, l.k1.Apply(l.d1))
	w, tun := tap(t, l.r3, "wan0"), l.k1.TUN("crypto1")
	decrypted := func() {
		t.Helper()
		p := make([]byte, 64+28, 1<<16)
		copy(p[64:], "\x45\x00\x00\x1c\x00\x00\x00\x00\x40\x11\x00\x00\x14\x01\x01\x02\x0a\x01\x01\x02\x10\x00\x10\x00\x00\x08\x00\x00")
		binary.BigEndian.PutUint16(p[64+10:], packet.Checksum(p[64:64+20]))
		if n, err := tun.Write([][]byte{p}, 64); n != 1 {
			t.Fatalf("%d packets taken: %v", n, err)
		}
	}
	decrypted()
	never := time.AfterFunc(20*time.Second, func() { tun.Close() })
	bufs, sizes := buffers(tun.BatchSize()), make([]int, tun.BatchSize())
	if n, err := tun.Read(bufs, sizes, 64); n != 1 || sizes[0] != 28 || bufs[0][64+19] != 2 {
		t.Errorf("to the engine: %d packets, %v", n, err)
	}
	never.Stop()
	if all := w.arrived(t, 0); len(all) > 0 {
		t.Errorf("in clear: %x", all)
	}

	must(t, (linkDel{[]string{"wan0"}}).do(l.k1))
	must(t, l.k1.Apply(l.d1))
	cable(t, l.r1, "wan0", "12.12.12.1/24", l.r3, "wan0", "12.12.12.3/24")
	must(t, planned(t, l.k1, l.d1))
	w = tap(t, l.r3, "wan0")
	decrypted()
	if all := w.arrived(t, 0); len(all) > 0 {
		t.Errorf("in clear by a link without its filter: %x", all)
	}
	if c, err := l.k1.Counters(); err != nil || c["wan0"].Blocked != 1 {
		t.Errorf("counters %+v, %v; want 1 blocked", c, err)
	}
}
