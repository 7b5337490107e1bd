package packet

import (
	"encoding/binary"
	"net/netip"
	"testing"
)

// espTooBig is the message a router with a link of 1400 octets sends about an ESP
// packet of 1488, with the eight octets of payload that every router quotes.
func espTooBig() []byte {
	b := []byte{3, 4, 0, 0, 0, 0, 0x05, 0x78,
		0x45, 0, 0x05, 0xd0, 0, 0, 0x40, 0, 63, ESP, 0, 0, 12, 12, 12, 1, 23, 23, 23, 3,
		0x12, 0x34, 0x56, 0x78, 0, 0, 0, 9}
	return sealICMP(b)
}

func sealICMP(b []byte) []byte {
	b[2], b[3] = 0, 0
	binary.BigEndian.PutUint16(b[2:], Checksum(b))
	return b
}

func TestDecodeTooBig(t *testing.T) {
	from := netip.MustParseAddr("12.12.12.2")
	got, err := DecodeTooBig(from, espTooBig())
	if err != nil {
		t.Fatal(err)
	}
	if got.MTU != 1400 || got.From != from || got.Src.String() != "12.12.12.1" || got.Dst.String() != "23.23.23.3" ||
		got.Protocol != ESP || !got.DF || got.Len != 1488 || len(got.Payload) != 8 || got.Payload[0] != 0x12 {
		t.Errorf("decoded %+v", got)
	}
	// A header with options is quoted whole.
	b := espTooBig()
	b[8] = 0x46
	b = append(b[:28:28], append([]byte{1, 1, 1, 1}, b[28:]...)...)
	if got, err := DecodeTooBig(from, sealICMP(b)); err != nil || got.Payload[0] != 0x12 {
		t.Errorf("with options: %+v, %v", got, err)
	}
	for name, spoil := range map[string]func([]byte) []byte{
		"short":             func(b []byte) []byte { return sealICMP(b[:35]) },
		"port unreachable":  func(b []byte) []byte { b[1] = 3; return sealICMP(b) },
		"checksum":          func(b []byte) []byte { b[7]++; return b },
		"IPv6":              func(b []byte) []byte { b[8] = 0x65; return sealICMP(b) },
		"short header":      func(b []byte) []byte { b[8] = 0x44; return sealICMP(b) },
		"long header":       func(b []byte) []byte { b[8] = 0x46; return sealICMP(b) },
		"a later fragment":  func(b []byte) []byte { b[15] = 1; return sealICMP(b) },
		"time exceeded":     func(b []byte) []byte { b[0] = 11; return sealICMP(b) },
		"nothing of a body": func(b []byte) []byte { return nil },
	} {
		if got, err := DecodeTooBig(from, spoil(espTooBig())); err == nil {
			t.Errorf("%s: decoded %+v", name, got)
		}
	}
}

func FuzzDecodeTooBig(f *testing.F) {
	f.Add(espTooBig())
	f.Add([]byte{3, 4, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := DecodeTooBig(netip.Addr{}, b)
		if err == nil && (len(got.Payload) < 8 || got.Payload == nil || !got.Src.Is4()) {
			t.Errorf("%x: %+v", b, got)
		}
	})
}
