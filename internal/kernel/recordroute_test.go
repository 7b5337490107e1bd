package kernel

import (
	"fmt"
	"testing"
)

func TestRecorded(t *testing.T) {
	header := append(make([]byte, ipHeaderLen), recordOption(MaxRecord)...)
	if len(header) != 60 || len(recorded(header)) != 0 {
		t.Errorf("%d octets, recorded %v", len(header), recorded(header))
	}
	option := header[ipHeaderLen:]
	option[2] = 12
	copy(option[recordHeader:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	if got := fmt.Sprint(recorded(header)); got != "[10.0.0.1 10.0.0.2]" {
		t.Errorf("recorded %s", got)
	}
	if got := fmt.Sprint(recorded(append(append(make([]byte, ipHeaderLen), 1, 148, 4, 0, 0), option...))); got != "[10.0.0.1 10.0.0.2]" {
		t.Errorf("behind other options: %s", got)
	}
}

func FuzzRecorded(f *testing.F) {
	for _, options := range [][]byte{recordOption(1), recordOption(MaxRecord), {7, 3, 0}, {7, 255, 4}, {1, 1, 7}, {7, 7, 8, 1, 2, 3, 4}, {148, 4, 0, 0}} {
		f.Add(append(make([]byte, ipHeaderLen), options...))
	}
	f.Fuzz(func(t *testing.T, header []byte) {
		if got := recorded(header); len(got)*4 > len(header) {
			t.Errorf("%d addresses in %d octets", len(got), len(header))
		}
	})
}
