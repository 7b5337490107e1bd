package commands

import (
	"net/netip"
	"strings"
	"testing"

	"conft/internal/router"
)

// A crypto map on two interfaces with one local address.
func TestShowLocalAddress(t *testing.T) {
	r := newFake(t, `crypto map M local-address Loopback0
crypto map M 10 ipsec-isakmp
 set peer 9.9.9.9
 match address 101
interface Loopback0
 ip address 1.1.1.1 255.255.255.255
interface GigabitEthernet0/0
 ip address 12.12.12.1 255.255.255.0
 crypto map M
interface GigabitEthernet0/1
 ip address 15.15.15.1 255.255.255.0
 crypto map M
access-list 101 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255
`)
	expect(t, "the map", run(t, r, "show crypto map"), `Crypto Map: "M" idb: Loopback0 local address: 1.1.1.1

Crypto Map IPv4 "M" 10 ipsec-isakmp
	Peer = 9.9.9.9
	Extended IP access list 101
	    access-list 101 permit ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255
	Current peer: 9.9.9.9
	Security association lifetime: 4608000 kilobytes/3600 seconds
	Responder-Only (Y/N): N
	PFS (Y/N): N
	Mixed-mode : Disabled
`+"\tTransform sets={ \n"+`	}
	Interfaces using crypto map M:
		GigabitEthernet0/0
		GigabitEthernet0/1

`)
	for _, i := range []string{"GigabitEthernet0/0", "GigabitEthernet0/1"} {
		r.idents = append(r.idents, router.IPsecIdent{Interface: i, Map: "M", Seq: 10, LocalAddr: netip.MustParseAddr("1.1.1.1"),
			Peer: netip.MustParseAddr("9.9.9.9"), PeerPort: 500, Inbound: []router.IPsecSA{{SPI: 7}}, Outbound: []router.IPsecSA{{SPI: 8}}})
	}
	for line, want := range map[string][2]int{ // interfaces, SAs
		"show crypto ipsec sa":                                  {2, 4},
		"show crypto ipsec sa interface gi0/1":                  {1, 2},
		"show crypto ipsec sa interface GigabitEthernet0/1 det": {1, 2},
		"show crypto ipsec sa identity":                         {2, 0},
		"show crypto ipsec sa identity detail":                  {2, 0},
		"show crypto ipsec sa peer 9.9.9.9":                     {2, 4},
		"show crypto ipsec sa peer 9.9.9.8":                     {0, 0},
	} {
		out := run(t, r, line)
		if got := [2]int{strings.Count(out, "\ninterface: "), strings.Count(out, "      spi: ")}; got != want {
			t.Errorf("%s: %v interfaces and SAs, want %v\n%s", line, got, want, out)
		}
		if want[0] > 0 && !strings.Contains(out, "Crypto map tag: M, local addr 1.1.1.1\n") {
			t.Errorf("%s has not the local address:\n%s", line, out)
		}
	}
}
