package nettest

import (
	"strings"
	"testing"
	"time"

	"conft/internal/netns"
)

// site is one end of a tunnel between two confts.
type site struct{ wan, gateway, peer, lan, other string }

var (
	site1 = site{"12.12.12.1", "12.12.12.2", "23.23.23.3", "10.1.1", "20.1.1"}
	site3 = site{"23.23.23.3", "23.23.23.2", "12.12.12.1", "20.1.1", "10.1.1"}
)

// ends is what both routers of a tunnel are given; what is left out is as in the
// classic lab, with suites of today. Each line is typed on both routers, with {lan},
// {other}, {wan} and {peer} replaced, but for the access lists.
type ends struct {
	policy []string // of crypto isakmp policy 10
	set    string   // transforms of transform set TS
	entry  []string // lines of crypto map M 10 besides peer, TS and access list 100
	acl1   []string // entries of list 100 on r1
	acl3   []string // likewise on r3
	global []string // typed before the map is put on the interface
	maps1  []string // further links of r1's, "GigabitEthernet0/2=eth2"
	maps3  []string // likewise of r3's
}

func (e ends) lines(s site, acl []string) []string {
	if e.policy == nil {
		e.policy = []string{"encryption aes", "group 2"}
	}
	if e.set == "" {
		e.set = "esp-aes esp-sha-hmac"
	}
	if acl == nil {
		acl = []string{"permit ip {lan}.0 0.0.0.255 {other}.0 0.0.0.255"}
	}
	lines := append([]string{"configure terminal", "logging buffered 1000000 debugging", "no logging console",
		"crypto isakmp policy 10", "authentication pre-share"}, e.policy...)
	lines = append(lines, "crypto isakmp key cisco123 address {peer}", "crypto ipsec transform-set TS "+e.set)
	for _, a := range acl {
		lines = append(lines, "access-list 100 "+a)
	}
	lines = append(lines, "crypto map M 10 ipsec-isakmp", "set peer {peer}", "set transform-set TS", "match address 100")
	lines = append(lines, e.entry...)
	lines = append(lines, "exit")
	lines = append(lines, e.global...)
	lines = append(lines,
		"interface GigabitEthernet0/1", "ip address {lan}.1 255.255.255.0", "no shutdown",
		"interface GigabitEthernet0/0", "ip address {wan} 255.255.255.0", "no shutdown", "crypto map M",
		"exit", "ip route 0.0.0.0 0.0.0.0 {gateway}", "end", "debug crypto isakmp", "debug crypto ipsec")
	return s.typed(lines)
}

// typed replaces the names in braces.
func (s site) typed(lines []string) []string {
	r := strings.NewReplacer("{lan}", s.lan, "{other}", s.other, "{wan}", s.wan, "{peer}", s.peer, "{gateway}", s.gateway)
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = r.Replace(l)
	}
	return out
}

// tunnel is the classic topology with a conft at each end.
type tunnel struct {
	*chain
	left, right *Conft // on r1 and r3
	wire        *watch // both links of r2
}

// newTunnel starts both routers. No packet of either LAN has been sent.
func newTunnel(t *testing.T, e ends) *tunnel {
	t.Helper()
	u := newBareChain(t).tunnelOf(t, e)
	u.wire = capture(t, u.r2, "eth0", "eth1")
	return u
}

// tunnelOf is newTunnel on a chain that is there; nobody looks at its wire.
func (c *chain) tunnelOf(t *testing.T, e ends) *tunnel {
	t.Helper()
	u := &tunnel{chain: c}
	u.left = StartConft(t, c.r1, append([]string{"GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1"}, e.maps1...)...)
	u.right = StartConft(t, c.r3, append([]string{"GigabitEthernet0/0=eth0", "GigabitEthernet0/1=eth1"}, e.maps3...)...)
	u.left.Exec(e.lines(site1, e.acl1)...)
	u.right.Exec(e.lines(site3, e.acl3)...)
	t.Cleanup(func() {
		if t.Failed() {
			for _, c := range []*Conft{u.left, u.right} {
				if c.cmd != nil {
					out, _ := c.Try("show logging", "show crypto isakmp sa", "show crypto ipsec sa", "show access-lists")
					t.Logf("conft in %s:\n%s", c.ns.Name, out)
				}
			}
		}
	})
	return u
}

// up brings the tunnel up from host a, or another namespace.
func (u *tunnel) up(t *testing.T, from *netns.NS, to string) {
	t.Helper()
	p := newProber(t, from, "0.0.0.0", false)
	wait(t, "an answer from "+to, 20*time.Second, func() bool { return p.echo(to, 56, 150*time.Millisecond).arrived })
}

// transit teaches r2 the way to both LANs, so that clear packets find it.
func (u *tunnel) transit(t *testing.T) {
	t.Helper()
	sh(t, u.r2, "ip route add 10.1.1.0/24 via 12.12.12.1; ip route add 20.1.1.0/24 via 23.23.23.3")
}
