package nettest

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"conft/internal/netns"
)

// "Never send protected traffic in clear": not while the router starts, is changed, renews
// and loses its SAs, loses its links, is killed, lies dead, comes back or stops.
func TestFailClosed(t *testing.T) {
	t.Parallel()
	chain := newBareChain(t)
	x := newTraffic(t, chain)
	u := chain.tunnelOf(t, ends{global: []string{"crypto isakmp invalid-spi-recovery"}})
	u.left.Exec("write memory")

	const (
		outside = "interface GigabitEthernet0/0"
		inside  = "interface GigabitEthernet0/1"
		m10     = "crypto map M 10 ipsec-isakmp"
		wan     = "12.12.12.1"
		far     = "23.23.23.3"
	)
	both := []string{wan, far} // send through the tunnel
	typed := func(lines ...string) func() {
		return func() { u.left.Exec(append([]string{"configure terminal"}, lines...)...) }
	}
	exec := func(c *Conft, lines ...string) func() { return func() { c.Exec(lines...) } }
	// everything is what may stand beside a crypto map on its interface; the packets that it
	// protects are exempted from translation, and in AH.
	everything := func() {
		ah := []string{"configure terminal", "crypto ipsec transform-set AH ah-sha-hmac esp-aes", "exit", m10, "set transform-set AH", "end"}
		u.right.Exec(ah...)
		u.left.Exec(ah...)
		u.left.Exec("configure terminal",
			"access-list 150 permit ahp any any", "access-list 150 permit udp any any eq isakmp", "access-list 150 permit icmp any any", "access-list 150 deny ip any any log",
			"access-list 151 permit ahp any any", "access-list 151 permit ip host 12.12.12.1 any", "access-list 151 deny ip any any log",
			"access-list 152 permit udp any any log", "access-list 152 permit ip any any",
			"access-list 153 deny ip 10.1.1.0 0.0.0.255 20.1.1.0 0.0.0.255", "access-list 153 permit ip 10.1.1.0 0.0.0.255 any",
			"route-map NAT permit 10", "match ip address 153", "exit",
			"ip nat inside source route-map NAT interface GigabitEthernet0/0 overload", "ip nat inside source static tcp 10.1.1.2 80 interface GigabitEthernet0/0 8080",
			m10, "set ip access-group 152 in", "set ip access-group 152 out",
			inside, "ip nat inside", "ip access-group 152 in", "ip tcp adjust-mss 1300",
			outside, "ip nat outside", "ip access-group 150 in", "ip access-group 151 out",
			"do clear crypto sa", "do write memory")
	}
	script := func(ns *netns.NS, s string) func() { return func() { sh(t, ns, s) } }
	// recabled gives r1 another outside link of the same name.
	recabled := func() {
		sh(t, u.r1, "ip link del eth0")
		Cable(t, u.r1, "eth0", "", u.r2, "eth0", "12.12.12.2/24")
	}
	for _, e := range []struct {
		when   string
		do     func()
		clear  bool     // the rest passes
		tunnel []string // who sends through the tunnel again
	}{
		{when: "at the start", do: func() {}, clear: true, tunnel: both},

		{when: "with another entry in the access list", do: typed("access-list 100 permit ip 10.1.1.0 0.0.0.255 40.1.1.0 0.0.0.255"), clear: true, tunnel: both},
		{when: "with an access list of other entries for the same", clear: true, do: typed("ip access-list extended other",
			"permit ip 10.1.1.0 0.0.0.127 20.1.1.0 0.0.0.255", "permit udp any 20.1.1.0 0.0.0.255", m10, "match address other")},
		{when: "with the access list that it had", do: typed(m10, "match address 100", "no ip access-list extended other"), clear: true, tunnel: both},
		{when: "with a second crypto map entry", clear: true, tunnel: both, do: typed("access-list 101 permit ip 10.1.1.0 0.0.0.255 50.1.1.0 0.0.0.255",
			"crypto map M 5 ipsec-isakmp", "set peer 12.12.12.9", "set transform-set TS", "match address 101")},
		{when: "without the second crypto map entry", do: typed("no crypto map M 5"), clear: true, tunnel: both},
		{when: "without peer", do: typed(m10, "no set peer 23.23.23.3"), clear: true},
		{when: "with peer", do: typed(m10, "set peer 23.23.23.3"), clear: true, tunnel: both},
		{when: "with a transform set that the peer has not", clear: true,
			do: typed("crypto ipsec transform-set ELSE esp-3des esp-md5-hmac", m10, "set transform-set ELSE")},
		{when: "with the transform set", do: typed(m10, "set transform-set TS", "do clear crypto sa"), clear: true, tunnel: both},
		{when: "with IKE off", do: typed("no crypto isakmp enable", "do clear crypto sa"), clear: true},
		{when: "with IKE on", do: typed("crypto isakmp enable"), clear: true, tunnel: both},
		{when: "with the address of an interface that is not there", do: typed("crypto map M local-address Loopback9"), clear: true},
		{when: "with the outside interface's own address", do: typed("no crypto map M local-address"), clear: true, tunnel: both},
		{when: "with another outside address", do: typed(outside, "ip address 12.12.12.9 255.255.255.0"), clear: true},
		{when: "with the outside address that it had", do: typed(outside, "ip address 12.12.12.1 255.255.255.0"), clear: true, tunnel: both},
		{when: "without outside address", do: typed("ip route 20.1.1.0 255.255.255.0 GigabitEthernet0/0", outside, "no ip address")},
		{when: "with the outside address again", do: typed("no ip route 20.1.1.0 255.255.255.0 GigabitEthernet0/0",
			outside, "ip address 12.12.12.1 255.255.255.0"), clear: true, tunnel: both},
		{when: "with the outside shut down", do: typed(outside, "shutdown")},
		{when: "with the outside up again", do: typed(outside, "no shutdown"), clear: true, tunnel: both},
		{when: "with the inside shut down", do: typed(inside, "shutdown")},
		{when: "with the inside up again", do: typed(inside, "no shutdown"), clear: true, tunnel: both},

		{when: "after clear crypto sa", do: exec(u.left, "clear crypto sa"), clear: true, tunnel: both},
		{when: "after clear crypto sa at the peer", do: exec(u.right, "clear crypto sa"), clear: true, tunnel: both},
		{when: "after clear crypto isakmp", do: exec(u.left, "clear crypto isakmp"), clear: true, tunnel: both},
		{when: "while SAs are renewed", clear: true, tunnel: both, do: func() {
			typed("crypto ipsec security-association lifetime kilobytes 2560", "do clear crypto sa")()
			u.renewals(t, 3)
		}},
		{when: "while no SA can be renewed", do: func() { u.mute(t) }, clear: true},
		{when: "while they can again", do: func() { u.unmute(t) }, clear: true, tunnel: both},
		{when: "with SAs of a usual volume", do: typed("no crypto ipsec security-association lifetime kilobytes 2560"), clear: true, tunnel: both},

		{when: "with access lists, translation and AH", do: everything, clear: true, tunnel: both},
		{when: "after clear ip nat translation", do: exec(u.left, "clear ip nat translation *", "clear crypto sa"), clear: true, tunnel: both},
		{when: "with the outside link down", do: script(u.r1, "ip link set eth0 down"), clear: true, tunnel: both}, // conft wants it up
		{when: "with the cable pulled", do: script(u.r2, "ip link set eth0 down")},
		{when: "with the cable in again", do: script(u.r2, "ip link set eth0 up"), clear: true, tunnel: both},
		{when: "with the inside link down", do: script(u.r1, "ip link set eth1 down"), clear: true, tunnel: both},
		{when: "with the outside link deleted and made again", do: recabled, clear: true, tunnel: both},

		{when: "after kill -9", do: u.left.Kill, clear: true}, // the kernel still forwards
		{when: "after the start on a killed one's remains", do: u.left.Start, clear: true, tunnel: both},
		{when: "after kill -9 while SAs are young", do: func() { u.left.Exec("clear crypto sa"); u.left.Kill() }, clear: true},
		{when: "with the outside link of a killed one made again", clear: true, do: func() {
			recabled()
			sh(t, u.r1, "ip addr add 12.12.12.1/24 dev eth0; ip link set eth0 up; ip route add default via 12.12.12.2")
		}},
		{when: "after the start on those remains", do: u.left.Start, clear: true, tunnel: both},
		{when: "when somebody takes the outside address away", clear: true, tunnel: both,
			do: script(u.r1, "ip route del default proto boot; ip addr flush dev eth0")},
		{when: "after kill -9 of the peer", do: u.right.Kill, clear: true},
		{when: "with somebody's own address and route", do: script(u.r1, "ip addr add 12.12.12.77/24 dev eth0; ip route add default via 12.12.12.2 metric 500"), clear: true},
		{when: "after an orderly stop", do: u.left.Close}, // nothing is forwarded, as it was found before the kill
		{when: "after a start from nvram, without a peer", do: u.left.Start, clear: true},
	} {
		x.mark()
		e.do()
		wait(t, "traffic "+e.when, 30*time.Second, func() bool { return x.moved(e.clear, e.tunnel...) })
		if x.leaked > 0 {
			t.Fatal(e.when)
		}
	}
}

