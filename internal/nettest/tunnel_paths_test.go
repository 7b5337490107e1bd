package nettest

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
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
			u := chain.tunnelOf(t, ends{maps1: []string{"GigabitEthernet0/2=eth2"}})
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
				"\tInterfaces using crypto map M:\n\t\tGigabitEthernet0/0\n\t\tGigabitEthernet0/2\n": true,
				"Crypto Map: \"M\" idb: Loopback0 local address: 1.1.1.1\n":                          local,
				"\ncrypto map M local-address Loopback0\ncrypto map M 10 ipsec-isakmp \n":            local,
				"interface: GigabitEthernet0/0\n    Crypto map tag: M, local addr ":                  true,
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

// A hub with two spokes: they reach each other through it, and what the hub has decrypted
// it encrypts again, be it for the same link, with two entries of one crypto map, or for
// another that has a map of its own.
//
//	a 10.1.1.2 - r1 --- r2 --- r3 the hub, 20.1.1.1 - b
//	10.4.4.1     r4 ----'------'
func TestHubAndSpokes(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]site{
		"one link":  {"14.14.14.1", "14.14.14.2", "23.23.23.3", "10.4.4", "20.1.1"},
		"two links": {"34.34.34.4", "34.34.34.3", "34.34.34.3", "10.4.4", "20.1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hubAndSpokes(t, second)
		})
	}
}

func hubAndSpokes(t *testing.T, second site) {
	chain, r4 := newBareChain(t), Namespace(t, "r4")
	own := second.gateway == second.peer // a link of its own with the hub
	e := ends{
		acl1: []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255", "permit ip {lan}.0 0.0.0.255 10.4.4.0 0.0.0.255"},
		acl3: []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255", "permit ip 10.4.4.0 0.0.0.255 {other}.0 0.0.0.255"},
	}
	entry := []string{"set peer " + second.wan, "set transform-set TS", "match address 104"}
	hub := []string{"configure terminal", "crypto isakmp key cisco123 address " + second.wan,
		"access-list 104 permit ip 20.1.1.0 0.0.0.255 10.4.4.0 0.0.0.255", "access-list 104 permit ip 10.1.1.0 0.0.0.255 10.4.4.0 0.0.0.255"}
	if own {
		Cable(t, r4, "eth0", "", chain.r3, "eth2", "")
		e.maps3 = []string{"GigabitEthernet0/2=eth2"}
		hub = append(append(append(hub, "crypto map N 5 ipsec-isakmp"), entry...), "ip route 10.4.4.0 255.255.255.0 "+second.wan,
			"interface GigabitEthernet0/2", "ip address "+second.peer+" 255.255.255.0", "no shutdown", "crypto map N")
	} else {
		Cable(t, r4, "eth0", "", chain.r2, "eth2", "14.14.14.2/24")
		hub = append(append(hub, "crypto map M 20 ipsec-isakmp"), entry...)
	}
	wires := []*watch{capture(t, chain.r2, everyLink), capture(t, r4, "eth0")}
	u := chain.tunnelOf(t, e)
	u.right.Exec(append(hub, "end")...)
	spoke := StartConft(t, r4, "GigabitEthernet0/0=eth0")
	lines := ends{}.lines(second, []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255", "permit ip {lan}.0 0.0.0.255 10.1.1.0 0.0.0.255"})
	for i, l := range lines {
		lines[i] = strings.Replace(l, "interface GigabitEthernet0/1", "interface Loopback0", 1)
	}
	spoke.Exec(lines...)

	for _, p := range []struct {
		from   *netns.NS
		source string
		to     string
	}{
		{u.a, "10.1.1.2", "10.4.4.1"}, {r4, "10.4.4.1", "10.1.1.2"},
		{u.a, "10.1.1.2", "20.1.1.2"}, {r4, "10.4.4.1", "20.1.1.2"}, {u.b, "20.1.1.2", "10.4.4.1"},
	} {
		probe := newProber(t, p.from, p.source, false)
		wait(t, "an answer from "+p.to+" to "+p.source, 20*time.Second, func() bool { return probe.echo(p.to, 56, 150*time.Millisecond).arrived })
	}
	transfer(t, u.a, r4, netip.MustParseAddrPort("10.1.1.2:0"), netip.MustParseAddrPort("10.4.4.1:22"), 1<<20)
	for _, w := range wires {
		w.protected()
	}

	sessions := u.right.Exec("show crypto session")
	if n := strings.Count(sessions, "Session status: UP-ACTIVE"); n != 2 {
		t.Errorf("%d sessions, want one with each spoke:\n%s", n, sessions)
	}
	for peer, remote := range map[string]string{"12.12.12.1": "10.1.1.0", second.wan: "10.4.4.0"} {
		out := u.right.Exec("show crypto ipsec sa peer " + peer)
		if n := strings.Count(out, "current_peer "); n != 2 || n != strings.Count(out, "current_peer "+peer+" ") ||
			strings.Count(out, "remote ident (addr/mask/prot/port): ("+remote+"/255.255.255.0/0/0)") != 2 || strings.Contains(out, "#pkts decaps: 0,") {
			t.Errorf("the SAs with %s:\n%s", peer, out)
		}
	}
	out := u.right.Exec("show crypto ipsec sa map M", "show crypto ipsec sa map N")
	if want := map[bool]int{false: 4, true: 2}[own]; strings.Count(out, "crypto map: M\n")/2 != want {
		t.Errorf("want %d pairs of map M:\n%s", want, out)
	}
}

// With `permit ip any any` the router's own packets are encrypted too, whatever their
// source; its IKE and ESP packets go out themselves.
func TestEverythingIsProtected(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{acl1: []string{"permit ip any any"}, acl3: []string{"permit ip any any"}})
	u.up(t, u.a, "20.1.1.2")
	u.every(t, u.b, "10.1.1.2", 3)
	for _, from := range []string{"", " source 10.1.1.1", " source GigabitEthernet0/0"} {
		for _, to := range []string{"23.23.23.3", "20.1.1.1", "20.1.1.2"} {
			if out := u.left.Exec("ping " + to + from); !strings.Contains(out, "(5/5)") {
				t.Errorf("ping %s%s:\n%s", to, from, out)
			}
		}
	}
	transfer(t, u.a, u.b, netip.MustParseAddrPort("10.1.1.2:0"), netip.MustParseAddrPort("20.1.1.2:80"), 1<<20)
	list := u.wire.protected()
	for _, f := range list {
		if e := f.esp(); e != nil && len(e) > 1500 {
			t.Errorf("an ESP packet of %d octets", len(e))
		}
	}
	if n := kinds(list)["IKE"]; n != 2*9 {
		t.Errorf("%d IKE messages on two links, want one negotiation", n)
	}
}

