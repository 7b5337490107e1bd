package dataplane

import (
	"bytes"
	"encoding/binary"
	"testing"

	"conft/internal/packet"
)

// piece is a fragment of a datagram from one of a few senders.
func piece(id uint16, from int, more bool, payload []byte) []byte {
	p := append([]byte{0: 0x45, 8: 64, 9: packet.UDP, 12: 12, 16: 23, 19: 3}, payload...)
	binary.BigEndian.PutUint16(p[2:], uint16(len(p)))
	binary.BigEndian.PutUint16(p[4:], id)
	flags := uint16(from / 8)
	if more {
		flags |= 0x2000
	}
	binary.BigEndian.PutUint16(p[6:], flags)
	packet.SetChecksum(p)
	return p
}

func TestAssembly(t *testing.T) {
	a, b := bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 24)
	var as assembly
	var others [][]byte
	for i := range as.of {
		others = append(others, piece(uint16(100+i), 0, true, b))
	}
	add := func(pkt []byte) ([]byte, bool) {
		var p packet.Parsed
		if err := p.Decode(pkt); err != nil {
			t.Fatal(err)
		}
		return as.add(&p, pkt)
	}
	for name, v := range map[string]struct {
		pieces [][]byte
		want   string // of the last piece
		lost   int    // packets
	}{
		"in order":              {[][]byte{piece(1, 0, true, a), piece(1, 16, true, b), piece(1, 40, false, a[:3])}, string(a) + string(b) + string(a[:3]), 0},
		"two at a time":         {[][]byte{piece(1, 0, true, a), piece(2, 0, true, b), piece(1, 16, false, b)}, string(a) + string(b), 0},
		"others in its place":   {append(append([][]byte{piece(1, 0, true, a)}, others...), piece(1, 16, false, b)), "", 2},
		"one fewer":             {append(append([][]byte{piece(1, 0, true, a)}, others[1:]...), piece(1, 16, false, b)), string(a) + string(b), 0},
		"its own beginning":     {[][]byte{piece(1, 0, true, a), piece(1, 0, true, b), piece(1, 24, false, a)}, string(b) + string(a), 1},
		"a gap":                 {[][]byte{piece(1, 0, true, a), piece(1, 24, false, b)}, "", 1},
		"the last one again":    {[][]byte{piece(1, 0, true, a), piece(1, 16, false, b), piece(1, 16, false, b)}, "", 1},
		"no beginning":          {[][]byte{piece(9, 16, false, b)}, "", 1},
		"an overlapping second": {[][]byte{piece(1, 0, true, a), piece(1, 8, false, b)}, "", 1},
	} {
		as = assembly{}
		var got []byte
		n := 0
		for _, p := range v.pieces {
			whole, lost := add(p)
			if got = whole; lost {
				n++
			}
		}
		if n != v.lost {
			t.Errorf("%s: %d lost, want %d", name, n, v.lost)
		}
		if v.want == "" && got != nil || v.want != "" && (got == nil || string(got[20:]) != v.want || packet.Checksum(got[:20]) != 0) {
			t.Errorf("%s: %x", name, got)
		}
	}
}

// FuzzAssembly gives fragments of any kind: no panic, and what comes out is a whole packet.
func FuzzAssembly(f *testing.F) {
	f.Add([]byte{0, 1, 2, 0, 0, 1, 3, 2, 0, 1, 4, 5})
	f.Add(bytes.Repeat([]byte{0, 1, 255, 0}, 40))
	f.Fuzz(func(t *testing.T, script []byte) {
		var as assembly
		for ; len(script) >= 4; script = script[4:] {
			pkt := piece(uint16(script[0]%6), int(script[3])*int(script[2])*8%65000, script[1]&1 != 0, make([]byte, int(script[2])*8+int(script[1]>>5)))
			var p packet.Parsed
			if p.Decode(pkt) != nil {
				continue
			}
			if whole, _ := as.add(&p, pkt); whole != nil {
				if err := p.Decode(whole); err != nil || p.Fragment() || p.Len != len(whole) {
					t.Fatalf("%v: %+v of %d octets", err, p, len(whole))
				}
			}
		}
	})
}
