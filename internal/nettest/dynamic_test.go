package nettest

import (
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// responder configures a conft that knows no peer: whoever has the key may come by the
// dynamic map, the lines of which are given.
func responder(t *testing.T, ns *netns.NS, s site, template ...string) *Conft {
	t.Helper()
	r := StartConft(t, ns, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	lines := append([]string{"configure terminal", "logging buffered 1000000 debugging", "no logging console",
		"crypto isakmp policy 10", "authentication pre-share", "encryption aes", "group 2", "exit",
		"crypto isakmp key cisco123 address 0.0.0.0 0.0.0.0",
		"crypto ipsec transform-set TS esp-aes esp-sha-hmac",
		"crypto dynamic-map D 10", "set transform-set TS"}, template...)
	lines = append(lines, "exit", "crypto map M 65535 ipsec-isakmp dynamic D",
		"interface GigabitEthernet0/1", "ip address {lan}.1 255.255.255.0", "no shutdown",
		"interface GigabitEthernet0/0", "ip address {wan} 255.255.255.0", "no shutdown", "crypto map M",
		"exit", "ip route 0.0.0.0 0.0.0.0 {gateway}", "end", "debug crypto isakmp", "debug crypto ipsec")
	r.Exec(s.typed(lines)...)
	t.Cleanup(func() {
		if t.Failed() && r.cmd != nil {
			out, _ := r.Try("show logging", "show crypto map", "show crypto isakmp sa", "show crypto ipsec sa", "show ip route")
			t.Logf("conft in %s:\n%s", ns.Name, out)
		}
	})
	return r
}

// newDynamic is the classic topology with a conft at each end, of which only the left one
// knows the other.
func newDynamic(t *testing.T, template ...string) *tunnel {
	t.Helper()
	c := newBareChain(t)
	u := &tunnel{chain: c, wire: capture(t, c.r2, "eth1")}
	u.left = StartConft(t, c.r1, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	u.left.Exec(ends{}.lines(site1, nil)...)
	u.right = responder(t, c.r3, site3, template...)
	return u
}

// down clears the tunnel from the side that began it, and waits for the other.
func (u *tunnel) down(t *testing.T) {
	t.Helper()
	u.left.Exec("clear crypto sa", "clear crypto isakmp")
	wait(t, "the other side to forget the tunnel", 5*time.Second, func() bool {
		return strings.Contains(u.right.Exec("show crypto ipsec sa"), "No SAs found")
	})
}

// Before the peer comes, its network is like any other. From the first protected packet
// on nothing goes to it in clear, whoever asks; when the tunnel is gone, all is as before.
func TestDynamicNeverInClear(t *testing.T) {
	t.Parallel()
	u := newDynamic(t)
	u.transit(t)
	clear := "20.1.1.2 > 10.1.1.2 protocol 1"
	stream := make(chan string, 1)
	go func() {
		out, _ := u.b.Output("ping", "-i0.005", "-c1000", "-W1", "10.1.1.2")
		stream <- out
	}()
	wait(t, "packets in clear", 5*time.Second, func() bool { return kinds(u.wire.frames())[clear] > 0 })
	for range 3 {
		u.up(t, u.a, "20.1.1.2")
		protected, before := false, 0
		check := func() {
			for _, f := range u.wire.frames() {
				switch k := f.kind(); {
				case k == "ESP":
					protected = true
				case protected && k != "IKE" && k != "":
					t.Errorf("in clear while there is a tunnel: %s", k)
				default:
					before++
				}
			}
		}
		check()
		u.up(t, u.b, "10.1.1.2")
		check()
		if !protected {
			t.Fatal("nothing was protected")
		}
		u.down(t)
		u.wire.frames()
		wait(t, "packets in clear again", 5*time.Second, func() bool {
			u.b.Output("ping", "-c1", "-W0.1", "10.1.1.2")
			return kinds(u.wire.frames())[clear] > 0
		})
	}
	<-stream
}

// With an access list, what it permits never leaves in clear, be there a tunnel or not;
// peers may have parts of it and nothing else.
func TestDynamicList(t *testing.T) {
	t.Parallel()
	u := newDynamic(t, "match address 120")
	u.transit(t)
	u.right.Exec("configure terminal", "access-list 120 permit ip 20.1.1.0 0.0.0.255 10.0.0.0 0.255.255.255", "end")
	u.b.Output("ping", "-c3", "-i0.05", "-W0.1", "10.1.1.2")
	u.up(t, u.a, "20.1.1.2")
	reach(t, u.b, "10.1.1.2")
	u.down(t)
	u.b.Output("ping", "-c3", "-i0.05", "-W0.1", "10.1.1.2")
	u.wire.protected()
	u.right.Exec("configure terminal", "no access-list 120", "access-list 120 permit ip 20.1.1.0 0.0.0.255 11.0.0.0 0.255.255.255", "end")
	u.a.Output("ping", "-c3", "-i0.3", "-W0.3", "20.1.1.2")
	if log := u.right.Exec("show logging", "show crypto ipsec sa"); !strings.Contains(log, "proxy identities not supported") || !strings.Contains(log, "No SAs found") {
		t.Errorf("what the list does not permit was not refused:\n%s", log)
	}
}

// The shows of a tunnel by a dynamic map, and the route to the peer's network that comes
// and goes with it.
func TestDynamicReverseRoute(t *testing.T) {
	t.Parallel()
	u := newDynamic(t, "reverse-route")
	u.right.Exec("configure terminal", "no ip route 0.0.0.0 0.0.0.0", "ip route 12.12.12.0 255.255.255.0 23.23.23.2", "end")
	const route = "S       10.1.1.0 [1/0] via 12.12.12.1" // as IOS does, by way of the peer
	if out := u.right.Exec("show ip route"); strings.Contains(out, "10.1.1.0") {
		t.Fatalf("a route before there is a tunnel:\n%s", out)
	}
	u.up(t, u.a, "20.1.1.2")
	reach(t, u.b, "10.1.1.2")
	out := u.right.Exec("show ip route", "show crypto map", "show crypto ipsec sa", "show crypto session", "show logging")
	for _, want := range []string{
		route, "dynamic (created from dynamic map D/10)", "PERMIT, flags={}", "current_peer 12.12.12.1 port 500",
		"remote ident (addr/mask/prot/port): (10.1.1.0/255.255.255.0/0/0)", "Active SAs: 2, origin: dynamic crypto map",
		"IPSEC(rte_mgr): VPN Route Added 10.1.1.0 255.255.255.0 via 12.12.12.1",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if out := sh(t, u.r3, "ip -4 route show 10.1.1.0/24"); !strings.Contains(out, "via 23.23.23.2 dev eth0") {
		t.Errorf("the kernel has %q", out)
	}
	u.down(t)
	wait(t, "the route to go", 5*time.Second, func() bool { return !strings.Contains(u.right.Exec("show ip route"), "10.1.1.0") })
}

// A static map has its routes while there are SAs, or always.
func TestStaticReverseRoute(t *testing.T) {
	t.Parallel()
	u := newTunnel(t, ends{entry: []string{"reverse-route"}})
	const route = "20.1.1.0 [1/0] via 23.23.23.3"
	has := func() bool {
		shown := strings.Contains(u.left.Exec("show ip route"), route)
		there := strings.Contains(sh(t, u.r1, "ip -4 route show 20.1.1.0/24"), "via 12.12.12.2 dev eth0")
		return shown && there
	}
	if has() {
		t.Fatal("a route before there is a tunnel")
	}
	u.up(t, u.a, "20.1.1.2")
	wait(t, "the route", 5*time.Second, has)
	u.left.Exec("clear crypto sa", "clear crypto isakmp")
	wait(t, "the route to go", 5*time.Second, func() bool { return !has() })
	u.left.Exec("configure terminal", "crypto map M 10", "reverse-route static", "end")
	if !has() {
		t.Errorf("no route by `reverse-route static`:\n%s", u.left.Exec("show ip route"))
	}
	u.left.Exec("configure terminal", "crypto map M 10", "no reverse-route", "end")
	if has() {
		t.Error("the route is left after `no reverse-route`")
	}
}

// Two peers come by one dynamic map, each with its own network.
func TestTwoDynamicPeers(t *testing.T) {
	t.Parallel()
	u := newDynamic(t, "reverse-route")
	r4, host := Namespace(t, "r4"), Namespace(t, "c")
	Cable(t, u.r2, "eth2", "13.13.13.2/24", r4, "eth0", "")
	Cable(t, r4, "eth1", "", host, "eth0", "10.2.2.2/24")
	sh(t, host, "ip route add default via 10.2.2.1")
	second := StartConft(t, r4, "GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1")
	second.Exec(ends{}.lines(site{"13.13.13.1", "13.13.13.2", "23.23.23.3", "10.2.2", "20.1.1"}, nil)...)
	u.up(t, u.a, "20.1.1.2")
	u.up(t, host, "20.1.1.2")
	reach(t, u.b, "10.1.1.2")
	reach(t, u.b, "10.2.2.2")
	u.wire.protected()
	out := u.right.Exec("show crypto session")
	for _, want := range []string{"Peer: 12.12.12.1 port 500", "Peer: 13.13.13.1 port 500"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	// One going is nothing to the other.
	u.left.Exec("clear crypto sa", "clear crypto isakmp")
	wait(t, "the first to go", 5*time.Second, func() bool {
		return !strings.Contains(u.right.Exec("show crypto ipsec sa"), "12.12.12.1")
	})
	reach(t, u.b, "10.2.2.2")
}

// strongSwan comes from an address that conft has never heard of, renews both SAs, and
// goes.
func TestStrongSwanByDynamicMap(t *testing.T) {
	t.Parallel()
	c := newChain(t)
	peer := StartStrongSwan(t, c.r3, Peer{
		Local: "23.23.23.3", Remote: "12.12.12.1", LocalTS: "20.1.1.0/24", RemoteTS: "10.1.1.0/24",
		PSK: "cisco123", IKE: "aes128-sha1-modp1024", ESP: "aes128-sha1",
	})
	r := responder(t, c.r1, site1, "reverse-route")
	if err := peer.Initiate(); err != nil {
		t.Fatal(err)
	}
	c.ping(t, c.a, "20.1.1.2")
	for _, what := range []string{"child", "ike"} {
		done := make(chan error, 1)
		go func() { done <- peer.Rekey(what) }()
		c.every(t, c.a, "20.1.1.2", 20)
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	c.every(t, c.b, "10.1.1.2", 3)
	if err := peer.Terminate(); err != nil {
		t.Fatal(err)
	}
	wait(t, "conft to forget the tunnel", 5*time.Second, func() bool {
		out := r.Exec("show crypto ipsec sa", "show ip route")
		return strings.Contains(out, "No SAs found") && !strings.Contains(out, "20.1.1.0")
	})
}