// mute keeps the routers' IKE messages from each other.
func (c *chain) mute(t *testing.T) {
	t.Helper()
	need(t, "nft")
	sh(t, c.r2, "nft 'table ip mute { chain forward { type filter hook forward priority 0; udp dport { 500, 4500 } drop; }; }'")
}

func (c *chain) unmute(t *testing.T) {
	t.Helper()
	sh(t, c.r2, "nft delete table ip mute")
}

var kilobytesLeft = regexp.MustCompile(`remaining key lifetime \(k/sec\): \((\d+)/`)

// renewals waits until the newest SA of the left router has been another so many times. It
// is renewed when its volume has been carried, which takes a busy machine its time: what
// may not last is that nothing is carried, or that nothing is left and it is not renewed.
func (u *tunnel) renewals(t *testing.T, n int) {
	t.Helper()
	const patience = 30 * time.Second
	before, left, since := newest(u.left), "", time.Now()
	wait(t, "renewals", 10*time.Minute, func() bool {
		out := u.left.Exec("show crypto ipsec sa")
		if m := inboundSPI.FindStringSubmatch(out); m != nil && m[1] != before {
			before = m[1]
			n--
		}
		if now := fmt.Sprint(kilobytesLeft.FindAllStringSubmatch(out, -1)); now != left {
			left, since = now, time.Now()
		} else if time.Since(since) > patience {
			t.Fatalf("neither carried nor renewed for %v:\n%s", patience, out)
		}
		return n <= 0
	})
}