// A ping without a source has that of the link, which the access list does not name; with
// one it is encrypted, and TCP to the far router's own address as well. The counters tell.
func TestLocalTraffic(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{})
	sh(t, u.r2, "ip route add 20.1.1.0/24 via 23.23.23.3")
	u.up(t, u.a, "20.1.1.2")
	u.wire.protected()
	u.left.Exec("clear access-list counters")
	if out := u.left.Exec("ping 20.1.1.2 source 10.1.1.1"); !strings.Contains(out, "(5/5)") {
		t.Errorf("with a protected source:\n%s", out)
	}
	u.wire.protected()
	if out := u.left.Exec("show access-lists 100"); !strings.Contains(out, "(5 matches)") {
		t.Errorf("five pings of the router's own do not count:\n%s", out)
	}
	u.left.Exec("ping 20.1.1.2")
	if seen := kinds(u.wire.frames()); seen["12.12.12.1 > 20.1.1.2 protocol 1"] == 0 || seen["ESP"] != 0 {
		t.Errorf("without a source on the wire: %v", seen)
	}
	transfer(t, u.a, u.r3, netip.MustParseAddrPort("10.1.1.2:0"), netip.MustParseAddrPort("20.1.1.1:22"), 1<<20)
	transfer(t, u.r1, u.r3, netip.MustParseAddrPort("10.1.1.1:0"), netip.MustParseAddrPort("20.1.1.1:22"), 1<<20)
	u.wire.protected()
}
