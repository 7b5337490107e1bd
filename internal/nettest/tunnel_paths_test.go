package nettest

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// Two ways lead from r1 to its peer, both with the same crypto map. With local-address
// the router has one address and one set of SAs, which the packets keep on the other way;
// without, each way has its own.
//
//	                 ,- 12.12.12.1 -- 12.12.12.2 -.
//	a - 10.1.1.1 r1 -                              - r2 -- r3 - b
//	    Lo0 1.1.1.1  `- 15.15.15.1 -- 15.15.15.2 -'
func TestTwoPaths(t *testing.T) {
	t.Parallel()
	for name, local := range map[string]bool{"one identity": true, "two identities": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chain := newBareChain(t)
			Cable(t, chain.r1, "eth2", "", chain.r2, "eth2", "15.15.15.2/24")
			wire := capture(t, chain.r2, everyLink)
			u := chain.tunnelOf(t, ends{}, "GigabitEthernet0/2=eth2")
			sh(t, u.r2, "ip route add 1.1.1.1 via 12.12.12.1 metric 1; ip route add 1.1.1.1 via 15.15.15.1 metric 2")
			lines := []string{"configure terminal", "interface GigabitEthernet0/2", "ip address 15.15.15.1 255.255.255.0", "no shutdown", "crypto map M",
				"ip route 0.0.0.0 0.0.0.0 15.15.15.2 10"}
			peers := []string{"configure terminal", "crypto isakmp key cisco123 address 0.0.0.0 0.0.0.0", "crypto map M 10", "set peer 15.15.15.1"}
			if local {
				lines = append(lines, "interface Loopback0", "ip address 1.1.1.1 255.255.255.255", "crypto map M local-address Loopback0")
				peers = append(peers, "no set peer 12.12.12.1", "no set peer 15.15.15.1", "set peer 1.1.1.1")
			}
			u.left.Exec(append(lines, "end")...)
			u.right.Exec(append(peers, "end")...)

			u.up(t, u.a, "20.1.1.2")
			first := newest(u.left)
			sh(t, u.r2, "ip link set eth0 down")
			u.left.Exec("configure terminal", "interface GigabitEthernet0/0", "shutdown", "end")
			u.up(t, u.a, "20.1.1.2")
			u.every(t, u.b, "10.1.1.2", 3)
			out := u.left.Exec("show crypto ipsec sa interface GigabitEthernet0/2")
			address := "15.15.15.1"
			if local {
				address = "1.1.1.1"
				if now := newest(u.left); now != first {
					t.Errorf("the SA %s is another on the second way: %s", first, now)
				}
			}
			for _, want := range []string{"interface: GigabitEthernet0/2\n    Crypto map tag: M, local addr " + address + "\n",
				"local crypto endpt.: " + address + ", remote crypto endpt.: 23.23.23.3\n", "Status: ACTIVE"} {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in\n%s", want, out)
				}
			}
			sh(t, u.r2, "ip link set eth0 up; ip route replace 1.1.1.1 via 12.12.12.1 metric 1")
			u.left.Exec("configure terminal", "interface GigabitEthernet0/0", "no shutdown", "end")
			u.up(t, u.a, "20.1.1.2")
			u.every(t, u.a, "20.1.1.2", 3)
			wire.protected()

			shown := u.left.Exec("show crypto map", "show running-config", "show crypto ipsec sa identity")
			for want, there := range map[string]bool{
				"\tInterfaces using crypto map M:\n\t\tGigabitEthernet0/0\n\t\tGigabitEthernet0/2\n":     true,
				"Crypto Map: \"M\" idb: Loopback0 local address: 1.1.1.1\n":                              local,
				"\ncrypto map M local-address Loopback0\ncrypto map M 10 ipsec-isakmp \n":                local,
				"interface: GigabitEthernet0/0\n    Crypto map tag: M, local addr ":                      true,
				"interface: GigabitEthernet0/2\n    Crypto map tag: M, local addr " + address + "\n": true,
				"inbound esp sas": false,
			} {
				if strings.Contains(shown, want) != there {
					t.Errorf("%q is there: %v\n%s", want, !there, shown)
				}
			}
			if local {
				u.left.Exec("configure terminal", "no crypto map M local-address Loopback0", "end")
				if out := u.left.Exec("show running-config"); strings.Contains(out, "local-address") {
					t.Error("local-address is still there")
				}
			}
		})
	}
}

// A hub with two spokes, each with an entry of its crypto map: the spokes reach each other
// through it. What the hub has decrypted it encrypts again.
//
//	a 10.1.1.2 - r1 --- r2 --- r3 the hub, 20.1.1.1 - b
//	10.4.4.1     r4 ---'
func TestHubAndSpokes(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{
		acl1: []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255", "permit ip {lan}.0 0.0.0.255 10.4.4.0 0.0.0.255"},
		acl3: []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255", "permit ip 10.4.4.0 0.0.0.255 {other}.0 0.0.0.255"},
	})
	r4 := Namespace(t, "r4")
	Cable(t, r4, "eth0", "", u.r2, "eth2", "14.14.14.2/24")
	spoke := StartConft(t, r4, "GigabitEthernet0/0=eth0")
	site := site{"14.14.14.1", "14.14.14.2", "23.23.23.3", "10.4.4", "20.1.1"}
	for _, l := range (ends{}).lines(site, []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255", "permit ip {lan}.0 0.0.0.255 10.1.1.0 0.0.0.255"}) {
		spoke.Exec(strings.Replace(l, "interface GigabitEthernet0/1", "interface Loopback0", 1))
	}
	_ = netip.Addr{}
	_ = time.Second
	_ = fmt.Sprint
}
