package debug

import "testing"

func TestMACText(t *testing.T) {
	for want, mac := range map[string][]byte{"0000.0c07.ac01": {0, 0, 0x0c, 7, 0xac, 1}, "": nil, "52": {0x52}} {
		if got := MACText(mac); got != want {
			t.Errorf("% x: %q, want %q", mac, got, want)
		}
	}
}
