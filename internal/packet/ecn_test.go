package packet

import "testing"

// Figure 4 of RFC 6040: by inner field, what leaves for an outer field of Not-ECT,
// ECT(0), ECT(1) and CE.
func TestDecapsulateECN(t *testing.T) {
	const drop = 0xff
	outer := [4]ECN{NotECT, ECT0, ECT1, CE}
	for inner, row := range map[ECN][4]ECN{
		NotECT: {NotECT, NotECT, NotECT, drop},
		ECT0:   {ECT0, ECT0, ECT1, CE},
		ECT1:   {ECT1, ECT1, ECT1, CE},
		CE:     {CE, CE, CE, CE},
	} {
		for i, want := range row {
			got, ok := DecapsulateECN(inner, outer[i])
			if ok != (want != drop) || ok && got != want {
				t.Errorf("inner %d, outer %d: %d, %v; want %d", inner, outer[i], got, ok, want)
			}
		}
	}
}

func TestSetECN(t *testing.T) {
	for tos := range 256 {
		for e := NotECT; e <= CE; e++ {
			b := []byte{0x45, uint8(tos), 0, 20, 0xff, 0xff, 0, 0, 64, 17, 0, 0, 10, 1, 1, 1, 20, 1, 1, 1}
			sum := Checksum(b)
			b[10], b[11] = byte(sum>>8), byte(sum)
			var p Parsed
			if err := p.Decode(b); err != nil {
				t.Fatal(err)
			}
			p.SetECN(b, e)
			if Checksum(b) != 0 || b[1] != uint8(tos)&^3|uint8(e) || p.ECN() != e {
				t.Fatalf("TOS %#x to ECN %d: TOS %#x, checksum %#x", tos, e, b[1], Checksum(b))
			}
		}
	}
}
