package debug

import (
	"net/netip"
	"testing"
)

func TestMACText(t *testing.T) {
	for want, mac := range map[string][]byte{"0000.0c07.ac01": {0, 0, 0x0c, 7, 0xac, 1}, "": nil, "52": {0x52}} {
		if got := MACText(mac); got != want {
			t.Errorf("% x: %q, want %q", mac, got, want)
		}
	}
}

// 15.x has no message of its own for standard lists, and prints where the packet was going;
// 12.4 does not know.
func TestStandardListLog(t *testing.T) {
	e := AccessListLog{List: "2", Standard: true, Permit: true, Src: net1, Dst: net3, Packets: 1}
	nowhere := e
	nowhere.Dst = netip.Addr{}
	for _, c := range []struct {
		e    AccessListLog
		m    Manner
		want string
	}{
		{e, IOS15, "%SEC-6-IPACCESSLOGNP: list 2 permitted 0 10.1.1.0 -> 20.1.1.0, 1 packet"},
		{e, IOS12, "%SEC-6-IPACCESSLOGS: list 2 permitted 10.1.1.0 1 packet"},
		{nowhere, IOS15, "%SEC-6-IPACCESSLOGS: list 2 permitted 10.1.1.0 1 packet"},
	} {
		if got := string(c.e.AppendLine(nil, c.m)); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
