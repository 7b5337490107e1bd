package router

import (
	"net/netip"
	"strings"
	"testing"

	"conft/debug"
	"conft/internal/kernel"
	"conft/internal/packet"
)

// What is printed about one packet: with `detailed` how it came, then its port, then each of
// its addresses, the source first.
func TestNATEvents(t *testing.T) {
	a := netip.MustParseAddrPort
	for _, c := range []struct {
		name   string
		packet kernel.Translated
		shared bool
		want   string
	}{
		{"the first of a host", kernel.Translated{First: true, Protocol: packet.TCP, Src: a("10.1.1.3:5001"), NewSrc: a("12.12.12.1:1024"),
			Dst: a("8.8.8.8:80"), NewDst: a("8.8.8.8:80"), Identification: 7}, true, `
NAT: [0] Allocated Port for 10.1.1.3 -> 12.12.12.1: wanted 5001 got 1024
NAT: i: tcp (10.1.1.3, 5001) -> (8.8.8.8, 80) [7]
NAT: TCP s=5001->1024, d=80
NAT: s=10.1.1.3->12.12.12.1, d=8.8.8.8 [7]`},
		{"its answer", kernel.Translated{Inward: true, Protocol: packet.TCP, Src: a("8.8.8.8:80"), NewSrc: a("8.8.8.8:80"),
			Dst: a("12.12.12.1:1024"), NewDst: a("10.1.1.3:5001"), Identification: 8}, false, `
NAT*: o: tcp (8.8.8.8, 80) -> (12.12.12.1, 1024) [8]
NAT*: TCP s=80, d=1024->5001
NAT*: s=8.8.8.8, d=12.12.12.1->10.1.1.3 [8]`},
		{"an echo that keeps its identifier", kernel.Translated{Protocol: packet.ICMP, Src: a("10.1.1.3:9"), NewSrc: a("12.12.12.1:9"),
			Dst: a("8.8.8.8:9"), NewDst: a("8.8.8.8:9")}, false, `
NAT*: i: icmp (10.1.1.3, 9) -> (8.8.8.8, 9) [0]
NAT*: s=10.1.1.3->12.12.12.1, d=8.8.8.8 [0]`},
		{"to an outside host by its inside address", kernel.Translated{Protocol: packet.ICMP, Src: a("192.168.11.1:2"), NewSrc: a("172.16.23.1:2"),
			Dst: a("192.168.1.4:2"), NewDst: a("192.168.44.4:2"), Identification: 10}, false, `
NAT*: i: icmp (192.168.11.1, 2) -> (192.168.1.4, 2) [10]
NAT*: s=192.168.11.1->172.16.23.1, d=192.168.1.4 [10]
NAT*: s=172.16.23.1, d=192.168.1.4->192.168.44.4 [10]`},
	} {
		var got strings.Builder
		for _, e := range natEvents(&c.packet, c.shared) {
			got.Write(e.AppendLine([]byte("\n"), debug.IOS12))
		}
		if got.String() != c.want {
			t.Errorf("%s:%s", c.name, got.String())
		}
	}
}
