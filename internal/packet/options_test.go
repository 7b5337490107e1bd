package packet

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
)

func TestOptions(t *testing.T) {
	hops := []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")}
	b := AppendRoute(nil, OptionLoose, hops)
	b = append(b, OptionNop)
	b = AppendRecord(b, 1)
	b = append(b, 148, 4, 0, 0) // router alert
	b = PadOptions(AppendTimestamps(b, 2))
	if len(b) != 36 || !SourceRouted(b) {
		t.Errorf("%d octets, routed %v", len(b), SourceRouted(b))
	}
	var got string
	for o := range Options(b) {
		got += fmt.Sprintf("%d/%d at %d, %d used of %x\n", o.Type, o.Len, o.Pointer, o.Used(), o.Words())
	}
	const want = "131/11 at 4, 0 used of [a000001 a000002]\n1/1 at 0, 0 used of []\n7/7 at 4, 0 used of [0]\n" +
		"148/4 at 0, 0 used of []\n68/12 at 5, 0 used of [0 0]\n0/1 at 0, 0 used of []\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	b = PadOptions(AppendRecord(nil, 9))
	b[2] = 12
	for o := range Options(b) {
		if o.Type == OptionRecord && o.Used() != 8 {
			t.Errorf("%d octets used", o.Used())
		}
	}
	if len(b) != MaxOptions || SourceRouted(b) {
		t.Errorf("%d octets", len(b))
	}
	if n := len(AppendTimestamps(nil, 9)); n != MaxOptions {
		t.Errorf("nine timestamps are %d octets", n)
	}
}

func FuzzOptions(f *testing.F) {
	for _, b := range [][]byte{AppendRecord(nil, 9), AppendTimestamps(nil, 2), {7, 3, 0}, {7, 2}, {68, 3, 5}, {7, 255, 4}, {1, 1, 7}, {131, 7, 255, 1, 2, 3, 4}, {148, 4, 0, 0, 0}} {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		rest := b
		for o := range Options(b) {
			if o.Used() > len(o.Data) || len(o.Data) >= o.Len && o.Len > 0 || !bytes.Contains(rest[:o.Len], o.Data) {
				t.Fatalf("%+v of % x", o, rest)
			}
			rest = rest[o.Len:]
		}
	})
}
